import type { Format } from "../contract/format.ts";
import type { Answer, Outcome } from "../contract/message.ts";
import type { World } from "../contract/world.ts";
import type { Journal } from "../journal/journal.ts";
import type { FollowUp, FollowUps } from "../journal/operations.ts";
import type { OutboxRow } from "../journal/rows.ts";
import { type Accepted, identityIn } from "./arrival.ts";
import { errors } from "./errors.ts";
import type { ChannelPlan } from "./plan.ts";

/** What second answers are made with. */
export interface SecondAnswersParts {
  readonly plan: ChannelPlan;
  readonly format: Format;
  readonly journal: Journal;
  readonly world: World;
  newId(): string;
  /** A message of another channel is durable. */
  handedOn(channel: string, message: Accepted): void;
}

/**
 * The second answers to messages that are answered twice: what became of them. They go back by the way the message came,
 * or are messages of another channel, which become durable in the commit that decides what became of the message.
 */
export class SecondAnswers {
  readonly #parts: SecondAnswersParts;
  /** The channel they are messages of. */
  readonly #to: string | undefined;

  constructor(parts: SecondAnswersParts) {
    this.#parts = parts;
    const { applicationAcknowledge } = parts.plan;
    this.#to = typeof applicationAcknowledge === "object" ? applicationAcknowledge.to : undefined;
  }

  /** True where a message gets one. */
  wantedBy(received: Uint8Array): boolean {
    return this.#parts.plan.applicationAcknowledge !== undefined &&
      this.#parts.format.isAnsweredTwice(received);
  }

  /** The answer that goes back by the way the message came; `null` where none goes there, or none is wanted. */
  async back(received: Uint8Array, outcome: Promise<Outcome>): Promise<Answer | null> {
    try {
      const { format, world, newId } = this.#parts;
      const known = await outcome;
      // Nothing is known after answerMsMax: nothing is said.
      if (known.kind === "failed") return null;
      return format.answer(received, known, { id: newId(), atMs: world.clock.nowMs(), which: "second" });
    } catch {
      return null;
    }
  }

  /** What goes with the commit that ends the work on a message, where that decides. */
  afterWork(received: Uint8Array, outcome: Outcome): FollowUp | undefined {
    return this.#to !== undefined && this.wantedBy(received) ? this.#followUp(received, outcome) : undefined;
  }

  /** What goes with the end of a delivery, where that decides: by what the destination has answered, if that counts. */
  afterDelivery(row: OutboxRow, answered: Outcome | undefined): Promise<FollowUps | undefined> | undefined {
    const { acknowledge } = this.#parts.plan;
    if (this.#to === undefined || (acknowledge !== "delivered" && answered === undefined)) return undefined;
    return this.#followUps(row, answered);
  }

  async #followUps({ id }: OutboxRow, answered: Outcome | undefined): Promise<FollowUps | undefined> {
    const received = await this.#receivedAs(id);
    if (received === undefined || !this.wantedBy(received)) return undefined;
    if (answered) {
      const followUp = this.#followUp(received, answered);
      return { taken: followUp, refused: followUp };
    }
    const error = errors.error("ENGINE_DELIVERY_REFUSED");
    return {
      taken: this.#followUp(received, { kind: "accepted" }),
      refused: this.#followUp(received, { kind: "rejected", error }),
    };
  }

  /** The commit is durable: at most one of them went with it. */
  decided({ taken, refused }: FollowUps): void {
    for (const followUp of new Set([taken, refused])) if (followUp) void this.committed(followUp);
  }

  /** The commit is durable: a follow-up that went with it is in the other channel's inbox. */
  async committed(followUp: FollowUp): Promise<void> {
    const { journal, plan, handedOn } = this.#parts;
    const { payload: bytes, contentType, handsOn: { channel, id, type, receivedAtMs } } = followUp;
    // It did not go with it where the message was answered before; and a journal that has failed has halted everything.
    const seq = await journal.ask({ ask: "seqOf", id }).catch(() => undefined);
    if (seq === undefined) return;
    const origin = { adapter: "channel", peer: plan.name };
    handedOn(channel, { seq, id, type, receivedAtMs, origin, contentType, bytes });
  }

  #followUp(received: Uint8Array, outcome: Outcome): FollowUp | undefined {
    const { format, world, newId } = this.#parts;
    const id = newId(), atMs = world.clock.nowMs();
    const answer = format.answer(received, outcome, { id, atMs, which: "apart" });
    if (!answer) return undefined;
    const { controlId, type, sender } = identityIn(format, answer);
    return {
      payload: answer.bytes,
      contentType: answer.contentType,
      handsOn: { channel: this.#to!, id, receivedAtMs: atMs, controlId, type, sender },
    };
  }

  async #receivedAs(id: string): Promise<Uint8Array | undefined> {
    try {
      return (await this.#parts.journal.ask({ ask: "show", id }))?.received;
    } catch {
      return undefined;
    }
  }
}
