import type { SenderSpec } from "../contract/adapter.ts";
import type { Configured } from "../engine/plan.ts";
import type { ReadContext } from "./_read_context.ts";
import { noteSplitText, wrongKind } from "./_node_checks.ts";
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
  instead: readonly string[] = [],
): Promise<Configured<SpecOf[K]> | undefined> {
  const { problems } = context;
  const others = instead.flatMap((key) => node.kind === "map" ? valueOf(node, key) ?? [] : []);
  const adapters = Object.keys(context.catalog[kind]);
  const strangers = (node.kind === "map" ? node.entries : []).filter(({ key }) => !settings.includes(key));
  const found = strangers.filter(({ key }) => adapters.includes(key));
  const unknown = strangers.filter(({ key, value }) =>
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
  const first = found[0]?.key ?? instead.find((key) => node.kind === "map" && valueOf(node, key));
  for (const other of found.length > 0 ? others : others.slice(1)) {
    problems.add({ path: node.path, place: other.keyPlace }, "CONFIG_ADAPTER_REPEATED", { first: first! });
  }
  if (first === undefined && !adapterMeant) {
    const names = [...adapters, ...instead];
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

/** Reads a list of adapters, each under its own name; at least one. */
export async function readAdapters<K extends "listeners" | "senders">(
  kind: K,
  node: ConfigNode,
  context: ReadContext,
): Promise<readonly Configured<SpecOf[K]>[] | undefined> {
  if (node.kind !== "list") return wrongKind(node, "a list of adapters, each with its settings", context);
  if (node.items.length === 0) {
    return context.problems.add(node, "CONFIG_VALUE_MISSING", { key: "an adapter" });
  }
  const read: Configured<SpecOf[K]>[] = [];
  for (const item of node.items) {
    if (item.kind !== "map") {
      wrongKind(item, "an adapter with its settings", context);
      continue;
    }
    const adapter = await readAdapter(kind, [], item, context);
    if (adapter) read.push(adapter);
  }
  return read;
}

/** The entry of a section's adapter. */
export function adapterEntry(node: ConfigNode, settings: readonly string[]): Entry | undefined {
  return node.kind === "map" ? node.entries.find(({ key }) => !settings.includes(key)) : undefined;
}
