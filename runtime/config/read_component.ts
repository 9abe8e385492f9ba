import type { Unfit } from "../contract/spec.ts";
import type { Catalog, Lazy } from "../contract/catalog.ts";
import { asField, type Spec } from "../contract/spec.ts";
import type { Configured } from "../engine/plan.ts";
import { plainText, wrongKind } from "./_node_checks.ts";
import type { ReadContext } from "./_read_context.ts";
import { type ConfigNode, keySpot, valueOf } from "./config_node.ts";
import type { ConfigCode } from "./errors.ts";
import { parseField } from "./parse_field.ts";
import { shown, type Spot } from "./problem.ts";
import { readObject } from "./read_object.ts";
import type { ComponentKind, SpecOf } from "./shape.ts";
import { didYouMean } from "./suggest.ts";

const UNKNOWN: Readonly<Record<ComponentKind, ConfigCode>> = {
  listeners: "CONFIG_ADAPTER_UNKNOWN",
  senders: "CONFIG_ADAPTER_UNKNOWN",
  formats: "CONFIG_FORMAT_UNKNOWN",
  envelopes: "CONFIG_ENVELOPE_UNKNOWN",
  transforms: "CONFIG_TRANSFORM_UNKNOWN",
};

/** Reads a component given by name, or by name with its settings. */
export async function readComponent<K extends "formats" | "envelopes">(
  kind: K,
  node: ConfigNode,
  context: ReadContext,
): Promise<Configured<SpecOf[K]> | undefined> {
  const named = nameAndSettings(node, context);
  if (!named) return undefined;
  const spec = await loadSpec<SpecOf[K]>(kind, named.name, named.spot, context);
  if (!spec) return undefined;
  const before = context.problems.count;
  const configured = await configure(spec, named.settings, context);
  // What does not fit by itself would trip up a look at how it fits the others.
  if (context.problems.count === before && "checkConfig" in spec) {
    noteUnfit(spec.checkConfig?.(configured.config as never), named.settings, context);
  }
  return configured;
}

/** Settings that are each right and do not fit together. */
export function noteUnfit(
  unfit: readonly Unfit[] = [],
  node: ConfigNode,
  { problems }: Pick<ReadContext, "problems">,
): void {
  for (const { setting, rule } of unfit) {
    const at = node.kind === "map" ? valueOf(node, setting) : undefined;
    problems.add(at ?? keySpot(node), "CONFIG_VALUE_INVALID", { rule: at ? rule : `${setting} ${rule}` });
  }
}

/** A name with what stands behind it. A name alone has no settings. */
export function nameAndSettings(
  node: ConfigNode,
  context: ReadContext,
): { readonly name: string; readonly spot: Spot; readonly settings: ConfigNode } | undefined {
  const wanted = "a name, or one name with its settings";
  if (node.kind === "map" && node.entries.length === 1) {
    const { key, value } = node.entries[0];
    return { name: key, spot: { path: node.path, place: value.keyPlace }, settings: value };
  }
  if (node.kind === "map") {
    const rule = `must be ${wanted}, not ${node.entries.length} names`;
    return context.problems.add(node, "CONFIG_VALUE_INVALID", { rule });
  }
  if (node.kind !== "scalar") return wrongKind(node, wanted, context);
  const name = plainText(node, wanted, context);
  if (name === undefined) return undefined;
  const { path, place } = node;
  return { name, spot: node, settings: { kind: "empty", bare: false, path, place, keyPlace: place } };
}

/** Loads a component of the catalog. */
export async function loadSpec<T>(
  kind: ComponentKind,
  name: string,
  spot: Spot,
  { catalog, problems }: ReadContext,
): Promise<T | undefined> {
  const lazies: Catalog[typeof kind] = catalog[kind];
  if (!Object.hasOwn(lazies, name)) {
    const known = Object.keys(lazies);
    return problems.add(spot, UNKNOWN[kind], { key: shown(name) }, didYouMean(name, known));
  }
  try {
    return await (lazies[name] as Lazy<unknown>)() as T;
  } catch (cause) {
    return problems.add(spot, "CONFIG_COMPONENT_BROKEN", { key: shown(name), reason: messageOf(cause) });
  }
}

/** A component beside its parsed settings. */
export async function configure<S extends { readonly about: string; readonly config: Spec }>(
  spec: S,
  node: ConfigNode,
  context: ReadContext,
): Promise<Configured<S>> {
  const field = asField(spec.about, spec.config);
  if (node.kind !== "empty" || node.bare || field.kind === "record") {
    return { spec, config: await parseField(field, node, context) };
  }
  // A name with nothing behind it: the whole config is one value, which may have a default.
  const { default: value, optional } = field;
  if (value === undefined && optional) return { spec, config: undefined };
  if (value === undefined) return { spec, config: await parseField(field, node, context) };
  const filled = readObject(value, context.problems, node);
  return { spec, config: await parseField(field, filled, context) };
}

/** The one line of an error that may be shown: its message, without stack or cause. */
export function messageOf(cause: unknown): string {
  return shown(cause instanceof Error ? cause.message : String(cause), 240);
}
