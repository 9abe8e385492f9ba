import { posix } from "node:path";
import type { Command } from "commander";
import type { Catalog } from "../../runtime/contract/catalog.ts";
import { placed, type ProjectFile } from "./_tree.ts";

/** A fenced block of a page. */
export interface Fence {
  readonly language: string;
  readonly text: string;
  readonly index: number;
}

/** The fenced blocks of a page, in order. */
export function fencesOf(text: string): readonly Fence[] {
  return [...text.matchAll(/^```(\w*)\n([^]*?)^```$/gm)]
    .map(({ 1: language, 2: body, index }) => ({ language, text: body, index }));
}

/** A page without its fenced blocks, line for line. */
function proseOf(text: string): string {
  return text.replace(/^```\w*\n[^]*?^```$/gm, (fence) => fence.replace(/[^\n]/g, ""));
}

/** Where a heading can be linked to. */
export function anchorsOf(text: string): ReadonlySet<string> {
  return new Set(
    [...proseOf(text).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) =>
      heading.toLowerCase().replace(/[^\w\- ]/g, "").trim().replaceAll(" ", "-")
    ),
  );
}

/** Links of a page that lead nowhere. `find` gives the text of a project's file, `""` for a folder. */
export function linkTroubles(
  { path, text }: ProjectFile,
  find: (path: string) => string | undefined,
): readonly string[] {
  const prose = proseOf(text);
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(({ 1: link, index }) => {
    if (/^(https?|mailto):/.test(link)) return [];
    const [target, anchor] = link.split("#");
    const there = target === "" ? text : find(posix.join(posix.dirname(path), target));
    if (there === undefined) return [placed(path, prose, index, `a link leads nowhere: ${link}`)];
    if (anchor === undefined || anchorsOf(there).has(anchor)) return [];
    return [placed(path, prose, index, `no such heading: ${link}`)];
  });
}

/** What a page's commands are checked against. */
export interface KnownCommands {
  /** Of `deno.json`. */
  readonly tasks: readonly string[];
  /** The whole command line of Mitral. */
  readonly program: Command;
  readonly catalog: Catalog;
}

/** Commands a page names, in fenced shell blocks and in code within a line. */
export function commandsOf(
  text: string,
): readonly { readonly words: readonly string[]; readonly index: number }[] {
  const named = /^(npx -y deno@\S+|deno|mitral)\s/;
  const found = fencesOf(text).filter(({ language }) => language === "sh").flatMap((fence) =>
    fence.text.replace(/\\\n\s*/g, " ").split("\n").map((line) => ({ line, index: fence.index }))
  );
  for (const { 1: line, index } of proseOf(text).matchAll(/`([^`\n]+)`/g)) found.push({ line, index });
  return found
    .filter(({ line }) => named.test(line))
    .map(({ line, index }) => ({ words: line.replace(/\s+[#&|>].*$/, "").trim().split(/\s+/), index }));
}

/** Commands of a page that do not exist. */
export function commandTroubles({ path, text }: ProjectFile, known: KnownCommands): readonly string[] {
  return commandsOf(text).flatMap(({ words, index }) => {
    const trouble = commandTrouble(words, known);
    return trouble === undefined ? [] : [placed(path, text, index, trouble)];
  });
}

function commandTrouble(words: readonly string[], known: KnownCommands): string | undefined {
  const line = words.join(" ");
  const own = line.replace(/^npx -y deno@2\.9\.6 /, "deno ").replace(
    /^deno (task mitral|run -P mod\.ts)\b/,
    "mitral",
  );
  if (own.startsWith("mitral")) return mitralTrouble(own.split(" ").slice(1), known);
  const task = /^deno task (\S+)/.exec(own)?.[1];
  if (task !== undefined) return known.tasks.includes(task) ? undefined : `no such task: ${task}`;
  return line.startsWith("npx -y deno@2.9.6 ") || !line.startsWith("npx")
    ? undefined
    : `another Deno: ${line}`;
}

function mitralTrouble(words: readonly string[], { program, catalog }: KnownCommands): string | undefined {
  let command = program;
  const operands: string[] = [];
  for (const word of words) {
    if (word.startsWith("-")) {
      const isKnown = [command, program].some(({ options }) =>
        options.some(({ long, short }) => long === word.split("=")[0] || short === word)
      );
      if (!isKnown && word !== "--help") return `mitral ${command.name()} has no option ${word}`;
    } else if (command.commands.length > 0 && operands.length === 0) {
      const next = command.commands.find((each) => each.name() === word);
      if (!next) return `no such command: mitral ${words.join(" ")}`;
      command = next;
    } else operands.push(word);
  }
  if (command.name() !== "help" || operands.length === 0 || /^[A-Z]+$/.test(operands[0])) return undefined;
  const topics = [
    "exit-codes",
    ...program.commands.map((each) => each.name()),
    ...Object.values(catalog).flatMap((shelf) => Object.keys(shelf)),
  ];
  return topics.includes(operands[0]) ? undefined : `no such topic: mitral help ${operands[0]}`;
}

/** Error codes a page names that no component and no module declares. */
export function codeTroubles({ path, text }: ProjectFile, declared: ReadonlySet<string>): readonly string[] {
  const owners = new Set([...declared].map((code) => code.split("_")[0]));
  return [...text.matchAll(/\b[A-Z][A-Z0-9]+(_[A-Z0-9]+)+\b/g)].flatMap(({ 0: code, index }) =>
    owners.has(code.split("_")[0]) && !declared.has(code)
      ? [placed(path, text, index, `no such error code: ${code}`)]
      : []
  );
}
