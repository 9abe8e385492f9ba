import { type ConfigNode, nearestNode, valueOf } from "./config_node.ts";
import type { ChannelFile, DestinationFile } from "./gateway_shape.ts";
import { type PrepareContext, prepareSteps } from "./prepare_steps.ts";
import { shown, type Spot } from "./problem.ts";
import { messageOf } from "./read_component.ts";
import type { Partially } from "./shape.ts";
import { checkUsedPaths, troubleOfPath } from "./used_paths.ts";
import type { FormatSpec } from "../contract/format.ts";
import type { Configured, StepPlan } from "../engine/plan.ts";

/**
 * Notes what only the components of a channel can know, each given the format of what comes to it: a transform that
 * refuses its settings, a path that is none, a way of collecting that its format does not have.
 */
export async function checkChannel(
  channel: Partially<ChannelFile>,
  node: ConfigNode,
  machineZone: string,
  context: PrepareContext,
): Promise<void> {
  const timeZone = channel.listen?.timeZone ?? machineZone;
  const start = channel.parse?.spec?.name;
  await checkFiles(channel.parse, nearestNode(node, "parse"), context);
  checkReviewed(channel, node, context);
  const end = await prepareSteps(stepsOf(channel), start, timeZone, context);
  checkOrder(channel.order, end, nearestNode(node, "order"), context);
  for (const [field, path] of Object.entries(channel.search ?? {})) {
    checkPath(path, start, nearestNode(node, "search", field), context);
  }
  const from = channel.listen?.acknowledge?.replace(/^from /, "");
  for (const { name = "", value } of channel.send ?? []) {
    if (!value) continue;
    const sent = await prepareSteps(stepsOf(value), end, timeZone, context);
    const destination = nearestNode(node, "send", name);
    if (value.order !== undefined) checkOrder(value.order, sent, nearestNode(destination, "order"), context);
    checkCollect(value.collect, sent, nearestNode(destination, "collect", "as"), context);
    checkUsedPaths(value, sent, context);
    if (name === from) await prepareSteps(stepList(channel.respond), sent, timeZone, context);
  }
}

async function checkFiles(
  parse: Partially<ChannelFile>["parse"],
  node: ConfigNode,
  { disk, problems }: PrepareContext,
): Promise<void> {
  // Read whole, or left out.
  const { spec, config } = (parse ?? {}) as Partial<Configured<FormatSpec>>;
  if (!config) return;
  try {
    await spec?.checkFiles?.({ config: config as never, disk });
  } catch (cause) {
    problems.add(node, "CONFIG_VALUE_INVALID", { rule: messageOf(cause).replace(CANNOT_READ, "") });
  }
}

/** The problem begins with it already. */
const CANNOT_READ = /^Cannot read /;

/** What takes reviewed documents alone would refuse every one of a channel without a review. */
function checkReviewed(
  channel: Partially<ChannelFile>,
  node: ConfigNode,
  { problems, stepNodes }: PrepareContext,
): void {
  if (node.kind === "map" && valueOf(node, "review")) return;
  const lists = [channel, ...(channel.send ?? []).flatMap(({ value }) => value ?? [])];
  for (const step of lists.flatMap(stepsOf).flatMap(withinLoops)) {
    if (!("spec" in step) || !step.spec.needsReview) continue;
    const reason = "it takes reviewed documents alone, and the channel has no review";
    const hint = "review: {}, beside parse";
    problems.add(stepNodes.get(step)!, "CONFIG_STEP_REFUSED", { step: step.label, reason }, hint);
  }
}

function stepsOf({ filter, transform }: Pick<Partially<DestinationFile>, "filter" | "transform">) {
  return [...stepList(filter), ...stepList(transform)];
}

/** Steps are read whole or left out: none of them is partial. */
function stepList(steps: readonly unknown[] | undefined): readonly StepPlan[] {
  return (steps ?? []) as readonly StepPlan[];
}

/** A step, or those within a loop. */
function withinLoops(step: StepPlan): readonly StepPlan[] {
  return "each" in step ? step.steps.flatMap(withinLoops) : [step];
}

function checkOrder(
  order: string | undefined,
  format: string | undefined,
  spot: Spot,
  context: PrepareContext,
): void {
  checkPath(/^by (?!key$)(.+)$/.exec(order ?? "")?.[1], format, spot, context);
}

function checkPath(
  path: string | undefined,
  format: string | undefined,
  spot: Spot,
  context: PrepareContext,
): void {
  if (path === undefined || format === undefined) return;
  const rule = troubleOfPath(path, format, context);
  if (rule !== undefined) context.problems.add(spot, "CONFIG_VALUE_INVALID", { rule });
}

function checkCollect(
  collect: Partially<NonNullable<DestinationFile["collect"]>> | undefined,
  format: string | undefined,
  spot: Spot,
  context: PrepareContext,
): void {
  const as = collect?.as;
  if (as === undefined || as === "lines" || as === "zip" || format === undefined) return;
  const batch = context.formats[format]?.spec.batch?.name;
  if (as === batch) return;
  const known = ["lines", "zip", ...(batch === undefined ? [] : [batch])];
  const rule = `must be ${known.join(", ").replace(/, ([^,]*)$/, " or $1")}, not ${shown(as)}`;
  context.problems.add(spot, "CONFIG_VALUE_INVALID", { rule });
}
