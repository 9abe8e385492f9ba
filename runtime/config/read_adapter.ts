import type { SenderSpec } from "../contract/adapter.ts";
import type { Configured } from "../engine/plan.ts";
import type { ReadContext } from "./_read_context.ts";
import { noteSplitText } from "./_node_checks.ts";
import { type ConfigNode, type Entry, keySpot, valueOf } from "./config_node.ts";
import { shown } from "./problem.ts";
import { configure, loadSpec, noteUnfit } from "./read_component.ts";
import type { SpecOf } from "./shape.ts";
import { didYouMean, suggest } from "./suggest.ts";
import { keepPaths } from "./used_paths.ts";

/**
 * Reads the one adapter of a section, under its own name beside the section's other keys. A key that is neither is a
 * misspelt setting if it looks like one, and otherwise a misspelt adapter if the section has none.
 */
export async function readAdapter<K extends "listeners" | "senders">(
  kind: K,
  settings: readonly string[],
  node: ConfigNode,
  context: ReadContext,
  instead?: string,
): Promise<Configured<SpecOf[K]> | undefined> {
  const { problems } = context;
  const other = node.kind === "map" && instead !== undefined ? valueOf(node, instead) : undefined;
  const adapters = Object.keys(context.catalog[kind]);
  const others = (node.kind === "map" ? node.entries : []).filter(({ key }) => !settings.includes(key));
  const found = others.filter(({ key }) => adapters.includes(key));
  const unknown = others.filter(({ key, value }) =>
    !adapters.includes(key) && !noteSplitText(node, value, context)
  );

  let adapterMeant = false;
  for (const { key, value } of unknown) {
    const spot = { path: node.path, place: value.keyPlace };
    const near = suggest(key, [...settings, ...adapters]);
    if (found.length > 0 || (near !== undefined && settings.includes(near))) {
      const hint = didYouMean(key, found.length > 0 ? settings : [near!]);
      problems.add(spot, "CONFIG_KEY_UNKNOWN", { key: shown(key) }, hint);
    } else {
      adapterMeant = true;
      problems.add(spot, "CONFIG_ADAPTER_UNKNOWN", { key: shown(key) }, didYouMean(key, adapters));
    }
  }
  for (const { value } of found.slice(1)) {
    const spot = { path: node.path, place: value.keyPlace };
    problems.add(spot, "CONFIG_ADAPTER_REPEATED", { first: found[0].key });
  }
  if (other && found.length > 0) {
    const spot = { path: node.path, place: other.keyPlace };
    problems.add(spot, "CONFIG_ADAPTER_REPEATED", { first: found[0].key });
  }
  if (!other && found.length === 0 && !adapterMeant) {
    const names = instead === undefined ? adapters : [...adapters, instead];
    problems.add(keySpot(node), "CONFIG_ADAPTER_MISSING", {}, `name one of ${names.join(", ")}`);
  }
  const read: (Configured<SpecOf[K]> | undefined)[] = [];
  for (const { key, value } of found) {
    const spec = await loadSpec<SpecOf[K]>(kind, key, { path: node.path, place: value.keyPlace }, context);
    const before = problems.count;
    const configured = spec && await configure(spec, value, context);
    // What does not fit by itself would trip up a look at how it fits the others.
    if (configured && problems.count === before) {
      noteUnfit(configured.spec.check?.(configured.config as never), value, context);
      if (kind === "senders") keepPaths(configured as Configured<SenderSpec>, value, context);
    }
    read.push(configured);
  }
  return read[0];
}

/** The entry of a section's adapter. */
export function adapterEntry(node: ConfigNode, settings: readonly string[]): Entry | undefined {
  return node.kind === "map" ? node.entries.find(({ key }) => !settings.includes(key)) : undefined;
}
