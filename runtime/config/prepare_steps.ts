import { bindTransformer, type Surroundings, type TransformerSpec } from "../contract/actor.ts";
import { bindFormat, type Formats } from "../contract/format.ts";
import { resolve } from "node:path";
import type { Configured, GatewayPlan, StepPlan } from "../engine/plan.ts";
import { type ConfigNode, valueOf } from "./config_node.ts";
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
      await checkLoop(step.each, format, node, context);
      await prepareSteps(step.steps, format, timeZone, context);
    } else await prepare(step, step.label, format, node, timeZone, context);
  }
  return end;
}

async function checkLoop(
  path: string,
  format: string | undefined,
  node: ConfigNode,
  context: PrepareContext,
): Promise<void> {
  if (format === undefined || node.kind !== "map") return;
  const spot = valueOf(node, LOOP) ?? node;
  await noting(spot, LOOP, context, () => formatsOf(context)(format).checkPath(path, "read"));
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
  spot: Spot,
  label: string,
  { problems }: PrepareContext,
  act: () => void | Promise<void>,
): Promise<void> {
  try {
    await act();
  } catch (cause) {
    problems.add(spot, "CONFIG_STEP_REFUSED", { step: shown(label), reason: messageOf(cause) });
  }
}
