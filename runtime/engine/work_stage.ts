import { passedOn, type Stage } from "../contract/actor.ts";
import { MitralError } from "../contract/error.ts";
import type { Message, Outcome } from "../contract/message.ts";
import type { Patient, PatientChange } from "../contract/patient.ts";
import type { World } from "../contract/world.ts";
import type { Branch, Found, StateWrite } from "../journal/operations.ts";
import type { StageNotes } from "./actor_state.ts";
import type { CorrectionFigures } from "../journal/review/operations.ts";
import { limits } from "./limits.ts";
import type { LineStage, Unstamped } from "./line.ts";
import type { Entry } from "./queue.ts";
import type { Held } from "./review/review_stage.ts";
import { backoffMs, type Incarnation } from "./supervisor.ts";

/** A message in the inbox. */
export interface InboxEntry extends Entry {
  /** Of the message, also where that cannot be read. */
  readonly id: string;
  readonly message: Message | null;
}

/** A message on the work line, with what was made of it so far. */
export interface Work {
  readonly entry: InboxEntry;
  /** As it was taken: whatever an actor returns, this is the message the outboxes and the events speak of. */
  readonly taken: Message;
  /** What goes to the next stage: one message, or the parts of one that was split. */
  readonly messages: readonly Message[];
  readonly branches: readonly Branch[];
  /** What it can be found by. */
  readonly found: readonly Found[];
  /** Whom it is about, where the channel declares a disclosure. */
  readonly patients?: readonly Patient[];
  /** What it says of patients, where the channel feeds the patient index. */
  readonly demographics?: readonly PatientChange[];
  /** What its steps remember from its commit on. */
  readonly state: readonly StateWrite[];
  /** How long each stage took: a line each. */
  readonly stages: string;
  /** It goes no further, but to its commit: filtered, or failed by a declared error. */
  readonly ended?: Outcome;
  /** People are to review it: it ends without having come to anything yet. */
  readonly held?: Held;
  /** What was read of a document that no person had to look at. */
  readonly counts?: readonly CorrectionFigures[];
}

/** What a stage of the work line is made of. */
export interface WorkStageParts {
  readonly name: string;
  readonly channel: string;
  /** Its steps, which are done one after the other. */
  open(notes: StageNotes): readonly Stage[] | Promise<readonly Stage[]>;
  /** What the steps' result makes of the work; no message: it was left out. */
  done(work: Work, messages: readonly Message[]): Work;
  notes(): StageNotes;
  readonly world: World;
  report(event: Unstamped): void;
}

/** A stage that every message passes; one that has ended passes untouched on its way to the commit. */
export function workStage(parts: WorkStageParts): LineStage<Work, Outcome> {
  return {
    name: parts.name,
    width: 1,
    open: async (): Promise<Incarnation<Work, Outcome>> => {
      const notes = parts.notes();
      const stages = await parts.open(notes);
      const act = (work: Work, life: AbortSignal) => pass(work, life, stages, notes, parts);
      return {
        process: (work, life) => work.ended ? work : guarded(work, life, act, parts),
        async [Symbol.asyncDispose]() {
          for (const stage of stages) await stage[Symbol.asyncDispose]?.();
        },
      };
    },
  };
}

type Act = (work: Work, life: AbortSignal) => Work | Promise<Work>;

function pass(
  work: Work,
  life: AbortSignal,
  stages: readonly Stage[],
  notes: StageNotes,
  { name, done, world: { clock } }: WorkStageParts,
): Work | Promise<Work> {
  const startedMs = clock.elapsedMs();
  const finish = (messages: readonly Message[]): Work => {
    // Nobody takes the result of a life that is over: what it remembers is made again, too.
    life.throwIfAborted();
    const made = done(work, messages);
    const took = `${name} ${(clock.elapsedMs() - startedMs).toFixed(3)}`;
    const written = notes.take();
    const state = written.length > 0 ? [...work.state, ...written] : work.state;
    return { ...made, state, stages: work.stages === "" ? took : `${work.stages}\n${took}` };
  };
  // What an attempt before this one has written is not to be.
  notes.drop();
  const passed = throughAll(stages, work.messages, life);
  return passed instanceof Promise ? passed.then(finish) : finish(passed);
}

/** A declared error ends the message where it stands; the commit stage makes that durable, in order. */
function guarded(work: Work, life: AbortSignal, act: Act, parts: WorkStageParts): Work | Promise<Work> {
  const failed = (cause: unknown): Work | Promise<Work> => {
    if (!(cause instanceof MitralError) || life.aborted) throw cause;
    return cause.retry === "later" ? tryLater(work, life, act, parts, cause) : ending(work, cause);
  };
  try {
    const result = act(work, life);
    return result instanceof Promise ? result.catch(failed) : result;
  } catch (cause) {
    return failed(cause);
  }
}

/** What may pass is tried again before it counts: messages behind it wait, as they would for a slow stage. */
async function tryLater(
  work: Work,
  life: AbortSignal,
  act: Act,
  { name: stage, channel, world: { clock, random }, report }: WorkStageParts,
  first: MitralError,
): Promise<Work> {
  const startedMs = clock.elapsedMs();
  let error = first;
  for (let attempt = 1; clock.elapsedMs() - startedMs < limits.stepRetryMsMax; attempt++) {
    const againInMs = backoffMs(attempt, limits.stepRetryMs, limits.stepRetryWaitMsMax, random);
    report({ name: "messagePostponed", channel, stage, id: work.taken.id, error, againInMs });
    await clock.sleep(againInMs, life);
    try {
      return await act(work, life);
    } catch (cause) {
      if (!(cause instanceof MitralError)) throw cause;
      error = cause;
      if (cause.retry === "never") break;
    }
  }
  return ending(work, error);
}

function ending(work: Work, error: MitralError): Work {
  return { ...work, ended: { kind: "rejected", error } };
}

/** Runs a message, or the parts of one, through stages; a promise only where one of them made one. */
function throughAll(
  stages: readonly Stage[],
  messages: readonly Message[],
  life: AbortSignal,
  at = 0,
): readonly Message[] | Promise<readonly Message[]> {
  let current = messages;
  for (; at < stages.length && current.length > 0; at++) {
    const next = throughOne(stages[at], current, life);
    if (next instanceof Promise) {
      const after = at + 1;
      return next.then((each) => throughAll(stages, each, life, after));
    }
    current = next;
  }
  return current;
}

/** The parts of a message through one stage, one after the other. */
function throughOne(
  stage: Stage,
  messages: readonly Message[],
  life: AbortSignal,
): readonly Message[] | Promise<readonly Message[]> {
  if (messages.length === 1) {
    const passed = stage.process(messages[0], life);
    return passed instanceof Promise ? passed.then(passedOn) : passedOn(passed);
  }
  return (async () => {
    const all: Message[] = [];
    for (const message of messages) all.push(...passedOn(await stage.process(message, life)));
    return all;
  })();
}
