import { ROOT } from "./_tree.ts";

interface Module {
  readonly specifier: string;
  readonly dependencies?: readonly {
    readonly code?: { readonly specifier: string };
    readonly isDynamic?: boolean;
  }[];
}

/** What a module of the project can load, and what it loads as soon as it is imported; from the root where it is ours. */
export interface ModuleGraph {
  readonly all: ReadonlySet<string>;
  readonly atOnce: ReadonlySet<string>;
}

/** The graph of a module, by its path from the root. Imports of types alone load nothing. */
export async function moduleGraph(path: string): Promise<ModuleGraph> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--no-remote", "--json", path],
    cwd: ROOT,
    stderr: "null",
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as { readonly modules: readonly Module[] };
  const byName = new Map(modules.map((module) => [module.specifier, module]));
  const atOnce = new Set<string>();
  const open = [new URL(path, ROOT).href];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (atOnce.has(name)) continue;
    atOnce.add(name);
    for (const { code, isDynamic } of byName.get(name)?.dependencies ?? []) {
      if (code && !isDynamic) open.push(code.specifier);
    }
  }
  const ours = (names: Iterable<string>) => new Set([...names].map((name) => name.replace(ROOT.href, "")));
  return { all: ours(byName.keys()), atOnce: ours(atOnce) };
}
