import type { TransformerSpec } from "../contract/actor.ts";
import type { ActPlan, EachPlan, StepPlan } from "../engine/plan.ts";
import { plainText, wrongKind } from "./_node_checks.ts";
import type { ReadContext } from "./_read_context.ts";
import { type ConfigNode, keySpot, type MapNode, pathOf, valueOf } from "./config_node.ts";
import { isActorPath, loadCustomActor } from "./load_custom_actor.ts";
import { shown } from "./problem.ts";
import { suggest } from "./suggest.ts";
import { configure, loadSpec, nameAndSettings } from "./read_component.ts";

/** Name of the transform behind the keys `filter` and `when`. */
const FILTER = "filter";
/** Beside a transform: a condition. */
const WHEN = "when";
/** In place of a transform: the path of a loop, … */
export const LOOP = "for each";
/** … and what is done in it. */
const DO = "do";

/** Reads the key `filter`: the settings of the transform of that name. */
export async function readFilter(node: ConfigNode, context: ReadContext): Promise<readonly StepPlan[]> {
  const step = await readAct(FILTER, node, node, context);
  return step ? [step] : [];
}

/** Reads a list of transforms. */
export async function readTransforms(node: ConfigNode, context: ReadContext): Promise<readonly StepPlan[]> {
  if (node.kind !== "list") return wrongKind(node, "a list of transforms", context) ?? [];
  const steps: StepPlan[] = [];
  for (const item of node.items) {
    const step = await readStep(item, context);
    if (step) steps.push(step);
  }
  return steps;
}

async function readStep(node: ConfigNode, context: ReadContext): Promise<StepPlan | undefined> {
  const condition = node.kind === "map" ? valueOf(node, WHEN) : undefined;
  const when = condition && await readAct(FILTER, condition, condition, context);
  if (condition && !when) return undefined;
  const bare = node.kind === "map"
    ? { ...node, entries: node.entries.filter(({ key }) => key !== WHEN) }
    : node;
  if (bare.kind === "map" && !valueOf(bare, LOOP) && bare.entries.length !== 1) {
    return noteNames(node, bare.entries.map(({ key }) => key), context);
  }
  const step = bare.kind === "map" && valueOf(bare, LOOP)
    ? await readLoop(bare, context)
    : await readNamed(bare, context);
  if (!step || !when) return step;
  const conditional = { ...step, when };
  context.stepNodes.set(conditional, context.stepNodes.get(step)!);
  return conditional;
}

/** An item that is no one transform: mostly a dash that is missing, or a word of the language spelt in another way. */
function noteNames(node: ConfigNode, names: readonly string[], { problems }: ReadContext): undefined {
  const meant = names.some((name) => suggest(name, [LOOP]) !== undefined)
    ? `did you mean ${LOOP}?`
    : `each transform is an item of its own; a condition stands beside it, under ${WHEN}`;
  const rule = `must be one transform, not ${
    names.length === 0 ? "none" : names.map((name) => shown(name)).join(", ")
  }`;
  return problems.add(node, "CONFIG_VALUE_INVALID", { rule }, meant);
}

async function readNamed(node: ConfigNode, context: ReadContext): Promise<ActPlan | undefined> {
  const named = nameAndSettings(node, context);
  return named && await readAct(named.name, named.settings, node, context, named.spot);
}

async function readLoop(node: MapNode, context: ReadContext): Promise<EachPlan | undefined> {
  const each = plainText(valueOf(node, LOOP)!, "a path", context);
  const body = valueOf(node, DO);
  for (const { key, value } of node.entries) {
    if (key === LOOP || key === DO) continue;
    const spot = { path: node.path, place: value.keyPlace };
    context.problems.add(spot, "CONFIG_KEY_UNKNOWN", { key: shown(key) }, `there is ${LOOP}, ${DO}, ${WHEN}`);
  }
  if (!body) {
    return context.problems.add(keySpot(node), "CONFIG_VALUE_MISSING", { key: DO }, "a list of transforms");
  }
  const steps = await readTransforms(body, context);
  if (each === undefined) return undefined;
  const plan: EachPlan = { label: `${LOOP} ${each}`, each, steps };
  context.stepNodes.set(plan, node);
  return plan;
}

async function readAct(
  name: string,
  settings: ConfigNode,
  node: ConfigNode,
  context: ReadContext,
  spot: Parameters<typeof loadSpec>[2] = { path: pathOf(node.path, name), place: node.place },
): Promise<ActPlan | undefined> {
  const spec = isActorPath(name)
    ? await loadCustomActor(name, spot, context)
    : await loadSpec<TransformerSpec>("transforms", name, spot, context);
  if (!spec) return undefined;
  const before = context.problems.count;
  const { config } = await configure(spec, settings, context);
  if (context.problems.count > before) return undefined;
  const plan: ActPlan = { label: name, spec, config };
  context.stepNodes.set(plan, settings);
  return plan;
}
