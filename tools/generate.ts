/**
 * Writes what follows from the tree: `catalog.ts`, `formats.ts`, `transforms.ts`, the typed views of HL7, the reference
 * and the JSON Schema of the gateway file.
 * `deno task generate` writes, `deno task generate --check` names what is stale and exits 1.
 */
import { loadCatalog } from "../runtime/config/catalog_specs.ts";
import { toJsonSchema } from "../runtime/config/json_schema.ts";
import type { Catalog } from "../runtime/contract/catalog.ts";
import type { Fault } from "../runtime/contract/error.ts";
import { commandsMarkdown } from "./_commands.ts";
import { renderFormats, renderTransforms } from "./_exports.ts";
import { type ComponentFile, findComponents, findErrorModules, ROOT } from "./_find_components.ts";
import { renderCatalog, renderReference } from "./_render.ts";
import { renderViews } from "./_render_views.ts";

const REFERENCE = "docs/reference";

/** Every generated file by its path from the root, as it should be. The same tree gives the same text. */
export async function generate(): Promise<ReadonlyMap<string, string>> {
  const components = await findComponents();
  const catalog = await importCatalog(components);
  const specs = await loadCatalog(catalog);
  const files = new Map([
    ["catalog.ts", renderCatalog(components)],
    ["formats.ts", renderFormats(components, specs)],
    ["transforms.ts", renderTransforms(components, specs)],
  ]);
  for (const [path, text] of renderViews()) files.set(path, text);
  for (const [name, text] of renderReference(specs, await runtimeFaults(), commandsMarkdown(catalog))) {
    files.set(`${REFERENCE}/${name}`, text);
  }
  files.set(`${REFERENCE}/gateway.schema.json`, JSON.stringify(toJsonSchema(specs), null, 2));
  for (const [path, text] of files) files.set(path, await formatted(path, text));
  return files;
}

/** Paths whose file differs from what it should be, or should not be there. */
export async function stalePaths(files: ReadonlyMap<string, string>): Promise<readonly string[]> {
  const stale = await orphans(files);
  for (const [path, text] of files) {
    const there = await Deno.readTextFile(new URL(path, ROOT)).catch(() => undefined);
    if (there !== text) stale.push(path);
  }
  return stale.sort();
}

/** Files in the reference that nothing generates any more. */
async function orphans(files: ReadonlyMap<string, string>): Promise<string[]> {
  const found: string[] = [];
  try {
    for await (const { name } of Deno.readDir(new URL(`${REFERENCE}/`, ROOT))) {
      if (!files.has(`${REFERENCE}/${name}`)) found.push(`${REFERENCE}/${name}`);
    }
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
  }
  return found;
}

async function importCatalog(components: readonly ComponentFile[]): Promise<Catalog> {
  const kinds: Record<keyof Catalog, Record<string, () => Promise<unknown>>> = {
    listeners: {},
    senders: {},
    formats: {},
    envelopes: {},
    transforms: {},
  };
  for (const { kind, name, path } of components) {
    const { default: made } = await import(new URL(path, ROOT).href);
    const spec = kind === "transforms" ? made?.spec : made;
    if (spec?.name !== name) {
      throw new Error(`${path} must export by default a component called ${name}, not ${spec?.name}`);
    }
    kinds[kind][name] = () => Promise.resolve(spec);
  }
  return kinds as Catalog;
}

/** The errors of modules that are no components, by code. */
async function runtimeFaults(): Promise<Readonly<Record<string, Fault>>> {
  const faults: Record<string, Fault> = {};
  for (const path of await findErrorModules()) {
    const exported = Object.values(await import(new URL(path, ROOT).href)).filter(isErrorTable);
    if (exported.length === 0) throw new Error(`${path} declares errors and must export their table`);
    for (const table of exported) Object.assign(faults, table.faults);
  }
  return faults;
}

function isErrorTable(value: unknown): value is { readonly faults: Readonly<Record<string, Fault>> } {
  return typeof value === "object" && value !== null && "owner" in value && "faults" in value;
}

/** As `deno fmt` leaves it, so that a generated file never fails the format check. */
async function formatted(path: string, text: string): Promise<string> {
  const extension = path.slice(path.lastIndexOf(".") + 1);
  const child = new Deno.Command("deno", {
    args: ["fmt", "--quiet", "--ext", extension, "-"],
    cwd: ROOT,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  if (!success) throw new Error(`Cannot format ${path}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

async function main(): Promise<number> {
  const files = await generate();
  const stale = await stalePaths(files);
  const check = Deno.args.includes("--check");
  for (const path of stale) {
    console.log(check ? `${path} is stale: run deno task generate` : path);
    if (check) continue;
    const url = new URL(path, ROOT);
    const text = files.get(path);
    if (text === undefined) {
      await Deno.remove(url);
      continue;
    }
    if (path.startsWith(REFERENCE)) await Deno.mkdir(new URL(REFERENCE, ROOT), { recursive: true });
    await Deno.writeTextFile(url, text);
  }
  return check && stale.length > 0 ? 1 : 0;
}

if (import.meta.main) Deno.exit(await main());
