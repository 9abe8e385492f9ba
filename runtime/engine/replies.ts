import type { Reply } from "../contract/adapter.ts";
import type { Envelope } from "../contract/envelope.ts";
import type { Format } from "../contract/format.ts";
import type { Outcome } from "../contract/message.ts";
import type { World } from "../contract/world.ts";
import type { Journal } from "../journal/journal.ts";
import { ACCEPTED, type Arrival, type Kept } from "./arrival.ts";
import { receiptedAs, received } from "./exchanged.ts";
import { outcomeOfAll } from "./batch_intake.ts";
import type { ChannelPlan } from "./plan.ts";
import type { SecondAnswers } from "./second_answers.ts";
import type { Waiters } from "./waiters.ts";

/** What replies are made with. */
export interface ReplyParts {
  readonly plan: ChannelPlan;
  readonly format: Format;
  readonly envelope?: Envelope;
  readonly journal: Journal;
  readonly world: World;
  readonly waiters: Waiters;
  readonly secondAnswers: SecondAnswers;
}

/** What the senders of messages are told, once these are durable and it is known what becomes of them. */
export class Replies {
  readonly #parts: ReplyParts;

  constructor(parts: ReplyParts) {
    this.#parts = parts;
  }

  /**
   * What may be answered to a message that is durable; beside it what becomes of it, where its sender hears of both by the
   * way it came. Waits from the call on.
   */
  told(seq: number, { isAnsweredTwice }: Arrival, isNow: boolean): Pick<Kept, "outcome" | "fate"> {
    if (!isAnsweredTwice) return { outcome: isNow ? ACCEPTED : this.#outcomeOf(seq) };
    return { outcome: ACCEPTED, ...(this.goBack ? { fate: this.#outcomeOf(seq) } : {}) };
  }

  /** Second answers go back by the way the message came. */
  get goBack(): boolean {
    return this.#parts.plan.applicationAcknowledge === "here";
  }

  /** The answer to a message, once its outcome is known. A batch that was sealed has one receipt for all. */
  async to({ arrival, seq, answer, fate, whole = arrival.bytes, ...kept }: Kept): Promise<Reply> {
    const { format, envelope, journal, secondAnswers } = this.#parts;
    const { sealed, member, bytes, id, atMs, expected, isAnsweredTwice } = arrival;
    const outcome = await kept.outcome;
    if (outcome.kind === "failed" || sealed && member !== undefined) return { id, outcome, answer: null };
    if (answer) return { id, outcome, answer };
    if (sealed) {
      const receipt = await envelope!.receipt(sealed.envelope, sealed.opened, outcome);
      const positively = outcome.kind !== "rejected";
      const atMs = this.#parts.world.clock.nowMs();
      const answered = { op: "answered", seq, atMs, positively, answer: receipt } as const;
      if (kept.isAccountedFor) journal.write(answered, "patient").catch(() => {});
      else {
        // Both sides draw up accounts: a partner MUST not have a word that this journal may lose.
        const exchanged = received(sealed.opened.statement, receiptedAs(outcome));
        await journal.write({ ...answered, exchanged }, "patient");
      }
      return { id, outcome, answer: receipt };
    }
    const given = outcome.kind === "filtered" ? undefined : outcome.answer;
    const facts = {
      id,
      atMs,
      ...(expected === undefined ? {} : { expected }),
      ...(isAnsweredTwice ? { which: "first" as const } : {}),
    };
    return {
      id,
      outcome,
      answer: given ?? format.answer(bytes, outcome, facts),
      ...(fate ? { later: secondAnswers.back(whole, Promise.resolve(fate)) } : {}),
    };
  }

  /** The one answer to all messages of a batch, once each has its own. */
  async toBatch({ id, atMs, bytes, sealed }: Arrival, all: readonly Reply[]): Promise<Reply> {
    const { plan, format, envelope, journal, world } = this.#parts;
    const outcome = outcomeOfAll(all.map(({ outcome }) => outcome));
    if (outcome.kind === "failed") return { outcome, answer: null };
    if (!sealed) {
      return { outcome, answer: format.batch!.answer(bytes, all.map(({ answer }) => answer), { id, atMs }) };
    }
    const exchanged = received(sealed.opened.statement, receiptedAs(outcome));
    const answer = await envelope!.receipt(sealed.envelope, sealed.opened, outcome);
    const { signed: statement } = sealed.opened;
    const acknowledged = { channel: plan.name, atMs: world.clock.nowMs(), statement, receipt: answer.bytes };
    await journal.write({ op: "exchanged", exchanged, acknowledged });
    return { outcome, answer };
  }

  /** Waits until the channel's work on a message is done, as far as `acknowledge` asks. */
  #outcomeOf(seq: number): Promise<Outcome> {
    const { plan, world, waiters } = this.#parts;
    return waiters.outcomeOf(seq, plan.answerMsMax, world.clock);
  }
}
