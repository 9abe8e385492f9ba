import type { Delivery, Intake, Reply } from "../contract/adapter.ts";
import type { Envelope, Opened } from "../contract/envelope.ts";
import { MitralError } from "../contract/error.ts";
import type { Format, Identity } from "../contract/format.ts";
import type { Answer, Origin, Outcome } from "../contract/message.ts";
import type { World } from "../contract/world.ts";
import type { Journal } from "../journal/journal.ts";
import type { Append, Appended, Sameness } from "../journal/operations.ts";
import { errors } from "./errors.ts";
import type { Gate } from "./gate.ts";
import type { Unstamped } from "./line.ts";
import type { ChannelPlan } from "./plan.ts";
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
  newId(): string;
  /** Our name for the partner whose gateway calls itself `gateway`. */
  partnerOf(gateway: string): string | undefined;
  accepted(message: Accepted): void;
  report(event: Unstamped): void;
}

/** What is known of a delivery while it is being taken. */
interface Arrival {
  readonly id: string;
  readonly atMs: number;
  readonly origin: Origin;
  readonly contentType: string;
  /** The message: for a sealed one, what was inside. */
  readonly bytes: Uint8Array;
  readonly sealed?: { readonly envelope: Uint8Array; readonly opened: Opened };
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

  receive(delivery: Delivery): Promise<Reply> {
    return this.#answering(delivery, (arrival) => this.#take(arrival));
  }

  refuse(delivery: Delivery, error: MitralError): Promise<Reply> {
    return this.#answering(delivery, (arrival) => this.#quarantine(arrival, error));
  }

  /** Never rejects: what cannot be made durable is not answered, and the peer will send it again. */
  async #answering(delivery: Delivery, act: (arrival: Arrival) => Promise<Reply>): Promise<Reply> {
    const { clock } = this.#parts.world;
    const startedMs = clock.elapsedMs();
    const arrival = this.#arrive(delivery);
    let reply: Reply;
    try {
      reply = await act(arrival);
    } catch (cause) {
      reply = { outcome: { kind: "failed", error: declared(cause) }, answer: null };
    }
    this.#parts.report({
      name: "messageAnswered",
      channel: this.#parts.plan.name,
      id: arrival.id,
      outcome: reply.outcome.kind,
      tookMs: clock.elapsedMs() - startedMs,
    });
    return reply;
  }

  #arrive({ bytes, peer, contentType }: Delivery): Arrival {
    const { plan, format, world, newId } = this.#parts;
    return {
      id: newId(),
      atMs: world.clock.nowMs(),
      origin: { adapter: plan.listen.spec.name, peer },
      contentType: contentType ?? format.contentType,
      bytes,
    };
  }

  async #take(arrival: Arrival): Promise<Reply> {
    const { gate, plan, envelope, format } = this.#parts;
    if (!gate.isOpen) errors.fail("ENGINE_INTAKE_CLOSED", { reason: gate.reason });
    if (arrival.bytes.length > plan.messageBytesMax) {
      const { messageBytesMax } = plan;
      return this.#quarantine(arrival, errors.error("ENGINE_MESSAGE_TOO_LARGE", { messageBytesMax }));
    }
    let opened = arrival;
    let identity: Identity;
    try {
      if (envelope) opened = await this.#open(arrival, envelope);
      identity = format.identify(opened.bytes, opened.contentType);
      format.admit(identity, opened.bytes);
    } catch (cause) {
      return await this.#quarantine(opened, declared(cause));
    }
    // From here on it may be durable: what goes wrong now must not keep it a second time.
    return await this.#append(opened, identity);
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

  async #append(arrival: Arrival, { controlId, type, sender, purpose }: Identity): Promise<Reply> {
    const { plan, journal } = this.#parts;
    const statement = arrival.sealed?.opened.statement;
    const sameness: Sameness | undefined = statement
      ? { kind: "sealed", from: statement.from, id: statement.id, conflict: troubleOf(REUSED, arrival.atMs) }
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
      ...(plan.acknowledge === "received" ? { answered: "positively" } : {}),
      ...(arrival.sealed ? { evidence: arrival.sealed.opened.signed } : {}),
    });
    return this.#appended(arrival, type, appended);
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

  async #appended(arrival: Arrival, type: string, appended: Appended): Promise<Reply> {
    const { plan, report } = this.#parts;
    const { seq } = appended;
    switch (appended.kind) {
      case "appended": {
        const waiting = plan.acknowledge === "received" ? ACCEPTED : this.#outcomeOf(seq);
        const { id, origin, contentType, bytes, atMs } = arrival;
        report({ name: "messageReceived", channel: plan.name, id, type, bytes: bytes.length });
        if (appended.resembles) {
          report({ name: "messageResembled", channel: plan.name, id, how: appended.resembles });
        }
        this.#parts.journal.countPending(bytes.length);
        this.#parts.accepted({ seq, id, receivedAtMs: atMs, origin, contentType, type, bytes });
        return this.#reply(arrival, seq, await waiting);
      }
      case "pending": {
        report({ name: "messageRepeated", channel: plan.name, id: appended.id });
        const { id, receivedAtMs } = appended;
        return this.#reply({ ...arrival, id, atMs: receivedAtMs }, seq, await this.#outcomeOf(seq));
      }
      case "answered": {
        report({ name: "messageRepeated", channel: plan.name, id: appended.id });
        const { id, receivedAtMs, answer } = appended;
        if (answer) return { outcome: ACCEPTED, answer };
        return this.#reply({ ...arrival, id, atMs: receivedAtMs }, seq, ACCEPTED);
      }
      case "conflicting":
        report({ name: "messageQuarantined", channel: plan.name, id: arrival.id, error: REUSED });
        return this.#reply(arrival, seq, { kind: "rejected", error: REUSED });
    }
  }

  /** Keeps the bytes with the reason, and refuses them. */
  async #quarantine(arrival: Arrival, error: MitralError): Promise<Reply> {
    const { plan, journal, report } = this.#parts;
    // What could not be read may still say who it is.
    const identity = identityIn(this.#parts.format, arrival);
    const { seq } = await journal.write<Append>({
      op: "append",
      id: arrival.id,
      channel: plan.name,
      receivedAtMs: arrival.atMs,
      origin: arrival.origin,
      controlId: identity?.controlId ?? "",
      type: identity?.type ?? "",
      sender: identity?.sender ?? "",
      contentType: arrival.contentType,
      body: arrival.bytes,
      answered: "negatively",
      trouble: troubleOf(error, arrival.atMs),
    });
    report({ name: "messageQuarantined", channel: plan.name, id: arrival.id, error });
    return this.#reply(arrival, seq, { kind: "rejected", error });
  }

  async #reply(arrival: Arrival, seq: number, outcome: Outcome): Promise<Reply> {
    if (outcome.kind === "failed") return { outcome, answer: null };
    const { format, envelope, journal } = this.#parts;
    let answer: Answer | null;
    if (arrival.sealed) {
      answer = await envelope!.receipt(arrival.sealed.envelope, arrival.sealed.opened, outcome);
      // Not awaited: if it is lost in a crash, the next repetition gets a receipt made anew.
      const positively = outcome.kind !== "rejected";
      journal.write({ op: "answered", seq, positively, answer }, "patient").catch(() => {});
    } else if (outcome.kind !== "filtered" && outcome.answer) {
      answer = outcome.answer;
    } else {
      answer = format.answer(arrival.bytes, outcome, { id: arrival.id, atMs: arrival.atMs });
    }
    return { outcome, answer };
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

const ACCEPTED: Outcome = { kind: "accepted" };
const REUSED = errors.error("ENGINE_ID_REUSED");

function identityIn(format: Format, arrival: Arrival) {
  try {
    return format.identify(arrival.bytes, arrival.contentType);
  } catch {
    return undefined;
  }
}

function declared(cause: unknown): MitralError {
  return cause instanceof MitralError ? cause : errors.error("ENGINE_INTAKE_CRASHED", {}, cause);
}
