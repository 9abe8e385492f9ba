import { Command } from "commander";
import type { Catalog } from "../runtime/contract/catalog.ts";
import { exitCodeRows } from "../runtime/console/cli/exit_codes.ts";
import { type CommandOutline, everyCommand, outlineOf } from "../runtime/console/cli/outline.ts";
import { addCommands } from "../runtime/console/cli/program.ts";
import { Session } from "../runtime/console/cli/session.ts";
import type { Terminal } from "../runtime/console/terminal.ts";
import { denoWorld } from "../runtime/world/deno_world.ts";

/** The page of the reference about the command line, without its title: every command as the program itself has it. */
export function commandsMarkdown(catalog: Catalog): string {
  const { program, helpOf } = openProgram(catalog);
  const outline = outlineOf(program);
  const commands = everyCommand(outline).filter(({ words, commands }) =>
    words.length > 0 && commands.length === 0
  );
  const general = table("Option", outline.options.map(({ usage, about }) => [usage, about]));
  const codes = table("Exit code", exitCodeRows.map(([code, says]) => [String(code), says]));
  return [general, codes, ...commands.map((command) => section(command, helpOf(command.words)))].join("\n\n");
}

function section(command: CommandOutline, help: string): string {
  const { words, about, arguments: operands, options } = command;
  const name = `mitral ${words.join(" ")}`;
  const own = options.filter(({ long }) => long !== "help");
  const rows = [
    ...operands.filter(({ about }) => about !== "").map(({ usage, about }) => [usage, about]),
    ...own.map((option) => {
      const fallback = option.default === undefined ? "" : ` Default: \`${option.default}\`.`;
      return [option.usage, sentence(option.about) + fallback];
    }),
  ];
  const usage = [
    name,
    ...operands.map(({ usage }) => usage),
    ...(own.length > 0 ? ["[options]"] : []),
  ];
  return [
    `## ${name}`,
    sentence(about),
    "```text\n" + usage.join(" ") + "\n```",
    ...(rows.length === 0 ? [] : [table("Argument or option", rows)]),
    ...examplesIn(help),
  ].join("\n\n");
}

function table(heading: string, rows: readonly (readonly string[])[]): string {
  const lines = rows.map(([name, about]) => `| \`${name}\` | ${sentence(about).replaceAll("|", "\\|")} |`);
  return [`| ${heading} | What it says |`, "| --- | --- |", ...lines].join("\n");
}

/** Help begins in lower case and has no full stop; `<` would be read as HTML. */
function sentence(text: string): string {
  const [first = "", ...rest] = text.replaceAll("<", "&lt;");
  return first.toUpperCase() + rest.join("") + (text === "" || /[.`]$/.test(text) ? "" : ".");
}

function examplesIn(help: string): string[] {
  const found = /\nExamples?:\n([^]*)$/.exec(help)?.[1].replace(/^ +/gm, "").trim();
  return found === undefined ? [] : ["```sh\n" + found + "\n```"];
}

/** The program, and what each command prints when it is asked for help. */
function openProgram(catalog: Catalog) {
  let printed = "";
  const terminal: Terminal = {
    args: [],
    out: (text) => void (printed += text),
    err: () => {},
    isTerminal: false,
    colour: false,
    columns: 100,
    rows: 24,
    env: () => undefined,
    cwd: "/",
    onInterrupt: () => () => {},
    onStrayError: () => () => {},
  };
  const refuse = () => Promise.reject(new Error("no command is run here"));
  const outside = {
    world: denoWorld,
    catalog,
    version: "",
    importMap: "",
    openGateway: refuse,
    loadActor: refuse,
  };
  const program = addCommands(new Command("mitral"), new Session(terminal, outside));
  const helpOf = (words: readonly string[]) => {
    printed = "";
    words.reduce((at, word) => at.commands.find((each) => each.name() === word)!, program).outputHelp();
    return printed;
  };
  return { program, helpOf };
}
