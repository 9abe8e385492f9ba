import type { Delivery, Intake, Reply } from "../contract/adapter.ts";
import type { Envelope } from "../contract/envelope.ts";
import type { MitralError } from "../contract/error.ts";
import type { Flaws, Format, Identity, SplitBatch } from "../contract/format.ts";
import type { Origin, Outcome } from "../contract/message.ts";
import type { World } from "../contract/world.ts";
import type { Journal } from "../journal/journal.ts";
import type { Append, Appended } from "../journal/operations.ts";
import { type Arrival, declared, failed, identityIn, type Kept } from "./arrival.ts";
import type { Assembler } from "./assembler.ts";
import { outcomeOfAll, takeAll } from "./batch_intake.ts";
import { errors } from "./errors.ts";
import { flawed } from "./flawed.ts";
import type { Gate } from "./gate.ts";
import type { Unstamped } from "./line.ts";
import { type Counted, Numbers } from "./numbers.ts";
import type { ChannelPlan } from "./plan.ts";
import { REUSED, samenessOf } from "./sameness.ts";
import type { SecondAnswers } from "./second_answers.ts";
import { troubleOf } from "./trouble.ts";
import type { Waiters } from "./waiters.ts";

/** A message that has just become durable. */
export interface Accepted {
  readonly seq: number;
  readonly id: string;
  readonly receivedAtMs: number;
  readonly origin: Origin;
  readonly contentType: string;
  /** As the format names it. */
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** What an intake is made of. */
export interface IntakeParts {
  readonly plan: ChannelPlan;
  readonly format: Format;
  /** Opens what arrives, where the channel takes sealed messages. */
  readonly envelope?: Envelope;
  readonly journal: Journal;
  readonly world: World;
  readonly gate: Gate;
  readonly waiters: Waiters;
  readonly secondAnswers: SecondAnswers;
  readonly assembler: Assembler;
  newId(): string;
  /** Our name for the partner whose gateway calls itself `gateway`. */
  partnerOf(gateway: string): string | undefined;
  accepted(message: Accepted): void;
  report(event: Unstamped): void;
}

/** The way into a channel: opens, identifies, makes durable, answers. */
export class ChannelIntake implements Intake {
  readonly #parts: IntakeParts;
  readonly #numbers: Numbers;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
    this.#numbers = new Numbers(parts.plan.name, parts.format, parts.journal);
  }

  get isOpen(): boolean {
    return this.#parts.gate.isOpen;
  }

  opened(signal: AbortSignal): Promise<void> {
    return this.#parts.gate.opened(signal);
  }

  receive(delivery: Delivery, kept?: () => void): Promise<Reply> {
    return this.#answering(delivery, kept, (arrival) => this.#take(arrival));
  }

  refuse(delivery: Delivery, error: MitralError, kept?: () => void): Promise<Reply> {
    const act = async (arrival: Arrival) => this.#reply(await this.#quarantine(arrival, error));
    return this.#answering(delivery, kept, act);
  }

  /** Never rejects. */
  async #answering(
    delivery: Delivery,
    kept: (() => void) | undefined,
    act: (arrival: Arrival) => Promise<Reply>,
  ): Promise<Reply> {
    const { clock } = this.#parts.world;
    const startedMs = clock.elapsedMs();
    const arrival = this.#arrive(delivery, kept);
    const reply = await act(arrival).catch(failed);
    this.#parts.report({
      name: "messageAnswered",
      channel: this.#parts.plan.name,
      id: arrival.id,
      outcome: reply.outcome.kind,
      tookMs: clock.elapsedMs() - startedMs,
    });
    return reply;
  }

  #arrive({ bytes, peer, contentType }: Delivery, kept?: () => void): Arrival {
    const { plan, format, world, newId } = this.#parts;
    return {
      id: newId(),
      atMs: world.clock.nowMs(),
      origin: { adapter: plan.listen.spec.name, peer },
      contentType: contentType ?? format.contentType,
      bytes,
      kept,
    };
  }

  async #take(arrival: Arrival): Promise<Reply> {
    const { gate, envelope, format } = this.#parts;
    if (!gate.isOpen) errors.fail("ENGINE_INTAKE_CLOSED", { reason: gate.reason });
    let opened = arrival;
    let batch: SplitBatch | undefined;
    try {
      if (envelope) {
        this.#checkSize(arrival);
        opened = await this.#open(arrival, envelope);
      }
      batch = format.batch?.split(opened.bytes);
    } catch (cause) {
      return this.#reply(await this.#quarantine(opened, declared(cause)));
    }
    return batch ? this.#takeBatch(opened, batch) : this.#reply(await this.#keep(opened));
  }

  /**
   * Takes the messages of a batch one by one, and answers once for all of them. What a crash cuts short the peer sends
   * again, and what was kept by then is recognised.
   */
  async #takeBatch(whole: Arrival, { count, messages, warnings }: SplitBatch): Promise<Reply> {
    const { plan, format, envelope, newId, report } = this.#parts;
    const { id, atMs, bytes, sealed } = whole;
    report({ name: "batchReceived", channel: plan.name, id, messages: count, bytes: bytes.length, warnings });
    const replies = await takeAll<Kept>(messages, {
      keep: (bytes, member) => this.#keep({ ...whole, id: newId(), bytes, member, kept: undefined }),
      reply: (kept) => kept.then((each) => this.#reply(each)).catch(failed),
      allKept: () => whole.kept?.(),
    });
    const outcome = outcomeOfAll(replies.map(({ outcome }) => outcome));
    if (outcome.kind === "failed") return { outcome, answer: null };
    const answer = sealed
      ? await envelope!.receipt(sealed.envelope, sealed.opened, outcome)
      : format.batch!.answer(bytes, replies.map(({ answer }) => answer), { id, atMs });
    return { outcome, answer };
  }

  /** Makes a message durable: for the channel's work or, with the reason, in quarantine. */
  async #keep(arrival: Arrival): Promise<Kept> {
    const { envelope } = this.#parts;
    let identity: Identity, flaws: Flaws;
    try {
      if (!envelope) this.#checkSize(arrival);
      identity = this.#identify(arrival);
      if (identity.number !== undefined) return this.#keepNumbered(arrival, identity);
      const found = this.#admit(arrival, identity);
      flaws = found instanceof Promise ? await found : found;
    } catch (cause) {
      return this.#quarantine(arrival, declared(cause));
    }
    // From here on it may be durable: what goes wrong now must not keep it a second time.
    return this.#append(arrival, identity, flaws);
  }

  #identify({ bytes, contentType, origin }: Arrival): Identity {
    const { format, assembler } = this.#parts;
    const identity = format.identify(bytes, contentType);
    const isWhole = identity.piece?.mayBeWhole && !assembler.expects(identity, origin);
    return isWhole ? { ...identity, piece: undefined } : identity;
  }

  /** Whether a message is taken, and what is wrong with it all the same. A piece is looked through as part of its whole. */
  #admit({ bytes, contentType }: Arrival, identity: Identity): Flaws | Promise<Flaws> {
    const { format } = this.#parts;
    format.admit(identity, bytes);
    return identity.piece ? FLAWLESS : format.check(bytes, contentType);
  }

  /** The same for one with a number, which is judged by the last of its sender. */
  async #keepNumbered(arrival: Arrival, identity: Identity): Promise<Kept> {
    const { origin: { partner }, atMs } = arrival;
    await this.#numbers.ready(identity, partner);
    const isLink = this.#numbers.judge(identity, partner).kind === "link";
    let flaws: Flaws, trouble: MitralError | undefined;
    try {
      flaws = await (isLink ? FLAWLESS : this.#admit(arrival, identity));
    } catch (cause) {
      [flaws, trouble] = [FLAWLESS, declared(cause)];
    }
    // From here to the append nothing is awaited: the next message of its sender is judged after it.
    const verdict = this.#numbers.judge(identity, partner);
    const numbered = { ...arrival, expected: verdict.expected };
    if (verdict.kind === "refused") trouble = verdict.error;
    if (trouble) return this.#quarantine(numbered, trouble);
    return this.#append(numbered, identity, flaws, this.#numbers.count(identity, partner, verdict, atMs));
  }

  /** By the way it came only a message that came alone is answered a second time: a batch has one answer. */
  #isAnsweredTwice({ bytes, member }: Arrival): boolean {
    const { plan, secondAnswers } = this.#parts;
    return (member === undefined || plan.applicationAcknowledge !== "here") && secondAnswers.wantedBy(bytes);
  }

  /** A message is measured as it comes: sealed, or alone though it came in a batch. */
  #checkSize({ bytes }: Arrival): void {
    const { messageBytesMax } = this.#parts.plan;
    if (bytes.length > messageBytesMax) errors.fail("ENGINE_MESSAGE_TOO_LARGE", { messageBytesMax });
  }

  async #open(arrival: Arrival, envelope: Envelope): Promise<Arrival> {
    const opened = await envelope.open(arrival.bytes);
    const { from } = opened.statement;
    const partner = this.#parts.partnerOf(from);
    if (partner === undefined || !this.#parts.plan.decrypt!.from.includes(partner)) {
      errors.fail("ENGINE_PARTNER_UNEXPECTED", { partner: partner ?? from });
    }
    return {
      ...arrival,
      origin: { ...arrival.origin, partner },
      contentType: opened.statement.contentType,
      bytes: opened.payload,
      sealed: { envelope: arrival.bytes, opened },
    };
  }

  async #append(given: Arrival, identity: Identity, flaws: Flaws, counted?: Counted): Promise<Kept> {
    const { plan, format, journal, report } = this.#parts;
    const arrival = this.#isAnsweredTwice(given) ? { ...given, isAnsweredTwice: true } : given;
    const { id, atMs, sealed, isAnsweredTwice } = arrival;
    const { controlId, type, sender } = identity;
    const place = counted?.isLink ? "filtered" : identity.piece ? "gathering" : undefined;
    const numbered = counted?.numbered;
    const sameness = samenessOf(identity, arrival, plan.duplicates, place, format.pieces?.waitMsMax);
    const isAnswered = place !== undefined || plan.acknowledge === "received" && !isAnsweredTwice;
    const appended = await journal.write<Append>({
      op: "append",
      id,
      channel: plan.name,
      receivedAtMs: atMs,
      origin: arrival.origin,
      controlId,
      type,
      sender,
      contentType: arrival.contentType,
      body: arrival.bytes,
      ...(sameness ? { sameness } : {}),
      ...(isAnswered ? { answered: "positively" } : {}),
      ...(place ? { place } : {}),
      ...(numbered ? { numbered } : {}),
      ...(sealed ? { evidence: sealed.opened.signed } : {}),
    });
    if (appended.kind === "appended" && flaws.length > 0) report(flawed(plan.name, id, flaws));
    arrival.kept?.();
    if (appended.kind === "appended" && place) return this.#placed(arrival, identity, appended.seq, place);
    // Perhaps it is another message under an old number: its sender goes on, and a person can replay it.
    if (appended.kind === "conflicting" && numbered?.repeats) {
      report({ name: "messageQuarantined", channel: plan.name, id, error: NUMBER_REUSED });
      return { arrival, seq: appended.seq, outcome: ACCEPTED };
    }
    return this.#appended(arrival, type, appended);
  }

  /** It is durable, and none for the inbox: a piece, or a word about numbers, which is kept. */
  async #placed(
    arrival: Arrival,
    identity: Identity,
    seq: number,
    place: "gathering" | "filtered",
  ): Promise<Kept> {
    const { plan, assembler, accepted, report } = this.#parts;
    const { id, bytes, origin } = arrival;
    report({ name: "messageReceived", channel: plan.name, id, type: identity.type, bytes: bytes.length });
    if (place === "filtered") {
      report({ name: "messageFiltered", channel: plan.name, id });
      return { arrival, seq, outcome: ACCEPTED };
    }
    const joined = await assembler.take({ seq, id, size: bytes.length, origin }, identity);
    if (!joined) return { arrival, seq, outcome: ACCEPTED };
    if (joined.kind === "refused") {
      return { arrival, seq, outcome: { kind: "rejected", error: joined.error } };
    }
    const { message } = joined;
    const told = this.#told(message.seq, arrival, plan.acknowledge === "received");
    accepted(message);
    const about = identity.piece!.isAnsweredAsWhole ? message.bytes : bytes;
    return { arrival: { ...arrival, bytes: about }, seq, whole: message.bytes, ...told };
  }

  #appended(arrival: Arrival, type: string, appended: Appended): Kept {
    const { plan, report } = this.#parts;
    const { seq } = appended;
    switch (appended.kind) {
      case "appended": {
        const told = this.#told(seq, arrival, plan.acknowledge === "received");
        const { id, origin, contentType, bytes, atMs } = arrival;
        report({ name: "messageReceived", channel: plan.name, id, type, bytes: bytes.length });
        if (appended.resembles) {
          report({ name: "messageResembled", channel: plan.name, id, how: appended.resembles });
        }
        this.#parts.journal.countPending(bytes.length);
        this.#parts.accepted({ seq, id, receivedAtMs: atMs, origin, contentType, type, bytes });
        return { arrival, seq, ...told };
      }
      case "pending":
      case "answered": {
        const { id, receivedAtMs } = appended;
        report({ name: "messageRepeated", channel: plan.name, id });
        const first = { ...arrival, id, atMs: receivedAtMs };
        if (appended.kind === "pending") return { arrival: first, seq, ...this.#told(seq, arrival, false) };
        const { answer } = appended;
        if (!arrival.isAnsweredTwice) return { arrival: first, seq, outcome: ACCEPTED, answer };
        const fate: Outcome = answer ? { kind: "accepted", answer } : ACCEPTED;
        return { arrival: first, seq, outcome: ACCEPTED, ...(this.#answersBack ? { fate } : {}) };
      }
      case "conflicting":
        report({ name: "messageQuarantined", channel: plan.name, id: arrival.id, error: REUSED });
        return { arrival, seq, outcome: { kind: "rejected", error: REUSED } };
    }
  }

  /**
   * What may be answered to a message that is durable; beside it what becomes of it, where its sender hears of both by the
   * way it came. Waits from the call on.
   */
  #told(seq: number, { isAnsweredTwice }: Arrival, isNow: boolean): Pick<Kept, "outcome" | "fate"> {
    if (!isAnsweredTwice) return { outcome: isNow ? ACCEPTED : this.#outcomeOf(seq) };
    return { outcome: ACCEPTED, ...(this.#answersBack ? { fate: this.#outcomeOf(seq) } : {}) };
  }

  /** Second answers go back by the way the message came. */
  get #answersBack(): boolean {
    return this.#parts.plan.applicationAcknowledge === "here";
  }

  /** Keeps the bytes with the reason. */
  async #quarantine(arrival: Arrival, error: MitralError): Promise<Kept> {
    const { plan, journal, report } = this.#parts;
    // What could not be read may still say who it is.
    const identity = identityIn(this.#parts.format, arrival);
    const { seq } = await journal.write<Append>({
      op: "append",
      id: arrival.id,
      channel: plan.name,
      receivedAtMs: arrival.atMs,
      origin: arrival.origin,
      controlId: identity.controlId,
      type: identity.type,
      sender: identity.sender,
      contentType: arrival.contentType,
      body: arrival.bytes,
      answered: "negatively",
      trouble: troubleOf(error, arrival.atMs),
    });
    arrival.kept?.();
    report({ name: "messageQuarantined", channel: plan.name, id: arrival.id, error });
    return { arrival, seq, outcome: { kind: "rejected", error } };
  }

  /** The answer to a message, once its outcome is known. A batch that was sealed has one receipt for all. */
  async #reply({ arrival, seq, answer, fate, whole = arrival.bytes, ...kept }: Kept): Promise<Reply> {
    const { format, envelope, journal, secondAnswers } = this.#parts;
    const { sealed, member, bytes, id, atMs, expected, isAnsweredTwice } = arrival;
    const outcome = await kept.outcome;
    if (outcome.kind === "failed" || sealed && member !== undefined) return { outcome, answer: null };
    if (answer) return { outcome, answer };
    if (sealed) {
      const receipt = await envelope!.receipt(sealed.envelope, sealed.opened, outcome);
      // Not awaited: if it is lost in a crash, the next repetition gets a receipt made anew.
      const positively = outcome.kind !== "rejected";
      journal.write({ op: "answered", seq, positively, answer: receipt }, "patient").catch(() => {});
      return { outcome, answer: receipt };
    }
    const given = outcome.kind === "filtered" ? undefined : outcome.answer;
    const facts = {
      id,
      atMs,
      ...(expected === undefined ? {} : { expected }),
      ...(isAnsweredTwice ? { which: "first" as const } : {}),
    };
    return {
      outcome,
      answer: given ?? format.answer(bytes, outcome, facts),
      ...(fate ? { later: secondAnswers.back(whole, Promise.resolve(fate)) } : {}),
    };
  }

  /** Waits until the channel's work on a message is done, as far as `acknowledge` asks. */
  #outcomeOf(seq: number): Promise<Outcome> {
    const { plan, world, waiters } = this.#parts;
    return waiters.outcomeOf(seq, plan.answerMsMax, world.clock);
  }
}

const ACCEPTED: Outcome = { kind: "accepted" };
const NUMBER_REUSED = errors.error("ENGINE_NUMBER_REUSED");
const FLAWLESS: Flaws = [];
