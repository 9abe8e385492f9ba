import { isAbsolute, relative, resolve } from "node:path";
import type { TransformerSpec } from "../contract/actor.ts";
import type { ReadContext } from "./_read_context.ts";
import { shown, type Spot } from "./problem.ts";
import { messageOf } from "./read_component.ts";
import { noteFile } from "./settings.ts";

/** True where the name of a transform is a path to a module. */
export function isActorPath(name: string): boolean {
  return /\.[mc]?[jt]s$/.test(name);
}

/**
 * Loads a custom actor: the default export of a module in the gateway file's folder, made with `defineTransformer`.
 * What is wrong with it is noted as CONFIG_ACTOR_INVALID.
 */
export async function loadCustomActor(
  path: string,
  spot: Spot,
  { folder, disk, loadActor, problems, files }: ReadContext,
): Promise<TransformerSpec | undefined> {
  const refuse = (rule: string, hint?: string) =>
    problems.add(spot, "CONFIG_ACTOR_INVALID", { actor: shown(path), rule }, hint);

  if (/^[A-Za-z][A-Za-z0-9+.-]+:/.test(path)) return refuse("a custom actor is a file, not an address");
  const absolute = resolve(folder, path);
  const inside = relative(folder, absolute);
  if (isAbsolute(path) || isAbsolute(inside) || /^\.\.([/\\]|$)/.test(inside)) {
    return refuse("it must lie in the gateway file's folder");
  }
  const facts = await disk.facts(absolute).catch(() => undefined);
  if (facts === undefined || facts.kind === "folder") {
    return problems.add(spot, "CONFIG_PATH_MISSING", { expected: "file", path: shown(absolute, 240) });
  }
  let module: unknown;
  try {
    noteFile(files, spot, path, await disk.readText(absolute));
    module = await loadActor(absolute);
  } catch (cause) {
    return refuse(`it does not load: ${messageOf(cause)}`);
  }
  const made = (module as { default?: unknown } | null | undefined)?.default;
  const hint = "export default defineTransformer({ … })";
  if (made === undefined) return refuse("it has no default export", hint);
  const spec = (made as { spec?: unknown } | null)?.spec;
  if (spec === undefined) return refuse("its default export is not a transformer", hint);
  const missing = missingPart(spec);
  return missing ? refuse(`its spec has no ${missing}`, hint) : spec as TransformerSpec;
}

function missingPart(spec: unknown): string | undefined {
  const parts = {
    name: "string",
    about: "string",
    config: "object",
    errors: "object",
    transform: "function",
  };
  const given = (typeof spec === "object" && spec !== null ? spec : {}) as Record<string, unknown>;
  return Object.entries(parts).find(([part, type]) => typeof given[part] !== type || given[part] === null)
    ?.[0];
}
