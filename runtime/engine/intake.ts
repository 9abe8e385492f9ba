import type { Delivery, Intake, Reply } from "../contract/adapter.ts";
import type { Envelope, Opened } from "../contract/envelope.ts";
import { MitralError } from "../contract/error.ts";
import type { Flaws, Format, Identity, SplitBatch } from "../contract/format.ts";
import type { Answer, Origin, Outcome } from "../contract/message.ts";
import type { World } from "../contract/world.ts";
import type { Journal } from "../journal/journal.ts";
import type { Append, Appended, Sameness } from "../journal/operations.ts";
import { outcomeOfAll, takeAll } from "./batch_intake.ts";
import { errors } from "./errors.ts";
import type { Gate } from "./gate.ts";
import type { Unstamped } from "./line.ts";
import type { ChannelPlan } from "./plan.ts";
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
  newId(): string;
  /** Our name for the partner whose gateway calls itself `gateway`. */
  partnerOf(gateway: string): string | undefined;
  accepted(message: Accepted): void;
  report(event: Unstamped): void;
}

/** What is known of a message while it is being taken. */
interface Arrival {
  readonly id: string;
  readonly atMs: number;
  readonly origin: Origin;
  readonly contentType: string;
  /** The message: for a sealed one, what was inside. */
  readonly bytes: Uint8Array;
  /** Told once the bytes are in safe storage. */
  readonly kept?: () => void;
  readonly sealed?: { readonly envelope: Uint8Array; readonly opened: Opened };
  /** Which message of a batch it is, from 1; left out for a message that came alone. */
  readonly member?: number;
  /** Its sender hears at once that it is durable, and later what became of it. */
  readonly isAnsweredTwice?: boolean;
}

/** A message the journal has: in its inbox, in quarantine, or from before. */
interface Kept {
  /** With the id and the time it was first received under. */
  readonly arrival: Arrival;
  readonly seq: number;
  readonly outcome: Outcome | Promise<Outcome>;
  /** What becomes of it, where its sender hears of that by the way it came, after the answer. */
  readonly fate?: Outcome | Promise<Outcome>;
  /** What it was answered before. */
  readonly answer?: Answer;
}

/** The way into a channel: opens, identifies, makes durable, answers. */
export class ChannelIntake implements Intake {
  readonly #parts: IntakeParts;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
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
    return this.#answering(
      delivery,
      kept,
      async (arrival) => this.#reply(await this.#quarantine(arrival, error)),
    );
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
    const { envelope, format } = this.#parts;
    let identity: Identity, flaws: Flaws;
    try {
      if (!envelope) this.#checkSize(arrival);
      identity = format.identify(arrival.bytes, arrival.contentType);
      format.admit(identity, arrival.bytes);
      const found = format.check(arrival.bytes, arrival.contentType);
      flaws = found instanceof Promise ? await found : found;
    } catch (cause) {
      return this.#quarantine(arrival, declared(cause));
    }
    // From here on it may be durable: what goes wrong now must not keep it a second time.
    return this.#append(
      this.#isAnsweredTwice(arrival) ? { ...arrival, isAnsweredTwice: true } : arrival,
      identity,
      flaws,
    );
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

  async #append(
    arrival: Arrival,
    { controlId, type, sender, purpose }: Identity,
    flaws: Flaws,
  ): Promise<Kept> {
    const { plan, journal } = this.#parts;
    const statement = arrival.sealed?.opened.statement;
    const sameness: Sameness | undefined = statement
      ? {
        kind: "sealed",
        from: statement.from,
        id: arrival.member === undefined ? statement.id : `${statement.id}.${arrival.member}`,
        conflict: troubleOf(REUSED, arrival.atMs),
      }
      : controlId !== "" && purpose === "message"
      ? this.#exact(arrival.atMs)
      : undefined;
    const appended = await journal.write<Append>({
      op: "append",
      id: arrival.id,
      channel: plan.name,
      receivedAtMs: arrival.atMs,
      origin: arrival.origin,
      controlId,
      type,
      sender,
      contentType: arrival.contentType,
      body: arrival.bytes,
      ...(sameness ? { sameness } : {}),
      ...(plan.acknowledge === "received" && !arrival.isAnsweredTwice ? { answered: "positively" } : {}),
      ...(arrival.sealed ? { evidence: arrival.sealed.opened.signed } : {}),
    });
    if (appended.kind === "appended" && flaws.length > 0) this.#tell(arrival.id, flaws);
    arrival.kept?.();
    return this.#appended(arrival, type, appended);
  }

  #tell(id: string, flaws: Flaws): void {
    const rules: Record<string, number> = {};
    for (const { rule } of flaws) rules[rule] = (rules[rule] ?? 0) + 1;
    const paths = flaws.slice(0, PATHS_TOLD_MAX).map(({ path }) => path);
    this.#parts.report({ name: "messageFlawed", channel: this.#parts.plan.name, id, rules, paths });
  }

  #exact(atMs: number): Sameness | undefined {
    const { answer, windowMs, reused } = this.#parts.plan.duplicates;
    if (answer === "never") return undefined;
    return {
      kind: "exact",
      windowMs: answer === "always" ? Infinity : windowMs,
      ...(reused === "reject" ? { conflict: troubleOf(REUSED, atMs) } : {}),
    };
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
  async #reply({ arrival, seq, answer, fate, ...kept }: Kept): Promise<Reply> {
    const { format, envelope, journal, secondAnswers } = this.#parts;
    const { sealed, member, id, atMs, isAnsweredTwice } = arrival;
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
    const facts = { id, atMs, ...(isAnsweredTwice ? { which: "first" as const } : {}) };
    return {
      outcome,
      answer: given ?? format.answer(arrival.bytes, outcome, facts),
      ...(fate ? { later: secondAnswers.back(arrival.bytes, Promise.resolve(fate)) } : {}),
    };
  }

  /** Waits until the channel's work on a message is done, as far as `acknowledge` asks. */
  #outcomeOf(seq: number): Promise<Outcome> {
    const { plan, world, waiters } = this.#parts;
    return new Promise((resolve) => {
      const forget = world.clock.after(plan.answerMsMax, () => {
        unwait();
        const { answerMsMax } = plan;
        resolve({ kind: "failed", error: errors.error("ENGINE_ANSWER_LATE", { answerMsMax }) });
      });
      const unwait = waiters.wait(seq, (outcome) => {
        forget();
        resolve(outcome);
      });
    });
  }
}

/** One fault of a sender's is often in every line. */
const PATHS_TOLD_MAX = 10;
const ACCEPTED: Outcome = { kind: "accepted" };
const REUSED = errors.error("ENGINE_ID_REUSED");

/** Who a message says it is, as far as it can be read. */
export function identityIn(
  format: Format,
  { bytes, contentType }: { readonly bytes: Uint8Array; readonly contentType: string },
): Identity {
  try {
    return format.identify(bytes, contentType);
  } catch {
    return { controlId: "", type: "", sender: "", purpose: "message" };
  }
}

/** What cannot be made durable is not answered, and the peer will send it again. */
function failed(cause: unknown): Reply {
  return { outcome: { kind: "failed", error: declared(cause) }, answer: null };
}

function declared(cause: unknown): MitralError {
  return cause instanceof MitralError ? cause : errors.error("ENGINE_INTAKE_CRASHED", {}, cause);
}
