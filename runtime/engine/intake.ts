import type { Delivery, Intake, MessageProgress, Reading, Reply } from "../contract/adapter.ts";
import type { Envelope } from "../contract/envelope.ts";
import type { MitralError } from "../contract/error.ts";
import type { Flaws, Identity, SplitBatch } from "../contract/format.ts";
import type { Outcome } from "../contract/message.ts";
import type { Corrected } from "../journal/corrections.ts";
import type { Append, Appended } from "../journal/operations.ts";
import type { Sameness } from "../journal/sameness.ts";
import { ACCEPTED, type Arrival, arrivalOf, declared, failed, identityIn, type Kept } from "./arrival.ts";
import { takeAll } from "./batch_intake.ts";
import { errors } from "./errors.ts";
import { isReservedFeed, receivedWith } from "./exchanged.ts";
import { flawed } from "./flawed.ts";
import { InTurn } from "./in_turn.ts";
import type { IntakeParts } from "./intake_parts.ts";
import { type Counted, Numbers } from "./numbers.ts";
import { reusedBy, samenessOf } from "./sameness.ts";
import { Replies } from "./replies.ts";
import { troubleOf } from "./trouble.ts";

/** A message that has its place in the journal, and is not durable yet. */
interface Begun {
  readonly kept: Promise<Kept>;
}

/** The way into a channel: opens, identifies, makes durable, answers. */
export class ChannelIntake implements Intake {
  readonly #parts: IntakeParts;
  readonly #numbers: Numbers;
  readonly #replies: Replies;
  readonly #inTurn = new InTurn();

  constructor(parts: IntakeParts) {
    this.#parts = parts;
    this.#numbers = new Numbers(parts.plan.name, parts.format, parts.journal);
    this.#replies = new Replies(parts);
  }

  get isOpen(): boolean {
    return this.#parts.gate.isOpen;
  }

  opened(signal: AbortSignal): Promise<void> {
    return this.#parts.gate.opened(signal);
  }

  reading(): Reading {
    return this.#parts.memory.reading();
  }

  receive(delivery: Delivery, kept?: () => void): Promise<Reply> {
    return this.#answering(delivery, kept, (arrival) => this.#take(arrival));
  }

  state(id: string): Promise<MessageProgress | undefined> {
    return this.#parts.journal.ask({ ask: "progress", channel: this.#parts.plan.name, id });
  }

  refuse(delivery: Delivery, error: MitralError, kept?: () => void): Promise<Reply> {
    return this.#answering(
      delivery,
      kept,
      async (arrival) => this.#replies.to(await this.#quarantine(arrival, error)),
    );
  }

  /**
   * Takes bytes in the place of a message in quarantine, as if its sender had sent them: nobody is answered. Errors:
   * ENGINE_INTAKE_CLOSED, ENGINE_CORRECTION_BATCH, ENGINE_CORRECTION_LATE.
   */
  async correct(
    bytes: Uint8Array,
    contentType: string,
    corrects: Corrected,
  ): Promise<{ readonly id: string; readonly outcome: Outcome }> {
    const { gate, format } = this.#parts;
    if (!gate.isOpen) errors.fail("ENGINE_INTAKE_CLOSED", { reason: gate.reason });
    if (format.batch?.split(bytes)) errors.fail("ENGINE_CORRECTION_BATCH");
    const peer = corrects.by.person;
    const arrival = arrivalOf({ bytes, peer, contentType }, this.#parts);
    const kept = await this.#keep({ ...arrival, origin: { adapter: "correction", peer }, corrects });
    return { id: arrival.id, outcome: await kept.outcome };
  }

  /** Never rejects. */
  async #answering(
    delivery: Delivery,
    kept: (() => void) | undefined,
    act: (arrival: Arrival) => Promise<Reply>,
  ): Promise<Reply> {
    const { world: { clock }, memory } = this.#parts;
    const startedMs = clock.elapsedMs();
    let inMemory = delivery.bytes.length;
    const free = () => {
      if (inMemory > 0) memory.free(inMemory);
      inMemory = 0;
    };
    memory.take(inMemory);
    const arrival = arrivalOf(delivery, this.#parts, () => {
      free();
      kept?.();
    });
    const reply = await act(arrival).catch(failed);
    free();
    this.#parts.report({
      name: "messageAnswered",
      channel: this.#parts.plan.name,
      id: arrival.id,
      outcome: reply.outcome.kind,
      tookMs: clock.elapsedMs() - startedMs,
    });
    return reply;
  }

  async #take(arrival: Arrival): Promise<Reply> {
    const { gate, envelope, format } = this.#parts;
    if (!gate.isOpen) errors.fail("ENGINE_INTAKE_CLOSED", { reason: gate.reason });
    let opened = arrival, batch: SplitBatch | undefined;
    try {
      if (envelope && !arrival.isFromAnybody) this.#checkSize(arrival);
      if (envelope) opened = await this.#open(arrival, envelope);
      if (envelope && arrival.isFromAnybody) this.#checkSize(opened);
      batch = format.batch?.split(opened.bytes);
    } catch (cause) {
      // Whoever likes could fill the journal otherwise.
      if (arrival.isFromAnybody && !opened.sealed) throw cause;
      return this.#replies.to(await this.#quarantine(opened, declared(cause)));
    }
    return batch ? this.#takeBatch(opened, batch) : this.#replies.to(await this.#keep(opened));
  }

  /**
   * Takes the messages of a batch one by one, and answers once for all of them. What a crash cuts short the peer sends
   * again, and what was kept by then is recognised.
   */
  async #takeBatch(whole: Arrival, { count, messages, warnings }: SplitBatch): Promise<Reply> {
    const { plan, newId, report } = this.#parts;
    const { id, bytes } = whole;
    report({ name: "batchReceived", channel: plan.name, id, messages: count, bytes: bytes.length, warnings });
    const { replies } = await this.#inTurn.begin(whole.way, () =>
      takeAll<Kept>(messages, {
        keep: (bytes, member) =>
          this.#keep({ ...whole, id: newId(), bytes, member, way: id, kept: undefined }),
        reply: (kept) => kept.then((each) => this.#replies.to(each)).catch(failed),
        allKept: () => whole.kept?.(),
      }));
    return await this.#replies.toBatch(whole, await replies);
  }

  /** Makes a message durable: for the channel's work or, with the reason, in quarantine. */
  async #keep(arrival: Arrival): Promise<Kept> {
    const { kept } = await this.#inTurn.begin(arrival.way, () => this.#begin(arrival));
    return await kept;
  }

  /** Gives a message its place in the journal, in the order of those that came before it. */
  #begin(arrival: Arrival): Begun | Promise<Begun> {
    const stored = arrival.stored ?? this.#parts.journal.keep(arrival.bytes);
    if (stored instanceof Promise) return stored.then((stored) => this.#begin({ ...arrival, stored }));
    let identity: Identity, flaws: Flaws | Promise<Flaws>;
    try {
      if (!this.#parts.envelope) this.#checkSize(arrival);
      identity = this.#identify(arrival);
      if (identity.number !== undefined && !arrival.corrects) return this.#beginNumbered(arrival, identity);
      flaws = this.#admit(arrival, identity);
    } catch (cause) {
      return { kept: this.#quarantine(arrival, declared(cause)) };
    }
    if (flaws instanceof Promise) return this.#beginChecked(arrival, identity, flaws);
    return this.#placing(identity, this.#append(arrival, identity, flaws));
  }

  async #beginChecked(arrival: Arrival, identity: Identity, checking: Promise<Flaws>): Promise<Begun> {
    try {
      const flaws = await checking;
      return { kept: this.#append(arrival, identity, flaws) };
    } catch (cause) {
      return { kept: this.#quarantine(arrival, declared(cause)) };
    }
  }

  /** A message in pieces has its place once its pieces are one: what comes behind the last of them comes behind it. */
  #placing(identity: Identity, kept: Promise<Kept>): Begun | Promise<Begun> {
    if (!identity.piece) return { kept };
    const begun = () => ({ kept });
    return kept.then(begun, begun);
  }

  #identify({ bytes, contentType, origin }: Arrival): Identity {
    const { format, assembler } = this.#parts;
    const identity = format.identify(bytes, contentType);
    if (!identity.piece || assembler.isPiece(identity, origin)) return identity;
    return { ...identity, piece: undefined };
  }

  /** Whether a message is taken, and what is wrong with it all the same. A piece is looked through as part of its whole. */
  #admit({ bytes, contentType }: Arrival, identity: Identity): Flaws | Promise<Flaws> {
    const { format } = this.#parts;
    format.admit(identity, bytes);
    return identity.piece ? FLAWLESS : format.check(bytes, contentType);
  }

  /** The same for one with a number, which is judged by the last of its sender. */
  async #beginNumbered(arrival: Arrival, identity: Identity): Promise<Begun> {
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
    if (verdict.kind === "refused") {
      // Unless it is known: of a batch that comes again, all but the last have old numbers.
      const sameness = samenessOf(identity, arrival, this.#parts.plan.duplicates, undefined);
      return { kept: this.#quarantine(numbered, verdict.error, sameness) };
    }
    if (trouble) return { kept: this.#quarantine(numbered, trouble) };
    const counted = this.#numbers.count(identity, partner, verdict, atMs);
    return await this.#placing(identity, this.#append(numbered, identity, flaws, counted));
  }

  /** By the way it came only a message that came alone is answered a second time: a batch has one answer. */
  #isAnsweredTwice({ bytes, member, corrects }: Arrival): boolean {
    const { plan, secondAnswers } = this.#parts;
    return !corrects && (member === undefined || plan.applicationAcknowledge !== "here") &&
      secondAnswers.wantedBy(bytes);
  }

  /** A message is measured as it comes: sealed, or alone though it came in a batch. */
  #checkSize({ bytes }: Arrival): void {
    const { messageBytesMax } = this.#parts.plan;
    if (bytes.length > messageBytesMax) errors.fail("ENGINE_MESSAGE_TOO_LARGE", { messageBytesMax });
  }

  async #open(arrival: Arrival, envelope: Envelope): Promise<Arrival> {
    const opened = await envelope.open(arrival.bytes);
    // Nobody vouches for it: it is who its carrier says, and is answered like a message in clear.
    const { contentType } = this.#parts.format;
    if (envelope.isUnsigned) return { ...arrival, contentType, bytes: opened.payload };
    const { from, channel: feed } = opened.statement;
    if (isReservedFeed(feed)) errors.fail("ENGINE_FEED_RESERVED");
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
    const { plan, format, report } = this.#parts;
    const arrival = this.#isAnsweredTwice(given) ? { ...given, isAnsweredTwice: true } : given;
    const { id, isAnsweredTwice } = arrival;
    const place = counted?.isLink ? "filtered" : identity.piece ? "gathering" : undefined;
    const numbered = counted?.numbered;
    const sameness = samenessOf(identity, arrival, plan.duplicates, place, format.pieces?.waitMsMax);
    const isAnswered = place !== undefined || this.#isAnsweredNow(arrival) && !isAnsweredTwice;
    const appended = await this.#write({
      ...this.#kept(arrival, identity),
      ...(sameness ? { sameness } : {}),
      ...(isAnswered ? { answered: "positively" } : {}),
      ...(place ? { place } : {}),
      ...(numbered ? { numbered } : {}),
      ...receivedWith(arrival),
    });
    if (appended.kind === "appended" && flaws.length > 0) report(flawed(plan.name, id, flaws));
    arrival.kept?.();
    if (appended.kind === "appended" && place) return this.#placed(arrival, identity, appended.seq, place);
    return this.#appended(arrival, identity.type, appended);
  }

  /** The answer says no more than that it is durable. */
  #isAnsweredNow({ corrects, isAskedAbout }: Arrival): boolean {
    return isAskedAbout ?? (corrects !== undefined || this.#parts.plan.acknowledge === "received");
  }

  async #write(append: Append): Promise<Exclude<Appended, { kind: "outdated" }>> {
    const appended = await this.#parts.journal.write<Append>(append);
    return appended.kind === "outdated" ? errors.fail("ENGINE_CORRECTION_LATE") : appended;
  }

  /** What is kept of every message, whatever becomes of it. */
  #kept(
    { id, atMs, origin, contentType, bytes, stored = bytes, corrects, sealed }: Arrival,
    { controlId, type, sender }: Identity,
  ): Append {
    const { name: channel } = this.#parts.plan;
    const said = { controlId, type, sender, contentType, ...(corrects ? { corrects } : {}) };
    const signed = sealed ? { evidence: sealed.opened.signed } : {};
    return { op: "append", id, channel, receivedAtMs: atMs, origin, ...said, body: stored, ...signed };
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
    const isNow = plan.acknowledge === "received" || arrival.isAskedAbout === true;
    const told = this.#replies.told(message.seq, arrival, isNow);
    accepted(message);
    const about = identity.piece!.isAnsweredAsWhole ? message.bytes : bytes;
    return { arrival: { ...arrival, bytes: about }, seq, whole: message.bytes, ...told };
  }

  #appended(arrival: Arrival, type: string, appended: Exclude<Appended, { kind: "outdated" }>): Kept {
    const { plan, report } = this.#parts;
    const { seq } = appended;
    switch (appended.kind) {
      case "appended": {
        const isNow = this.#isAnsweredNow(arrival);
        const told = this.#replies.told(seq, arrival, isNow);
        const { id, origin, contentType, bytes, atMs, isAnsweredTwice } = arrival;
        report({ name: "messageReceived", channel: plan.name, id, type, bytes: bytes.length });
        const { resembles: how } = appended;
        if (how) report({ name: "messageResembled", channel: plan.name, id, how });
        this.#parts.journal.countPending(bytes.length);
        this.#parts.accepted({ seq, id, receivedAtMs: atMs, origin, contentType, type, bytes });
        return { arrival, seq, ...told, isAccountedFor: isNow && !isAnsweredTwice };
      }
      case "pending":
      case "answered": {
        const first = { ...arrival, id: appended.id, atMs: appended.receivedAtMs };
        report({ name: "messageRepeated", channel: plan.name, id: appended.id });
        if (appended.kind === "pending") {
          return { arrival: first, seq, ...this.#replies.told(seq, arrival, arrival.isAskedAbout ?? false) };
        }
        // A receipt is made anew: by the key that is ours now. Only the old one says why something was refused.
        const answer = arrival.sealed && appended.positively ? undefined : appended.answer;
        const again = { arrival: first, seq, outcome: ACCEPTED, isAccountedFor: true };
        if (arrival.sealed || !arrival.isAnsweredTwice) return { ...again, ...(answer ? { answer } : {}) };
        const fate: Outcome = answer ? { kind: "accepted", answer } : ACCEPTED;
        return { ...again, ...(this.#replies.goBack ? { fate } : {}) };
      }
      case "conflicting": {
        const error = reusedBy(arrival, appended.isById);
        report({ name: "messageQuarantined", channel: plan.name, id: arrival.id, error });
        return { arrival, seq, outcome: { kind: "rejected", error }, isAccountedFor: true };
      }
      case "misnumbered":
        // Perhaps it is another message under an old number: its sender goes on, and a person can replay it.
        report({ name: "messageQuarantined", channel: plan.name, id: arrival.id, error: NUMBER_REUSED });
        return { arrival, seq, outcome: ACCEPTED };
    }
  }

  /** Keeps the bytes with the reason; not those of a message that is here already. */
  async #quarantine(arrival: Arrival, error: MitralError, sameness?: Sameness): Promise<Kept> {
    const { plan, format, journal, assembler, report } = this.#parts;
    // What could not be read may still say who it is.
    const identity = identityIn(format, arrival);
    // What was taken before stays taken, whatever is the matter now.
    const known = arrival.sealed ? samenessOf(identity, arrival, plan.duplicates, undefined) : sameness;
    const stored = arrival.stored ?? await journal.keep(arrival.bytes);
    const appended = await this.#write({
      ...this.#kept({ ...arrival, stored }, identity),
      answered: "negatively",
      trouble: troubleOf(error, arrival.atMs),
      // When it is replayed, a piece waits for the others.
      ...(assembler.isPiece(identity, arrival.origin) ? { place: "gathering" } : {}),
      ...(known ? { sameness: known } : {}),
      ...receivedWith(arrival),
    });
    arrival.kept?.();
    if (appended.kind !== "appended") {
      arrival = { ...arrival, isAnsweredTwice: this.#isAnsweredTwice(arrival) };
      return this.#appended(arrival, identity.type, appended);
    }
    report({ name: "messageQuarantined", channel: plan.name, id: arrival.id, error });
    return { arrival, seq: appended.seq, outcome: { kind: "rejected", error }, isAccountedFor: true };
  }
}

const NUMBER_REUSED = errors.error("ENGINE_NUMBER_REUSED");
const FLAWLESS: Flaws = [];
