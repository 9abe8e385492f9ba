import type { TransformerSpec } from "../contract/actor.ts";
import { MitralError } from "../contract/error.ts";
import type { StepPlan } from "../engine/plan.ts";
import { resolve } from "node:path";
import { wrongKind } from "./_node_checks.ts";
import type { ReadContext } from "./_read_context.ts";
import type { ConfigNode } from "./config_node.ts";
import { isActorPath, loadCustomActor } from "./load_custom_actor.ts";
import { shown } from "./problem.ts";
import { configure, loadSpec, messageOf, nameAndSettings } from "./read_component.ts";

/** Name of the transform behind the key `filter`. */
const FILTER = "filter";

/** Reads the key `filter`: the settings of the transform of that name. */
export async function readFilter(node: ConfigNode, context: ReadContext): Promise<readonly StepPlan[]> {
  const spec = await loadSpec<TransformerSpec>("transforms", FILTER, node, context);
  const step = spec && await readStep(FILTER, spec, node, context);
  return step ? [step] : [];
}

/** Reads a list of transforms. */
export async function readTransforms(node: ConfigNode, context: ReadContext): Promise<readonly StepPlan[]> {
  if (node.kind !== "list") return wrongKind(node, "a list of transforms", context) ?? [];
  const steps: StepPlan[] = [];
  for (const item of node.items) {
    const named = nameAndSettings(item, context);
    if (!named) continue;
    const { name, spot, settings } = named;
    const spec = isActorPath(name)
      ? await loadCustomActor(name, spot, context)
      : await loadSpec<TransformerSpec>("transforms", name, spot, context);
    const step = spec && await readStep(name, spec, settings, context);
    if (step) steps.push(step);
  }
  return steps;
}

async function readStep(
  label: string,
  spec: TransformerSpec,
  node: ConfigNode,
  context: ReadContext,
): Promise<StepPlan | undefined> {
  const before = context.problems.count;
  const { config } = await configure(spec, node, context);
  if (context.problems.count > before) return undefined;
  return await prepares(label, spec, config, node, context) ? { label, spec, config } : undefined;
}

/** Has the step get ready as it will when the channel starts: what it refuses is found now, with its place. */
async function prepares(
  label: string,
  spec: TransformerSpec,
  config: unknown,
  node: ConfigNode,
  { problems, folder, disk }: ReadContext,
): Promise<boolean> {
  const readText = (path: string) => disk.readText(resolve(folder, path));
  const fail = (code: string, facts?: Readonly<Record<string, string | number>>, cause?: unknown): never => {
    throw new MitralError(code, spec.errors[code], facts, cause);
  };
  try {
    await spec.prepare?.({ config: config as Readonly<Record<string, never>>, fail, readText });
    return true;
  } catch (cause) {
    problems.add(node, "CONFIG_STEP_REFUSED", { step: shown(label), reason: messageOf(cause) });
    return false;
  }
}
