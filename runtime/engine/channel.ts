import type { Delivery, Listening, Reply } from "../contract/adapter.ts";
import { bindEnvelope } from "../contract/envelope.ts";
import { errorTable, MitralError } from "../contract/error.ts";
import { bindFormat, type Format } from "../contract/format.ts";
import type { Outcome } from "../contract/message.ts";
import { untilAborted } from "../contract/signal.ts";
import type { By } from "../journal/acts.ts";
import type { Branch, HandOn, Rest } from "../journal/operations.ts";
import type { Replayed } from "../journal/replay_operations.ts";
import type { OutboxRow } from "../journal/rows.ts";
import { type Accepted, identityIn } from "./arrival.ts";
import { Assembler } from "./assembler.ts";
import type { ChannelParts, Surroundings } from "./channel_parts.ts";
import { Collectors } from "./collectors.ts";
import { countedAs, nothingCounted } from "./counted_as.ts";
import { Deliveries } from "./deliveries.ts";
import { errors } from "./errors.ts";
import { BoundFormats } from "./formats.ts";
import type { ChannelState, Condition } from "./events.ts";
import { type Correspondent, correspondentOf, feedOf, signerFor } from "./exchanged.ts";
import { Gate } from "./gate.ts";
import { ChannelIntake } from "./intake.ts";
import { joinerFor } from "./joiners/joiner.ts";
import { listenerMemory } from "./listener_memory.ts";
import type { Unstamped } from "./line.ts";
import type { ChannelPlan, Configured, DestinationPlan } from "./plan.ts";
import { Responder } from "./respond.ts";
import { SecondAnswers } from "./second_answers.ts";
import type { StepParts } from "./steps.ts";
import { Waiters } from "./waiters.ts";
import { WorkLine } from "./work_line.ts";

/** A delivery that a person sends again. */
type PutBack = Extract<Replayed, { kind: "outbox" }>["deliveries"][number];

/** One channel: its way in, its work line, its delivery lines. Fails alone. */
export class Channel {
  readonly plan: ChannelPlan;
  readonly #parts: ChannelParts;
  readonly #format: Format;
  readonly #formats: BoundFormats;
  readonly #responder: Responder;
  readonly #secondAnswers: SecondAnswers;
  readonly #gate: Gate;
  readonly #assembler: Assembler;
  readonly #intake: ChannelIntake;
  readonly #work: WorkLine;
  readonly #deliveries: Deliveries;
  readonly #collectors: Collectors;
  readonly #waiters = new Waiters();
  readonly #counts = nothingCounted();
  /** Code of what kept its listener from its work, until a message gets through. */
  #trouble: string | undefined;
  #listening: Listening | undefined;
  /** Answers to what was injected that are not made yet. */
  readonly #injected = new Set<Promise<Reply>>();
  #mounts: Listening["mounts"];
  #condition: Condition = "stopped";

  constructor(parts: ChannelParts) {
    const { plan, world, journal, folder, found, newId, keyring, timesStages } = this.#parts = parts;
    this.plan = plan;
    const report = (event: Unstamped) => this.#report(event);
    const channel = plan.name;
    const format = this.#format = bindFormat(plan.parse.spec, plan.parse.config as never);
    const formats = this.#formats = new BoundFormats(format, parts.formats);
    this.#responder = new Responder(plan, formats, this.#stepParts());
    const waiters = this.#waiters;
    const gate = this.#gate = new Gate((isOpen, reason) => {
      // Stopping a channel is reported as that.
      if (reason === STOPPED) return;
      report(isOpen ? { name: "intakeOpened", channel } : { name: "intakeClosed", channel, reason });
    });
    const handedOn = (to: string, message: Accepted) => {
      journal.countPending(message.bytes.length);
      // Where it was removed meanwhile, the message waits in the journal with all else that channel had.
      if (parts.has(to)) parts.other(to).#taken(message);
    };
    const shared = { plan, format, formats, journal, world, newId, report };
    const secondAnswers = this.#secondAnswers = new SecondAnswers({ ...shared, handedOn });
    this.#deliveries = new Deliveries({
      channel: plan,
      formats,
      gateway: keyring?.gateway ?? "",
      epoch: journal.found.epoch,
      journal,
      world,
      surroundings: this.#surroundings(),
      secondAnswers,
      standings: parts.standings,
      of: (destination) => this.#ofDestination(destination),
      envelope: (encrypt) => this.#envelope(encrypt),
      settled: (row, rest) => this.#settled(row, rest),
      concluded: (row, outcome) => waiters.tell(row.seq, outcome),
      report,
      timesStages,
    });
    const handOn = (to: string, branch: Branch, bytes: Uint8Array) => parts.other(to).#handOn(branch, bytes);
    this.#collectors = new Collectors({
      ...shared,
      found: found.gathering,
      handOn,
      queued: (destination, row) => this.#deliveries.offer(destination, row),
      handedOn,
    });
    this.#work = new WorkLine({
      ...shared,
      judge: parts.judge,
      waiters,
      secondAnswers,
      folder,
      found: found.inbox,
      handOn,
      queued: (destination, row) => {
        if (this.#collectors.add(destination, row.size)) journal.countPending(row.size);
        else this.#deliveries.offer(destination, row);
      },
      handedOn,
      timesStages,
    });
    const accepted = (message: Accepted) => this.#work.offer(message);
    this.#assembler = new Assembler({
      ...shared,
      found: found.pieces,
      isAnsweredLater: (received) => secondAnswers.wantedBy(received),
      accepted,
    });
    this.#intake = new ChannelIntake({
      ...shared,
      assembler: this.#assembler,
      memory: parts.memory,
      ...(plan.decrypt ? { envelope: this.#envelope(plan.decrypt) } : {}),
      gate,
      waiters,
      secondAnswers,
      partnerOf: (gateway) => keyring?.partnerOf(gateway),
      accepted,
    });
  }

  /** Hands bytes over as a listener would. */
  inject(delivery: Delivery): Promise<Reply> {
    const reply = this.#intake.receive(delivery);
    this.#injected.add(reply);
    reply.finally(() => this.#injected.delete(reply));
    return reply;
  }

  /** The way into it, for what no listener brings. */
  get intake(): ChannelIntake {
    return this.#intake;
  }

  /** What its messages are found by. */
  get searchFields(): readonly string[] {
    return Object.keys({ ...this.#format.search, ...this.plan.search });
  }

  /** The formats it speaks. */
  get formats(): BoundFormats {
    return this.#formats;
  }

  /** Answers an HTTP request as its listener would; `undefined` where that speaks no HTTP, or does not run. */
  handle(request: Request, peer: string): Promise<Response> | undefined {
    return this.#listening?.handle?.(request, peer);
  }

  /** Whether its listener wants the requests for a path that a service around the gateway has; known while stopped, too. */
  mounts(path: string): boolean {
    return this.#mounts?.(path) ?? false;
  }

  /** Starts the lines, then listens. Errors: JOURNAL_STORE_FAILED, those of the adapter's `listen`. */
  async start(): Promise<void> {
    if (this.#condition !== "stopped") return;
    const { plan, world, journal } = this.#parts;
    if (journal.trouble) throw journal.trouble;
    this.#condition = "starting";
    this.#trouble = undefined;
    await this.#collectors.disperse();
    this.#deliveries.start();
    this.#collectors.start();
    this.#work.line.start();
    await this.#assembler.start();
    this.#gate.set(STOPPED, false);
    this.#gate.set("halted", false);
    const { spec, config } = plan.listen;
    try {
      this.#listening = await spec.listen({
        config: config as never,
        world,
        intake: this.#intake,
        contentTypes: this.#contentTypes(),
        timeZone: plan.timeZone,
        ...this.#surroundings(),
        memory: listenerMemory(journal, plan.name),
        ...errorTable(spec.name, spec.errors),
        report: ({ name, facts = {}, error }) =>
          this.#report({ name: "transportReported", channel: plan.name, event: name, facts, error }),
      });
    } catch (cause) {
      await this.stop(AbortSignal.abort());
      if (cause instanceof MitralError) this.#trouble = cause.code;
      throw cause;
    }
    const { address } = this.#listening;
    this.#mounts = this.#listening.mounts;
    this.#condition = "running";
    this.#report({ name: "channelStarted", channel: plan.name, address });
  }

  /** Stops in the order of a drain: listener, work line, delivery lines. What is not done by `deadline` stays queued. */
  async stop(deadline: AbortSignal): Promise<void> {
    await this.stopListening(deadline);
    await this.stopWorking(deadline);
    await this.stopDelivering(deadline);
  }

  /** First step of a drain: takes nothing new, answers what was taken, closes the listener. */
  async stopListening(deadline: AbortSignal): Promise<void> {
    this.#gate.set(STOPPED, true);
    const listening = this.#listening;
    this.#listening = undefined;
    await untilAborted(Promise.all([listening?.stop(), ...this.#injected]), deadline);
    await listening?.[Symbol.asyncDispose]();
  }

  /** Second step: pieces that are all there are put together; the work line finishes what it has begun. */
  async stopWorking(deadline: AbortSignal): Promise<void> {
    await this.#assembler.stop(deadline);
    await this.#work.line.stop(deadline);
  }

  /** Third step: no batch is closed any more; attempts under way get their answers. */
  async stopDelivering(deadline: AbortSignal): Promise<void> {
    await this.#collectors.stop(deadline);
    await this.#deliveries.stop(deadline);
    await this.#responder[Symbol.asyncDispose]();
    if (this.#condition === "stopped") return;
    this.#condition = "stopped";
    this.#report({ name: "channelStopped", channel: this.plan.name });
  }

  /** Closes or opens the way in for a reason of the gateway's. */
  setGate(reason: string, closed: boolean): void {
    this.#gate.set(reason, closed);
  }

  /** The store has failed: nothing can be made durable, so nothing runs. */
  halt(error: MitralError): void {
    this.#gate.set("journal", true);
    this.#waiters.fail(error);
    // What somebody stopped stays stopped.
    if (this.#condition === "stopped") return;
    this.#work.line.halt(error);
    this.#deliveries.halt(error);
    void this.#assembler.stop(AbortSignal.abort());
    void this.#collectors.stop(AbortSignal.abort());
  }

  /** A replayed message is in the inbox again, or is a piece that waits again. */
  async putBackMessage(seq: number, gathers: boolean): Promise<void> {
    if (gathers) await this.#assembler.putBack(seq);
    else this.#work.putBack(seq);
  }

  /** A replayed delivery is in its outbox again, or gathers again. */
  async putBackDelivery({ destination, delivery, size, gathers }: PutBack): Promise<void> {
    if (gathers && this.#collectors.add(destination, size)) return;
    if (gathers) await this.#collectors.disperse(destination);
    this.#deliveries.putBack(destination, delivery);
  }

  /**
   * Makes batches of what has gathered, for one destination or for all that collect; says how many messages for each.
   * Errors: ENGINE_LINE_STOPPED.
   */
  closeBatches(by: By, destination?: string): Promise<{ destination: string; messages: number }[]> {
    return this.#collectors.closeNow(by, destination);
  }

  /** The lines to its destinations. */
  get deliveries(): Deliveries {
    return this.#deliveries;
  }

  /** As it is now. */
  state(): ChannelState {
    const destinations = this.plan.destinations.flatMap(({ name }) => {
      const state = this.#collectors.state(name, this.#deliveries.state(name));
      return state ? [[name, state] as const] : [];
    });
    const halted = this.#work.line.condition === "halted";
    return {
      name: this.plan.name,
      condition: halted ? "halted" : this.#condition,
      address: this.#listening?.address ?? "",
      isOpen: this.#gate.isOpen,
      ...(this.#gate.isOpen || this.#condition === "stopped" ? {} : { closedBy: this.#gate.reason }),
      work: this.#assembler.state(this.#work.line.state(this.#trouble)),
      destinations: Object.fromEntries(destinations),
      counts: { ...this.#counts },
    };
  }

  /** What the delivery line of a destination has of it. */
  #ofDestination(destination: DestinationPlan) {
    const { plan, world, found } = this.#parts;
    const { name, collect, steps } = destination;
    const asked = typeof plan.acknowledge === "object" && plan.acknowledge.from === name;
    return {
      destination,
      contentTypes: collect
        ? joinerFor(collect, this.#formats, world.clock).answerTypes
        : this.#formats.after(plan.steps, steps).contentTypes,
      found: (found.outboxes[name] ?? 0) + (collect ? 0 : found.gathering[name]?.count ?? 0),
      ...(asked ? { respond: this.#responder.respond.bind(this.#responder) } : {}),
      ...this.#correspondentOf(destination),
    };
  }

  /** Who gives receipts for what goes there. */
  #correspondentOf({ encrypt, send }: DestinationPlan): { readonly correspondent?: Correspondent } {
    const { keyring, journal, plan } = this.#parts;
    const partner = signerFor(encrypt);
    if (!keyring || partner === undefined) return {};
    const as = { feed: feedOf(plan.name, send), epoch: journal.found.epoch };
    return { correspondent: correspondentOf(partner, keyring, as) };
  }

  /** What its adapters meet beside the world. */
  #surroundings(): Surroundings {
    const { partners, exchange, relay } = this.#parts;
    return { partners, ...(exchange ? { exchange } : {}), ...(relay ? { relay } : {}) };
  }

  #stepParts(): StepParts {
    const { world, folder, plan } = this.#parts;
    const forgets = { get: () => Promise.resolve(undefined), set() {}, delete() {} };
    return {
      world,
      folder,
      formats: this.#formats.named,
      timeZone: plan.timeZone,
      // An answer is no message: there is no commit of its own that could remember anything.
      stateOf: () => forgets,
      refused: (_step, file) =>
        this.#report({ name: "fileRefused", channel: plan.name, stage: "respond", file }),
    };
  }

  /** What this channel is to know of a message that another one hands to it. */
  #handOn({ contentType }: Branch, bytes: Uint8Array): HandOn {
    const { newId, world, plan } = this.#parts;
    // One that does not say who it is is refused as it is parsed.
    const { controlId, type, sender } = identityIn(this.#format, { bytes, contentType });
    return { channel: plan.name, id: newId(), receivedAtMs: world.clock.nowMs(), controlId, type, sender };
  }

  /** A message has become durable in the inbox. */
  #taken(message: Accepted): void {
    const { id, type, bytes } = message;
    this.#report({ name: "messageReceived", channel: this.plan.name, id, type, bytes: bytes.length });
    this.#work.offer(message);
  }

  #envelope({ spec, config }: Configured<Parameters<typeof bindEnvelope>[0]>) {
    return bindEnvelope(spec, config as never, this.#parts.keyring!, this.#parts.world.clock);
  }

  #contentTypes(): readonly string[] {
    const { decrypt } = this.plan;
    return decrypt ? [decrypt.spec.contentType] : this.#format.contentTypes;
  }

  #settled(row: OutboxRow, { queued, quarantined }: Rest): void {
    if (queued > 0) return;
    const outcome: Outcome = quarantined === 0
      ? { kind: "accepted" }
      : { kind: "rejected", error: errors.error("ENGINE_DELIVERY_INCOMPLETE", { quarantined }) };
    this.#waiters.tell(row.seq, outcome);
  }

  #report(event: Unstamped): void {
    const counted = countedAs(event);
    if (counted) this.#counts[counted]++;
    if (event.name === "messageProcessed") this.#trouble = undefined;
    if (event.name === "transportReported" && event.destination === undefined && event.error) {
      this.#trouble = event.error.code;
    }
    // A work line that stands still must not let its inbox grow.
    if (event.name === "lineHalted" && event.destination === undefined) this.#gate.set("halted", true);
    this.#parts.report(event);
  }
}

/** The reason for a closed way in that needs no report of its own. */
const STOPPED = "stopped";
