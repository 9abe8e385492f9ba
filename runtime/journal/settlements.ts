import type { Statement } from "./database.ts";
import type { Makings } from "./makings.ts";
import type { Answered, Attempted, Quarantine, Rest, Settle, Settled } from "./operations.ts";
import { ANSWERED, DELIVERY } from "./schema.ts";
import { sealAnswer } from "./sealed_answers.ts";
import { SEALED } from "./sealing.ts";
import { channelOf, ownerOf, type WriterParts } from "./writer_parts.ts";

/** How deliveries and messages end, and what whoever asked is told. */
export class Settlements {
  readonly #parts: WriterParts;
  readonly #makings: Makings;

  constructor(parts: WriterParts, makings: Makings) {
    this.#parts = parts;
    this.#makings = makings;
  }

  settle(settle: Settle): Settled {
    const { ended, diverted } = settle;
    const state = ended?.how === "cancelled"
      ? DELIVERY.cancelled
      : settle.trouble
      ? DELIVERY.quarantined
      : DELIVERY.delivered;
    const trouble = settle.trouble ? JSON.stringify(settle.trouble) : null;
    const settled = this.#parts.sql.settleDelivery.run(
      state,
      settle.attempts,
      settle.atMs,
      settle.answer ? this.#sealedOf(SEALED.deliveryAnswer, settle, settle.answer) : null,
      trouble,
      settle.holds ? 1 : 0,
      settle.answer && settle.sealed
        ? this.#sealedOf(SEALED.statement, settle, settle.sealed.statement)
        : null,
      settle.delivery,
    ).changes;
    if (settled > 0) this.#parts.story.ended(settle);
    if (settle.isBatch && settled > 0) {
      this.#parts.sql.settleMembers.run(state, settle.atMs, trouble, settle.delivery);
      if (settle.trouble) {
        this.#parts.sql.noteMembers.run(settle.atMs, "quarantined", settle.trouble.code, settle.delivery);
      }
    }
    if (settle.trouble || diverted) this.#noteEnd(settle);
    if (ended && settled > 0) this.#noteAct(settle, ended);
    return { concluded: this.#conclude(settle), rest: settle.tellRest ? this.#rest(settle) : null };
  }

  attempted(attempted: Attempted): null {
    const { delivery, attempts, trouble } = attempted;
    this.#parts.story.attempted(attempted);
    this.#parts.sql.countAttempt.run(attempts, JSON.stringify(trouble), delivery);
    const { seq, destination } = this.#parts.sql.deliveryById.get(delivery)!;
    this.#note(Number(seq), trouble.atMs, "attempted", Number(destination), trouble.code);
    return null;
  }

  quarantine({ seq, trouble, state, found = [], followUp }: Quarantine): null {
    if (followUp) this.#makings.followUp(seq, channelOf(this.#parts, seq), followUp);
    const isAnswer = this.#parts.sql.isRefusable.get(seq) !== undefined;
    const moved = this.#parts.sql.quarantineMessage.run(JSON.stringify(trouble), seq).changes;
    if (moved > 0) {
      if (state) this.#makings.remember(channelOf(this.#parts, seq), state);
      for (const each of found) this.#parts.found.add(seq, each);
      this.#parts.story.quarantined(seq, trouble, isAnswer ? "rejected" : undefined);
    }
    this.#note(seq, trouble.atMs, "quarantined", null, trouble.code);
    return null;
  }

  answered({ seq, atMs, ...answered }: Answered): null {
    const { positively, answer } = answered;
    if (this.#answer(this.#parts.sql.answerMessage, seq, answered)) {
      this.#parts.story.acknowledged(seq, atMs, positively, answer?.bytes);
    }
    return null;
  }

  #noteEnd({ seq, delivery, atMs, trouble, diverted }: Settle): void {
    const id = Number(this.#parts.sql.deliveryById.get(delivery)!.destination);
    if (diverted) this.#note(seq, atMs, `diverted to ${diverted}`, id, null);
    if (trouble) this.#note(seq, atMs, "quarantined", id, trouble.code);
  }

  #noteAct({ seq, delivery, atMs }: Settle, { how, by }: NonNullable<Settle["ended"]>): void {
    const { sql, names, acts } = this.#parts;
    const destination = names.destinationOf(Number(sql.deliveryById.get(delivery)!.destination));
    acts.note({ atMs, by, act: how, channel: channelOf(this.#parts, seq), destination, seq });
  }

  #sealedOf(kind: number, { seq, delivery }: Settle, plain: Uint8Array): Uint8Array {
    return this.#parts.sealing.seal(kind, delivery, ownerOf(this.#parts.sql, seq), plain);
  }

  #conclude({ seq, delivery, atMs, concludes, followUps }: Settle): boolean {
    if (!concludes || concludes.positively && this.#parts.sql.moreFor.get(seq, delivery)) return false;
    if (followUps) {
      this.#makings.followUp(
        seq,
        channelOf(this.#parts, seq),
        followUps[concludes.positively ? "taken" : "refused"],
      );
    }
    if (this.#answer(this.#parts.sql.answerWaiting, seq, concludes)) {
      this.#parts.story.acknowledged(seq, atMs, concludes.positively);
    }
    return true;
  }

  #rest(settle: Settle): Rest {
    const left = this.#parts.sql.leftOf.get(settle.seq)!;
    const queued = Number(left.queued);
    const quarantined = Number(left.quarantined);
    if (queued === 0) {
      const { seq, atMs, followUps } = settle;
      if (followUps) {
        this.#makings.followUp(
          seq,
          channelOf(this.#parts, seq),
          followUps[quarantined > 0 ? "refused" : "taken"],
        );
      }
      const positively = quarantined === 0;
      const { changes } = this.#parts.sql.concludeMessage.run(
        positively ? ANSWERED.positively : ANSWERED.negatively,
        seq,
      );
      if (changes > 0) this.#parts.story.acknowledged(seq, atMs, positively);
    }
    return { queued, quarantined };
  }

  /** False where it is not wanted any more. */
  #answer(
    statement: Statement,
    seq: number,
    { positively, answer }: Omit<Answered, "op" | "seq" | "atMs">,
  ): boolean {
    return statement.run(
      positively ? ANSWERED.positively : ANSWERED.negatively,
      answer ? sealAnswer(this.#parts.sealing, seq, ownerOf(this.#parts.sql, seq), answer) : null,
      seq,
    ).changes > 0;
  }

  #note(seq: number, atMs: number, event: string, destination: number | null, code: string | null): void {
    this.#parts.sql.insertHistory.run(seq, atMs, event, destination, code);
  }
}
