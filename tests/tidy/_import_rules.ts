import { posix } from "node:path";
import { codeOf, placed, type ProjectFile } from "./_tree.ts";

/** What each part of the runtime may import of the others. The engine meets adapters through the contract alone. */
const RUNTIME_PARTS: { readonly [part: string]: readonly string[] } = {
  contract: [],
  journal: ["contract", "trust"],
  trust: ["contract"],
  engine: ["contract", "journal", "trust"],
  config: ["contract", "engine"],
  telemetry: ["contract", "engine"],
  network: ["contract", "config"],
  console: ["contract", "journal", "trust", "engine", "config", "telemetry", "network"],
  // The machine's side of the two ports: `World` and the console's `Terminal`.
  world: ["contract", "console"],
};

const KITS = [["adapters/", "adapters/_kit/"], ["actors/envelopes/", "actors/envelopes/_kit/"]] as const;

const IMPORT =
  /(?:^(?:import|export)\b[^"';=(]*?\bfrom\s+|^import\s+|\bimport\s*\(\s*|\bnew URL\(\s*(?="\.))"([^"\n]+)"/gm;

/** What a module imports, in order, with its place. */
export function importsOf(text: string): readonly { readonly name: string; readonly index: number }[] {
  return [...codeOf(text).matchAll(IMPORT)].map((match) => ({ name: match[1], index: match.index }));
}

/** Every import of a module that the import rule does not allow. */
export function importTroubles({ path, text }: ProjectFile, mapped: readonly string[]): readonly string[] {
  return importsOf(text).flatMap(({ name, index }) => {
    const trouble = name.startsWith(".")
      ? ownTrouble(path, posix.join(posix.dirname(path), name))
      : packageTrouble(path, name, mapped);
    return trouble === undefined ? [] : [placed(path, codeOf(text), index, trouble)];
  });
}

function packageTrouble(path: string, name: string, mapped: readonly string[]): string | undefined {
  if (path.startsWith("runtime/contract/")) return `the contract imports nothing: ${name}`;
  if (name === "mitral" || name.startsWith("mitral/")) {
    return /^(tests|examples)\//.test(path) ? undefined : `only who uses Mitral imports it by name: ${name}`;
  }
  if (name.startsWith("node:")) return undefined;
  if (name.startsWith("@std/assert") && !path.startsWith("tests/")) return `only tests assert: ${name}`;
  return mapped.some((known) => known === name || (known.endsWith("/") && name.startsWith(known)))
    ? undefined
    : `not in the import map: ${name}`;
}

/** Why `from` may not import the project's own `to`. */
function ownTrouble(from: string, to: string): string | undefined {
  // Tests, tools, examples and the composition root may import what they like.
  if (!/^(runtime|actors|adapters)\//.test(from)) return undefined;
  const refused = `may not import ${to}`;
  if (from.startsWith("runtime/")) {
    const part = from.split("/")[1], [other, otherPart] = to.split("/");
    const mayImport = other === "runtime" && (part === otherPart || RUNTIME_PARTS[part]?.includes(otherPart));
    return mayImport ? undefined : refused;
  }
  if (to.startsWith("runtime/contract/") || to.startsWith(ownFolder(from))) return undefined;
  // What several adapters, or envelopes, are made of; it imports what they may, and none of them.
  if (KITS.some(([users, kit]) => from.startsWith(users) && to.startsWith(kit))) return undefined;
  const sharedWithin = posix.dirname(from) === posix.dirname(to) && posix.basename(to).startsWith("_");
  return sharedWithin ? undefined : refused;
}

/** The folder of a component, or the file itself where that is all of it. */
function ownFolder(path: string): string {
  return /^(adapters\/[^/]+|actors\/[^/]+\/[^/]+)\//.exec(path)?.[0] ?? path;
}
