import { bindTransformer, type Surroundings, type TransformerSpec } from "../contract/actor.ts";
import { MitralError } from "../contract/error.ts";
import { bindFormat, type Formats } from "../contract/format.ts";
import { resolve } from "node:path";
import type { Configured, EachPlan, GatewayPlan, StepPlan } from "../engine/plan.ts";
import { type ConfigNode, keySpot, valueOf } from "./config_node.ts";
import { followFormats } from "./follow_formats.ts";
import type { ReadContext } from "./_read_context.ts";
import { shown, type Spot } from "./problem.ts";
import { messageOf } from "./read_component.ts";
import { LOOP } from "./read_steps.ts";
import { noteFile } from "./settings.ts";

/** What steps are prepared with. */
export interface PrepareContext extends ReadContext {
  readonly formats: GatewayPlan["formats"];
}

/**
 * Has steps get ready as they will when the channel starts: what one refuses is found now, with its place. `start` is
 * the name of the format they are given; the name of the one they give is returned.
 */
export async function prepareSteps(
  steps: readonly StepPlan[],
  start: string | undefined,
  timeZone: string,
  context: PrepareContext,
): Promise<string | undefined> {
  const { followed, end } = followFormats(steps, start);
  for (const { step, format } of followed) {
    const node = context.stepNodes.get(step)!;
    if (step.when) {
      // A condition is a step of its own, with a place of its own.
      const spot = context.stepNodes.get(step.when as StepPlan) ?? node;
      await prepare(step.when, "when", format, spot, timeZone, context);
    }
    if ("each" in step) {
      await checkLoop(step, format, node, context);
      await prepareSteps(step.steps, format, timeZone, context);
    } else await prepare(step, step.label, format, node, timeZone, context);
  }
  return end;
}

async function checkLoop(
  { each, steps }: EachPlan,
  format: string | undefined,
  node: ConfigNode,
  context: PrepareContext,
): Promise<void> {
  for (const step of steps) {
    if ("each" in step || !(step.spec.gives || step.spec.splits)) continue;
    const reason = "it makes other messages, and a loop changes the one it goes through";
    context.problems.add(context.stepNodes.get(step)!, "CONFIG_STEP_REFUSED", { step: step.label, reason });
  }
  if (format === undefined || node.kind !== "map") return;
  const spot = valueOf(node, LOOP) ?? node;
  await noting(spot, LOOP, context, () => formatsOf(context)(format).checkPath(each, "read"));
}

async function prepare(
  { spec, config }: Configured<TransformerSpec>,
  label: string,
  body: string | undefined,
  node: ConfigNode,
  timeZone: string,
  context: PrepareContext,
): Promise<void> {
  const formats = formatsOf(context);
  const readText = (path: string) => context.disk.readText(resolve(context.folder, path));
  const readOnce = async (path: string) => {
    const text = await readText(path);
    noteFile(context.files, node, path, text);
    return text;
  };
  const around: Surroundings = {
    readText: readOnce,
    live: async (path, read) => ({ value: read(await readText(path)) }),
    formats,
    ...(body === undefined ? {} : { body: formats(body) }),
    timeZone,
    turn: () => Promise.resolve(),
    state: { get: () => Promise.resolve(undefined), set() {}, delete() {} },
    fetch: () => Promise.reject(new TypeError("Cannot fetch: nothing runs yet")),
  };
  await noting(node, label, context, async () => {
    const stage = await bindTransformer(spec, config as never, around);
    await stage[Symbol.asyncDispose]?.();
  });
}

/** A format by its name, as the gateway will find it. */
export function formatsOf({ formats }: Pick<PrepareContext, "formats">): Formats {
  return (name) => {
    const found = Object.hasOwn(formats, name) ? formats[name] : undefined;
    if (!found) throw new TypeError(`no format is called ${shown(name)}`);
    return bindFormat(found.spec, found.config as never);
  };
}

async function noting(
  node: ConfigNode,
  label: string,
  { problems }: PrepareContext,
  act: () => void | Promise<void>,
): Promise<void> {
  try {
    await act();
  } catch (cause) {
    problems.add(spotOf(node, cause), "CONFIG_STEP_REFUSED", {
      step: shown(label),
      reason: messageOf(cause),
    });
  }
}

/** Where among settings stands what an error names; the settings as a whole where it names nothing of theirs. */
function spotOf(node: ConfigNode, cause: unknown): Spot {
  const facts = cause instanceof MitralError ? Object.values(cause.facts) : [];
  for (const fact of facts) {
    const found = typeof fact === "string" ? findText(node, fact) : undefined;
    if (found) return found;
  }
  return node;
}

function findText(node: ConfigNode, text: string): Spot | undefined {
  if (node.kind === "scalar") return node.text === text ? node : undefined;
  if (node.kind === "empty") return undefined;
  if (node.kind === "map") {
    const named = valueOf(node, text);
    if (named) return keySpot(named);
  }
  const inner = node.kind === "map" ? node.entries.map(({ value }) => value) : node.items;
  for (const each of inner) {
    const found = findText(each, text);
    if (found) return found;
  }
  return undefined;
}
