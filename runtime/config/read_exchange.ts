import type { ListenerSpec, SenderSpec } from "../contract/adapter.ts";
import type { Configured } from "../engine/plan.ts";
import { wrongKind } from "./_node_checks.ts";
import type { ReadContext } from "./_read_context.ts";
import type { ConfigNode } from "./config_node.ts";
import { ownSettings } from "./links.ts";
import { shown } from "./problem.ts";
import { configure, loadSpec, noteUnfit } from "./read_component.ts";
import type { SpecOf } from "./shape.ts";

/** Reads the doors of the exchange, or our own settings for ways to partners. */
export async function readExchangeAdapters<K extends "listeners" | "senders">(
  kind: K,
  node: ConfigNode,
  context: ReadContext,
): Promise<readonly Configured<SpecOf[K]>[] | undefined> {
  if (node.kind === "empty") return [];
  if (node.kind !== "map") return wrongKind(node, "adapters by name, each with its settings", context);
  const read: Configured<ListenerSpec | SenderSpec>[] = [];
  for (const { key, value } of node.entries) {
    const spot = { path: node.path, place: value.keyPlace };
    const spec = await loadSpec<ListenerSpec | SenderSpec>(kind, key, spot, context);
    if (!spec) continue;
    if (!spec.link) {
      const rule = `${shown(key)} is no ${kind === "listeners" ? "door for" : "way to"} partners`;
      context.problems.add(spot, "CONFIG_VALUE_INVALID", { rule }, `one of ${await linkable(kind, context)}`);
      continue;
    }
    read.push(
      kind === "listeners"
        ? await readDoor(spec as ListenerSpec, value, context)
        : await configure(ownSettings(spec as SenderSpec), value, context),
    );
  }
  return read as unknown as readonly Configured<SpecOf[K]>[];
}

async function readDoor(
  spec: ListenerSpec,
  node: ConfigNode,
  context: ReadContext,
): Promise<Configured<ListenerSpec>> {
  const before = context.problems.count;
  const door = await configure(spec, node, context);
  if (context.problems.count === before) noteUnfit(spec.check?.(door.config as never), node, context);
  return door;
}

async function linkable(kind: "listeners" | "senders", { catalog }: ReadContext): Promise<string> {
  const names: string[] = [];
  for (const name of Object.keys(catalog[kind])) {
    const spec = await catalog[kind][name]().catch(() => undefined);
    if (spec?.link) names.push(name);
  }
  return names.join(", ");
}
