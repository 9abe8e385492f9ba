import type { Argument, Command, Option } from "commander";

/** What a value is completed with: words, names of files or folders; `text` is the person's own. */
export type Values = readonly string[] | "file" | "folder" | "text";

/** An argument of a command. */
export interface ArgumentOutline {
  /** As its help shows it: `<file>`, `[dir]`, `<files...>`. */
  readonly usage: string;
  readonly about: string;
  readonly values: Values;
}

/** An option of a command. */
export interface OptionOutline {
  /** As its help shows it: `-V, --version`, `--log <form>`. */
  readonly usage: string;
  /** Without dashes. */
  readonly long: string;
  /** Without its dash. */
  readonly short?: string;
  readonly about: string;
  readonly default?: unknown;
  /** What it takes; left out for a switch. */
  readonly values?: Values;
}

/** A command as data: for completions and the reference. */
export interface CommandOutline {
  /** What is typed: none for the program, `["messages", "list"]`. */
  readonly words: readonly string[];
  readonly about: string;
  readonly arguments: readonly ArgumentOutline[];
  readonly options: readonly OptionOutline[];
  readonly commands: readonly CommandOutline[];
}

/** What a program and all commands in it take. */
export function outlineOf(command: Command, words: readonly string[] = []): CommandOutline {
  const help = command.createHelp();
  return {
    words,
    about: command.description(),
    arguments: command.registeredArguments.map(argumentOutline),
    options: help.visibleOptions(command).map(optionOutline),
    commands: command.commands.map((each) => outlineOf(each, [...words, each.name()])),
  };
}

/** A program's commands and those in them, each before its own; the program itself first. */
export function everyCommand(outline: CommandOutline): readonly CommandOutline[] {
  return [outline, ...outline.commands.flatMap(everyCommand)];
}

function argumentOutline(argument: Argument): ArgumentOutline {
  const { description, variadic, required } = argument;
  const name = argument.name() + (variadic ? "..." : "");
  return {
    usage: required ? `<${name}>` : `[${name}]`,
    about: description,
    values: valuesOf(argument.name(), argument),
  };
}

function optionOutline(option: Option): OptionOutline {
  const { flags, description, defaultValue, long, short } = option;
  const name = /[<[]([\w.]+)[>\]]/.exec(flags)?.[1];
  return {
    usage: flags,
    long: (long ?? "").replace(/^--/, ""),
    ...(short ? { short: short.replace(/^-/, "") } : {}),
    about: description,
    ...(defaultValue === undefined ? {} : { default: defaultValue }),
    ...(name === undefined ? {} : { values: valuesOf(name, option) }),
  };
}

/** Fixed words are known by their reader, files and folders by the name of the value. */
function valuesOf(name: string, { parseArg }: Pick<Option, "parseArg">): Values {
  const words = (parseArg as { readonly words?: readonly string[] } | undefined)?.words;
  if (words) return words;
  return name === "dir" ? "folder" : /^files?$/.test(name) ? "file" : "text";
}
