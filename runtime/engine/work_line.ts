import { bindTransformer, parseStage, type Stage } from "../contract/actor.ts";
import { MitralError } from "../contract/error.ts";
import type { Format } from "../contract/format.ts";
import { createMessage, type Message, type Outcome, RawBody } from "../contract/message.ts";
import type { World } from "../contract/world.ts";
import type { Journal } from "../journal/journal.ts";
import type { Branch, InboxRow, OutboxRow, Process, Processed } from "../journal/operations.ts";
import { branchOf } from "./branch.ts";
import { errors } from "./errors.ts";
import type { Accepted } from "./intake.ts";
import { limits } from "./limits.ts";
import { Line, type LineStage, type Unstamped } from "./line.ts";
import type { ChannelPlan, DestinationPlan, StepPlan } from "./plan.ts";
import { type Entry, Queue } from "./queue.ts";
import { Ended } from "./supervisor.ts";
import { troubleOf } from "./trouble.ts";
import type { Waiters } from "./waiters.ts";

/** A message in the inbox. */
export interface InboxEntry extends Entry {
  readonly message: Message | null;
}

/** A message on the work line, with the branches it has so far. */
interface Work {
  readonly entry: InboxEntry;
  /** As it was taken: whatever an actor returns, this is the message the outboxes and the events speak of. */
  readonly taken: Message;
  readonly message: Message;
  readonly branches: readonly Branch[];
  /** It goes no further, but to its commit: filtered, or failed by a declared error. */
  readonly ended?: Outcome;
}

/** What the work line is made of. */
export interface WorkParts {
  readonly plan: ChannelPlan;
  readonly format: Format;
  readonly journal: Journal;
  readonly world: World;
  readonly waiters: Waiters;
  /** Folder of the gateway file: a stage's files are looked up here. */
  readonly folder: string;
  /** Messages that were in the inbox when the channel was made. */
  readonly found: number;
  /** A branch of a message is durable in the outbox of its destination. */
  queued(destination: string, row: OutboxRow): void;
  report(event: Unstamped): void;
  timesStages(): boolean;
}

/** The work line of a channel: parse, filter, transform, one branch for each destination, one commit. */
export class WorkLine {
  readonly #parts: WorkParts;
  readonly #queue: Queue<InboxEntry>;
  readonly line: Line<Work, Outcome>;
  #queued: number;

  constructor(parts: WorkParts) {
    const { plan, journal } = this.#parts = parts;
    this.#queued = parts.found;
    this.#queue = new Queue<InboxEntry>({
      read: async (after, limit) => {
        const rows = await journal.ask({ ask: "inbox", channel: plan.name, after, limit });
        return rows.map((row) => this.#entryOf(row));
      },
    }, limits.workOpenMax);
    this.line = new Line<Work, Outcome>({
      place: { channel: plan.name },
      stages: this.#stages(),
      supervise: plan.supervise,
      world: parts.world,
      take: (signal) => this.#take(signal),
      restart: () => this.#queue.restart(),
      settle: (work, outcome) => this.#settle(work, outcome),
      fail: (_work, error) => ({ kind: "rejected", error }),
      positionOf: (work) => work.entry.position,
      queued: () => this.#queued,
      report: parts.report,
      timesStages: parts.timesStages,
    });
  }

  /** A message has become durable. */
  offer({ seq, bytes, ...rest }: Accepted): void {
    this.#queued++;
    this.#queue.offer(this.#entryOf({ seq, body: bytes, ...rest }));
  }

  /** A quarantined message is to be worked on again. */
  putBack(seq: number, size: number): void {
    this.#queued++;
    this.#parts.journal.countPending(size);
    this.#queue.putBack(seq);
  }

  async #take(signal: AbortSignal): Promise<Work | undefined> {
    for (;;) {
      const entry = await this.#queue.take(signal);
      if (!entry) return undefined;
      const { message } = entry;
      if (message) return { entry, taken: message, message, branches: [] };
      await this.#quarantine(entry, errors.error("ENGINE_BODY_DAMAGED"));
    }
  }

  #entryOf({ seq, id, receivedAtMs, origin, contentType, body }: InboxRow): InboxEntry {
    const message = body && createMessage({
      id,
      channel: this.#parts.plan.name,
      origin,
      receivedAtMs,
      received: body,
      body: new RawBody(body, contentType),
    });
    return { position: seq, keys: null, size: body?.length ?? 0, message };
  }

  #stages(): LineStage<Work, Outcome>[] {
    const { plan, format } = this.#parts;
    const parse = parseStage(format);
    return [
      this.#stage("parse", () => parse),
      ...plan.steps.map((step) => this.#stage(step.label, () => this.#openStep(step))),
      ...plan.destinations.map((destination) => this.#branchStage(destination)),
      {
        name: "commit",
        width: limits.linkMax,
        open: () => ({ process: (work: Work) => this.#commit(work) }),
      },
    ];
  }

  async #openStep(step: StepPlan): Promise<Stage> {
    const { world: { disk }, folder } = this.#parts;
    const stage = await bindTransformer(step.spec, step.config as never, {
      readText: (path) => disk.readText(path.startsWith("/") ? path : `${folder}/${path}`),
    });
    // An actor without types may forget to return: that is no filter.
    const checked = (result: Message | null): Message | null =>
      result === null || typeof result?.derive === "function"
        ? result
        : errors.fail("ENGINE_RESULT_INVALID", { stage: step.label });
    return {
      name: step.label,
      process(message, life) {
        const result = stage.process(message, life);
        return result instanceof Promise ? result.then(checked) : checked(result);
      },
    };
  }

  /** A stage that every message passes; one that has ended passes untouched on its way to the commit. */
  #stage(name: string, open: () => Stage | Promise<Stage>): LineStage<Work, Outcome> {
    return {
      name,
      width: 1,
      open: async () => {
        const stage = await open();
        const done = (work: Work, message: Message | null): Work =>
          message ? { ...work, message } : { ...work, ended: FILTERED };
        return {
          process: (work, life) =>
            work.ended ? work : guarded(work, () => {
              const message = stage.process(work.message, life);
              return message instanceof Promise
                ? message.then((each) => done(work, each))
                : done(work, message);
            }),
          ...(stage[Symbol.asyncDispose]
            ? { [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose]!() }
            : {}),
        };
      },
    };
  }

  /** A destination's own filters and transforms, and what its outbox is to hold. */
  #branchStage(destination: DestinationPlan): LineStage<Work, Outcome> {
    const { format } = this.#parts;
    return {
      name: `to ${destination.name}`,
      width: 1,
      open: async () => {
        const steps = await Promise.all(destination.steps.map((step) => this.#openStep(step)));
        return {
          process: (work, life) =>
            work.ended ? work : guarded(work, () => {
              const last = through(steps, work.message, life);
              const add = (message: Message | null): Work => {
                const { branches, taken: { received } } = work;
                const added = message ? [branchOf(message.body, received, destination, format)] : [];
                return { ...work, branches: [...branches, ...added] };
              };
              return last instanceof Promise ? last.then(add) : add(last);
            }),
        };
      },
    };
  }

  #commit(work: Work): Promise<Ended<Outcome>> | Ended<Outcome> {
    if (work.ended?.kind === "rejected") return new Ended(work.ended);
    return this.#process(work);
  }

  async #process({ entry, taken, ended, ...work }: Work): Promise<Ended<Outcome>> {
    const { plan, journal, world, waiters, report, queued } = this.#parts;
    const { id, receivedAtMs, received } = taken;
    const seq = entry.position;
    const branches = ended ? [] : work.branches;
    const process: Process = {
      op: "process",
      seq,
      channel: plan.name,
      branches,
      answers: plan.acknowledge === "processed" || branches.length === 0,
    };
    const written = journal.write(process, plan.acknowledge === "received" ? "patient" : "urgent");
    // Its place in the inbox is free now: a line that starts anew meanwhile must not process it a second time.
    this.#queue.settle(entry, written);
    const processed: Processed = await written;
    this.#done(entry);
    branches.forEach(({ destination, payload, ...branch }, at) => {
      const body = payload ?? received;
      queued(destination, { ...processed[at], ...branch, seq, id, receivedAtMs, attempts: 0, body });
    });
    if (branches.length === 0) report({ name: "messageFiltered", channel: plan.name, id });
    else {
      const tookMs = world.clock.nowMs() - receivedAtMs;
      report({ name: "messageProcessed", channel: plan.name, id, deliveries: branches.length, tookMs });
    }
    const outcome: Outcome = branches.length === 0 ? FILTERED : { kind: "accepted" };
    if (process.answers) waiters.tell(seq, outcome);
    return new Ended(outcome);
  }

  /** What the commit stage has not ended ends here. */
  async #settle({ entry }: Work, outcome: Outcome): Promise<void> {
    if (outcome.kind === "rejected") await this.#quarantine(entry, outcome.error);
  }

  async #quarantine(entry: InboxEntry, error: MitralError): Promise<void> {
    const { journal, world, waiters, plan, report } = this.#parts;
    const trouble = troubleOf(error, world.clock.nowMs());
    const written = journal.write({ op: "quarantine", seq: entry.position, trouble });
    await written;
    this.#queue.settle(entry, written);
    this.#done(entry);
    report({ name: "messageQuarantined", channel: plan.name, id: entry.message?.id ?? "", error });
    waiters.tell(entry.position, { kind: "rejected", error });
  }

  #done(entry: InboxEntry): void {
    this.#queued--;
    this.#parts.journal.countPending(-entry.size);
  }
}

const FILTERED: Outcome = { kind: "filtered" };

/** A declared error ends the message where it stands; the commit stage makes that durable, in order. */
function guarded(work: Work, act: () => Work | Promise<Work>): Work | Promise<Work> {
  const failed = (cause: unknown): Work => {
    if (!(cause instanceof MitralError)) throw cause;
    return { ...work, ended: { kind: "rejected", error: cause } };
  };
  try {
    const result = act();
    return result instanceof Promise ? result.catch(failed) : result;
  } catch (cause) {
    return failed(cause);
  }
}

/** Runs a message through stages; a promise only where one of them made one. */
function through(
  stages: readonly Stage[],
  message: Message,
  life: AbortSignal,
  at = 0,
): Message | null | Promise<Message | null> {
  let current: Message | null = message;
  for (; at < stages.length && current; at++) {
    const next: Message | null | Promise<Message | null> = stages[at].process(current, life);
    if (next instanceof Promise) {
      const after = at + 1;
      return next.then((each) => each && through(stages, each, life, after));
    }
    current = next;
  }
  return current;
}
