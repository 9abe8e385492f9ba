import { bindTransformer, type KeyedState, type Passed, type Stage } from "../contract/actor.ts";
import { errors as actorErrors } from "../contract/actor.ts";
import type { Format, Formats } from "../contract/format.ts";
import type { Message } from "../contract/message.ts";
import type { World } from "../contract/world.ts";
import { errors } from "./errors.ts";
import { LiveFiles } from "./live_files.ts";
import { loop } from "./loop.ts";
import type { ActPlan, Configured, EachPlan, StepPlan } from "./plan.ts";
import type { TransformerSpec } from "../contract/actor.ts";

/** What steps are opened with. */
export interface StepParts {
  readonly world: World;
  /** Folder of the gateway file: a step's files are looked up here. */
  readonly folder: string;
  readonly formats: Formats;
  readonly timeZone: string;
  /** The state of a step, by its place among the steps of its line. */
  stateOf(step: string): KeyedState;
  /** A file that was read before by a step, told by its label, has become useless. */
  refused(step: string, file: string): void;
}

/** Steps as stages; `at` names each by its place. Where one does not open, none is left open. */
export async function openSteps(
  steps: readonly StepPlan[],
  at: (number: number, step: StepPlan) => string,
  parts: StepParts,
): Promise<readonly Stage[]> {
  const stages: Stage[] = [];
  try {
    for (const [number, step] of steps.entries()) stages.push(await openStep(step, at(number, step), parts));
    return stages;
  } catch (cause) {
    await closeAll(stages);
    throw cause;
  }
}

/** Gives up what stages hold. */
export async function closeAll(stages: readonly Stage[]): Promise<void> {
  for (const stage of stages) await stage[Symbol.asyncDispose]?.();
}

/** A step as a stage; `at` is its place among the steps of its line: two of one name are told apart by it. */
async function openStep(plan: StepPlan, at: string, parts: StepParts): Promise<Stage> {
  const files = new LiveFiles(parts.world, (file) => parts.refused(plan.label, file));
  let act: Stage | undefined;
  try {
    act = "each" in plan ? await openEach(plan, at, parts) : await openAct(plan, at, parts, files);
    const condition = plan.when && await open(plan.when, undefined, `${at} when`, parts, files);
    const stage = act;
    const process = condition ? only(condition, stage) : stage.process;
    return {
      name: plan.label,
      process: (message, life) => checked(process(message, life), plan.label),
      async [Symbol.asyncDispose]() {
        files[Symbol.dispose]();
        await closeAll([stage]);
      },
    };
  } catch (cause) {
    files[Symbol.dispose]();
    if (act) await closeAll([act]);
    throw cause;
  }
}

function openAct(plan: ActPlan, at: string, parts: StepParts, files: LiveFiles): Promise<Stage> {
  return open(plan, plan.body === undefined ? undefined : parts.formats(plan.body), at, parts, files);
}

function open(
  { spec, config }: Configured<TransformerSpec>,
  body: Format | undefined,
  at: string,
  { world, folder, formats, timeZone, stateOf }: StepParts,
  files: LiveFiles,
): Promise<Stage> {
  const absolute = (path: string) => path.startsWith("/") ? path : `${folder}/${path}`;
  return bindTransformer(spec, config as never, {
    readText: (path) => world.disk.readText(absolute(path)),
    live: (path, read) => files.watch(absolute(path), path, read),
    formats,
    ...(body ? { body } : {}),
    timeZone,
    turn: () => world.clock.turn(),
    state: stateOf(at),
    fetch: (request) =>
      world.net.fetch(request as Request).catch((cause) => actorErrors.fail("ACTOR_FETCH_FAILED", {}, cause)),
  });
}

/** Messages that do not meet a condition pass untouched. */
function only(condition: Stage, act: Stage): Stage["process"] {
  return (message, life) => {
    const met = condition.process(message, life);
    if (met instanceof Promise) {
      return met.then((each) => each === null ? message : act.process(message, life));
    }
    return met === null ? message : act.process(message, life);
  };
}

/** The steps of a loop. */
async function openEach({ each, label, steps }: EachPlan, at: string, parts: StepParts): Promise<Stage> {
  const inner = await openSteps(steps, (number) => `${at}.${number}`, parts);
  return loop(label, each, inner, () => closeAll(inner));
}

/** An actor without types may forget to return: that is no filter. */
function checked(result: ReturnType<Stage["process"]>, stage: string): ReturnType<Stage["process"]> {
  return result instanceof Promise
    ? result.then((each) => check(each, stage))
    : check(result as Passed, stage);
}

function check(result: Passed, stage: string): Passed {
  if (result === null || isMessage(result)) return result;
  return Array.isArray(result) && result.every(isMessage)
    ? result
    : errors.fail("ENGINE_RESULT_INVALID", { stage });
}

function isMessage(result: unknown): result is Message {
  return typeof (result as Message | undefined)?.derive === "function";
}
