import type { ComponentKind } from "../runtime/config/shape.ts";

/** The project's root. */
export const ROOT = new URL("../", import.meta.url);

/** A module that holds a component. */
export interface ComponentFile {
  readonly kind: ComponentKind;
  /** As its folder or file is called, and a gateway file names it. */
  readonly name: string;
  /** From the root: `adapters/mllp/listener.ts`. */
  readonly path: string;
}

/** The components in the tree, by kind and name. Where a folder does not exist there are none. */
export async function findComponents(): Promise<readonly ComponentFile[]> {
  const found = [
    ...await inAdapters("listeners", "listener.ts"),
    ...await inAdapters("senders", "sender.ts"),
    ...await inActors("formats", "actors/formats"),
    ...await inActors("envelopes", "actors/envelopes"),
    ...await inActors("transforms", "actors/transforms"),
  ];
  if (await isFile("actors/filter.ts")) {
    found.push({ kind: "transforms", name: "filter", path: "actors/filter.ts" });
  }
  return found.sort((a, b) => compare(a.kind, b.kind) || compare(a.name, b.name));
}

/** Modules that declare errors of no one component, from the root, sorted. */
export async function findErrorModules(): Promise<readonly string[]> {
  // What transforms share is private to their folder.
  return [...await errorModulesIn("runtime", /^[_.]/), ...await errorModulesIn("actors/transforms", /^[^_]/)]
    .sort();
}

async function errorModulesIn(folder: string, hidden: RegExp): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { name, isDirectory } of await entriesOf(folder, hidden)) {
    const path = `${folder}/${name}`;
    if (isDirectory) found.push(...await errorModulesIn(path, hidden));
    else if (/^(?!.*\.d\.ts$).*\.tsx?$/.test(name)) {
      const text = await Deno.readTextFile(new URL(path, ROOT));
      if (/= declareErrors\(/.test(text.replace(/^ \*.*$/gm, ""))) found.push(path);
    }
  }
  return found;
}

async function inAdapters(kind: ComponentKind, file: string): Promise<ComponentFile[]> {
  const found: ComponentFile[] = [];
  for (const { name } of await entriesOf("adapters")) {
    const path = `adapters/${name}/${file}`;
    if (await isFile(path)) found.push({ kind, name, path });
  }
  return found;
}

/** `set.ts` is a component, and so is `hl7v2/mod.ts`. */
async function inActors(kind: ComponentKind, folder: string): Promise<ComponentFile[]> {
  const found: ComponentFile[] = [];
  for (const { name, isDirectory } of await entriesOf(folder)) {
    const path = `${folder}/${name}${isDirectory ? "/mod.ts" : ""}`;
    if (path.endsWith(".ts") && await isFile(path)) {
      found.push({ kind, name: name.replace(/\.ts$/, ""), path });
    }
  }
  return found;
}

/** What is in a folder, sorted, less what is hidden; where nothing else is said, what is private to it. */
async function entriesOf(folder: string, hidden = /^[_.]/): Promise<readonly Deno.DirEntry[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(new URL(`${folder}/`, ROOT)));
    return entries.filter(({ name }) => !hidden.test(name)).sort((a, b) => compare(a.name, b.name));
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return [];
    throw cause;
  }
}

async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(new URL(path, ROOT)).then((facts) => facts.isFile, () => false);
}

/** By code unit: the same on every machine, whatever its language. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
