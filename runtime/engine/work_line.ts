import type { Stage } from "../contract/actor.ts";
import type { MitralError } from "../contract/error.ts";
import type { Format } from "../contract/format.ts";
import { createMessage, type Message, type Outcome, RawBody } from "../contract/message.ts";
import type { World } from "../contract/world.ts";
import type { Journal } from "../journal/journal.ts";
import type { Stored } from "../journal/large_bodies.ts";
import type { Branch, HandOn, Process, Processed } from "../journal/operations.ts";
import type { InboxRow, OutboxRow } from "../journal/rows.ts";
import { ActorState, type StageNotes } from "./actor_state.ts";
import { branchOf, keepAll } from "./branch.ts";
import { discloses, patientsIn, patientsOfPart } from "./disclosures/patients_in.ts";
import { foundIn } from "./found_in.ts";
import { errors } from "./errors.ts";
import type { BoundFormats } from "./formats.ts";
import type { Accepted } from "./arrival.ts";
import { InTurn } from "./in_turn.ts";
import { limits } from "./limits.ts";
import { Line, type LineStage, type Unstamped } from "./line.ts";
import type { ChannelPlan, DestinationPlan, StepPlan } from "./plan.ts";
import type { JudgePatient } from "./patients/verdict.ts";
import { Queue } from "./queue.ts";
import { openParse } from "./recognise_stage.ts";
import { type Held, reviewStage, takingDecided } from "./review/review_stage.ts";
import type { SecondAnswers } from "./second_answers.ts";
import { openSteps } from "./steps.ts";
import { Ended } from "./supervisor.ts";
import { troubleOf } from "./trouble.ts";
import type { Waiters } from "./waiters.ts";
import { type InboxEntry, type Work, workStage } from "./work_stage.ts";

/** What the work line is made of. */
export interface WorkParts {
  readonly plan: ChannelPlan;
  readonly format: Format;
  readonly formats: BoundFormats;
  readonly journal: Journal;
  readonly world: World;
  readonly waiters: Waiters;
  readonly secondAnswers: SecondAnswers;
  /** Folder of the gateway file: a stage's files are looked up here. */
  readonly folder: string;
  /** Asks the patient index. */
  readonly judge: JudgePatient;
  /** Messages that were in the inbox when the channel was made. */
  readonly found: number;
  /** What a channel of the gateway is to know of a message that is handed to it; fails where there is no such channel. */
  handOn(channel: string, branch: Branch, bytes: Uint8Array): HandOn;
  /** A branch of a message is durable: in the outbox of its destination, among what gathers for it, … */
  queued(destination: string, row: OutboxRow): void;
  /** … or in the inbox of another channel. */
  handedOn(channel: string, message: Accepted): void;
  report(event: Unstamped): void;
  timesStages(): boolean;
}

/** The work line of a channel: parse, filter, transform, one branch for each destination, one commit. */
export class WorkLine {
  readonly #parts: WorkParts;
  readonly #queue: Queue<InboxEntry>;
  readonly #state: ActorState;
  readonly line: Line<Work, Outcome>;
  #queued: number;
  /** Branches with large bodies have their commit in their turn. */
  readonly #keeping = new InTurn();
  /** Commits of the life before are over: a line that starts anew must find what they remember. */
  #ready: Promise<void> = Promise.resolve();

  constructor(parts: WorkParts) {
    const { plan, journal } = this.#parts = parts;
    this.#queued = parts.found;
    this.#state = new ActorState(journal, plan.name);
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
      restart: () => {
        this.#queue.restart();
        this.#state.forget();
        this.#ready = journal.written();
      },
      settle: (work, outcome) => this.#settle(work, outcome),
      fail: (_work, error) => ({ kind: "rejected", error }),
      positionOf: (work) => work.entry.position,
      queued: () => this.#queued,
      startsSlowly: parts.format.recogniser !== undefined,
      report: parts.report,
      timesStages: parts.timesStages,
    });
  }

  /** A message has become durable. */
  offer({ seq, bytes, type: _type, ...rest }: Accepted): void {
    this.#queued++;
    this.#queue.offer(this.#entryOf({ seq, size: bytes.length, body: bytes, ...rest }));
  }

  /** A quarantined message is to be worked on again. */
  putBack(seq: number): void {
    this.#queued++;
    this.#queue.putBack(seq);
  }

  async #take(signal: AbortSignal): Promise<Work | undefined> {
    await this.#ready;
    for (;;) {
      const entry = await this.#queue.take(signal);
      if (!entry) return undefined;
      const { message } = entry;
      if (message) return begun(entry, message);
      await this.#quarantine({ entry, found: [], state: [] }, errors.error("ENGINE_BODY_DAMAGED"));
    }
  }

  #entryOf({ seq, id, receivedAtMs, origin, contentType, size, body }: InboxRow): InboxEntry {
    const message = body && createMessage({
      id,
      channel: this.#parts.plan.name,
      origin,
      receivedAtMs,
      received: body,
      body: new RawBody(body, contentType),
    });
    return { position: seq, keys: null, size, id, message };
  }

  #stages(): LineStage<Work, Outcome>[] {
    const { plan, format } = this.#parts;
    const searched = Object.entries({ ...format.search, ...plan.search });
    return [
      this.#workStage(
        "parse",
        async () => [
          takingDecided(
            await openParse(format, {
              ...this.#parts,
              refused: (path) => this.#refused("parse", path),
            }),
            this.#parts,
          ),
        ],
        (work, messages) => {
          const [{ body }] = messages;
          const about = discloses(plan) ? { patients: patientsIn(body, format, plan) } : {};
          const told = plan.indexesPatients ? { demographics: format.demographics(body) } : {};
          return { ...work, messages, found: foundIn(body, searched), ...about, ...told };
        },
      ),
      ...(plan.review ? [reviewStage({ ...this.#parts, review: plan.review })] : []),
      ...plan.steps.map((step, at) =>
        this.#stage(step.label, (notes) => this.#openSteps([step], `${at}`, notes))
      ),
      ...plan.destinations.map((destination) => this.#branchStage(destination)),
      {
        name: "commit",
        width: limits.linkMax,
        open: () => ({ process: (work: Work, life) => this.#commit(work, life) }),
      },
    ];
  }

  #openSteps(steps: readonly StepPlan[], at: string, notes: StageNotes): Promise<readonly Stage[]> {
    const { world, folder, formats, plan } = this.#parts;
    return openSteps(steps, (number, { label }) => `${at}.${number} ${label}`, {
      world,
      folder,
      formats: formats.named,
      timeZone: plan.timeZone,
      stateOf: (name) => notes.of(name),
      refused: (stage, file) => this.#refused(stage, file),
    });
  }

  #refused(stage: string, file: string): void {
    const { plan, report } = this.#parts;
    report({ name: "fileRefused", channel: plan.name, stage, file });
  }

  /** A stage that every message passes; one that has ended passes untouched on its way to the commit. */
  #stage(
    name: string,
    open: (notes: StageNotes) => readonly Stage[] | Promise<readonly Stage[]>,
  ): LineStage<Work, Outcome> {
    return this.#workStage(
      name,
      open,
      (work, messages) => messages.length === 0 ? { ...work, ended: FILTERED } : { ...work, messages },
    );
  }

  /** A destination's own filters and transforms, and what its outbox is to hold. */
  #branchStage(destination: DestinationPlan): LineStage<Work, Outcome> {
    const { formats, journal, format, plan } = this.#parts;
    const { name, send } = destination;
    return this.#workStage(
      `to ${name}`,
      (notes) => this.#openSteps(destination.steps, `to ${name}`, notes),
      (work, messages) => {
        const { taken, patients } = work, blindKey = (key: string) => journal.blindKey(key);
        const added = messages.map(({ body }, part) => {
          const made = branchOf(body, taken, part, destination, formats, blindKey);
          const branch = patients
            ? { ...made, patients: patientsOfPart(patientsIn(body, format, plan), patients) }
            : made;
          if (!("channel" in send) || branch.gathers) return branch;
          const payload = branch.payload ?? taken.received;
          return { ...branch, payload, handsOn: this.#parts.handOn(send.channel, branch, payload) };
        });
        return { ...work, branches: [...work.branches, ...added] };
      },
    );
  }

  #workStage(
    name: string,
    open: (notes: StageNotes) => readonly Stage[] | Promise<readonly Stage[]>,
    done: (work: Work, messages: readonly Message[]) => Work,
  ): LineStage<Work, Outcome> {
    const { plan, world, report } = this.#parts;
    return workStage({
      name,
      channel: plan.name,
      open,
      done,
      notes: () => this.#state.notes(),
      world,
      report,
    });
  }

  #commit(work: Work, life: AbortSignal): Promise<Ended<Outcome>> | Ended<Outcome> {
    if (work.ended?.kind === "rejected") return new Ended(work.ended);
    if (work.held) return this.#hold(work, work.held);
    const branches = this.#keeping.begin("", () => keepAll(work.branches, this.#parts.journal));
    if (!(branches instanceof Promise)) return this.#process(work, branches);
    return branches.then((branches) => {
      // The next life does it again.
      life.throwIfAborted();
      return this.#process(work, branches);
    });
  }

  /** Out of the inbox: those behind it go on. */
  async #hold({ entry, found, stages }: Work, held: Held): Promise<Ended<Outcome>> {
    const { plan, journal, world, report } = this.#parts;
    const { position: seq, id } = entry;
    const written = journal.write(
      { op: "holdForReview", seq, atMs: world.clock.nowMs(), ...held, found, stages },
      "patient",
    );
    this.#queue.settle(entry, written);
    await written;
    this.#done(entry);
    report({ name: "documentHeld", channel: plan.name, id, doubts: held.doubts });
    return new Ended(FILTERED);
  }

  async #process(
    { entry, taken, found, demographics: patients, ended, state, stages, counts, ...work }: Work,
    kept: readonly Branch<Stored>[],
  ): Promise<Ended<Outcome>> {
    const { plan, journal, world, waiters, report, secondAnswers } = this.#parts;
    const { id, receivedAtMs, received } = taken;
    const seq = entry.position;
    const branches = ended ? [] : work.branches;
    const outcome: Outcome = branches.length === 0 ? FILTERED : { kind: "accepted" };
    const isAnsweredTwice = secondAnswers.wantedBy(received);
    const answers = this.#answers(branches, isAnsweredTwice);
    const followUp = answers && isAnsweredTwice ? secondAnswers.afterWork(received, outcome) : undefined;
    const process: Process = {
      op: "process",
      seq,
      atMs: world.clock.nowMs(),
      channel: plan.name,
      found,
      branches: ended ? [] : kept,
      answers,
      ...(followUp ? { followUp } : {}),
      ...(patients && patients.length > 0 ? { patients } : {}),
      state,
      stages,
      ...(counts ? { counts } : {}),
    };
    const isPatient = plan.acknowledge === "received" && !isAnsweredTwice;
    const written = journal.write(process, isPatient ? "patient" : "urgent");
    // Its place in the inbox is free now: a line that starts anew meanwhile must not process it a second time.
    this.#queue.settle(entry, written);
    const processed: Processed = await written;
    this.#state.durable(state);
    this.#done(entry);
    branches.forEach((branch, at) => this.#queuedAs(processed[at], branch, seq, taken));
    if (branches.length === 0) report({ name: "messageFiltered", channel: plan.name, id });
    else {
      for (const { name: destination } of plan.destinations) {
        if (branches.some((branch) => branch.destination === destination)) continue;
        report({ name: "messageFiltered", channel: plan.name, destination, id });
      }
      // Somebody may have set the clock back.
      const tookMs = Math.max(world.clock.nowMs() - receivedAtMs, 0);
      report({ name: "messageProcessed", channel: plan.name, id, deliveries: branches.length, tookMs });
    }
    if (followUp) void secondAnswers.committed(followUp);
    if (answers) waiters.tell(seq, outcome);
    return new Ended(outcome);
  }

  /** True where nothing more has to happen before the peer is answered. */
  #answers(branches: readonly Branch[], isAnsweredTwice: boolean): boolean {
    const { acknowledge } = this.#parts.plan;
    if (typeof acknowledge === "object") {
      return !branches.some(({ destination }) => destination === acknowledge.from);
    }
    if (acknowledge === "received" && isAnsweredTwice) return true;
    return acknowledge === "processed" || branches.every(({ handsOn }) => handsOn !== undefined);
  }

  #queuedAs(
    { seq: handedOn, ...place }: Processed[number],
    { destination, payload, handsOn, patients: _, ...branch }: Branch,
    seq: number,
    { id, receivedAtMs, received }: Message,
  ): void {
    const { plan, report } = this.#parts;
    const body = payload ?? received;
    if (handsOn) {
      const { channel: to, type } = handsOn;
      report({ name: "messageHandedOn", channel: plan.name, destination, id, to });
      if (handedOn === undefined) return;
      this.#parts.handedOn(to, {
        seq: handedOn,
        id: handsOn.id,
        type,
        receivedAtMs: handsOn.receivedAtMs,
        origin: { adapter: "channel", peer: plan.name },
        contentType: branch.contentType,
        bytes: body,
      });
    } else {
      const { length: size } = body;
      const row = { ...place, ...branch, seq, id, receivedAtMs, attempts: 0, isBatch: false, size, body };
      this.#parts.queued(destination, row);
    }
  }

  /** What the commit stage has not ended ends here. */
  async #settle(work: Work, outcome: Outcome): Promise<void> {
    if (outcome.kind === "rejected") await this.#quarantine(work, outcome.error);
  }

  async #quarantine(
    { entry, found, state }: Pick<Work, "entry" | "found" | "state">,
    error: MitralError,
  ): Promise<void> {
    const { journal, world, waiters, plan, report, secondAnswers } = this.#parts;
    const trouble = troubleOf(error, world.clock.nowMs());
    const followUp = entry.message &&
      secondAnswers.afterWork(entry.message.received, { kind: "rejected", error });
    const written = journal.write({
      op: "quarantine",
      seq: entry.position,
      trouble,
      found,
      state,
      ...(followUp ? { followUp } : {}),
    });
    await written;
    this.#state.durable(state);
    this.#queue.settle(entry, written);
    this.#done(entry);
    report({ name: "messageQuarantined", channel: plan.name, id: entry.id, error });
    if (followUp) void secondAnswers.committed(followUp);
    waiters.tell(entry.position, { kind: "rejected", error });
  }

  #done(entry: InboxEntry): void {
    this.#queued--;
    this.#parts.journal.countPending(-entry.size);
  }
}

const FILTERED: Outcome = { kind: "filtered" };

function begun(entry: InboxEntry, taken: Message): Work {
  return { entry, taken, messages: [taken], branches: [], found: [], state: [], stages: "" };
}
