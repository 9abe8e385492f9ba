import type { Branch, CloseBatch, ClosedBatch, Disperse, Process, Processed } from "./operations.ts";
import type { Stored } from "./large_bodies.ts";
import type { Makings } from "./makings.ts";
import { destinationName } from "./names.ts";
import type { ReviewWriter } from "./review/review_writer.ts";
import { ANSWERED, DELIVERY, MESSAGE } from "./schema.ts";
import { ownerOf, type WriterParts } from "./writer_parts.ts";

/** The end of the work line: what a message becomes for its destinations, and what gathers there. */
export class Processing {
  readonly #parts: WriterParts;
  readonly #makings: Makings;
  readonly #reviews: ReviewWriter;

  constructor(parts: WriterParts, makings: Makings, reviews: ReviewWriter) {
    this.#parts = parts;
    this.#makings = makings;
    this.#reviews = reviews;
  }

  process(process: Process): Processed {
    const { story, sql } = this.#parts;
    const isAnswer = process.answers && sql.unanswered.get(process.seq) !== undefined;
    if (process.answers) this.#makings.followUp(process.seq, process.channel, process.followUp);
    const moved = this.#parts.sql.moveMessage.run(
      process.branches.length === 0 ? MESSAGE.filtered : MESSAGE.processed,
      process.answers ? ANSWERED.positively : ANSWERED.notYet,
      process.stages,
      process.seq,
    ).changes;
    if (moved > 0) {
      this.#makings.remember(process.channel, process.state);
      if (process.counts) this.#reviews.count(process.counts);
      if (process.patients) this.#parts.patients.apply(process.seq, process.patients);
      for (const found of process.found) this.#parts.found.add(process.seq, found);
      if (process.branches.length === 0) {
        story.filtered(process.seq, process.atMs, isAnswer ? "accepted" : undefined);
      } else if (isAnswer) story.acknowledged(process.seq, process.atMs, true);
    }
    return process.branches.map((branch) => {
      const destination = this.#parts.names.idOf(destinationName(process.channel, branch.destination));
      // Committed before, and processed again after a crash: what was written then stands.
      const before = moved === 0
        ? this.#parts.sql.deliveryOf.get(process.seq, destination, branch.part)
        : undefined;
      if (before) return { delivery: Number(before.id), sequence: Number(before.sequence) };
      return this.#insertBranch(process, branch, destination);
    });
  }

  closeBatch(close: CloseBatch<Stored>): ClosedBatch {
    const { channel, id, atMs, type, payload, branch, by, upTo, members } = close;
    const destination = this.#parts.names.idOf(destinationName(channel, branch.destination));
    if (Number(this.#parts.sql.countGathered.get(destination, upTo)!.members) !== members) return null;
    const seq = this.#makings.insert({
      id,
      channel: this.#parts.names.idOf(channel),
      receivedAtMs: atMs,
      adapter: "collect",
      peer: branch.destination,
      controlId: branch.controlId,
      type,
      sender: "",
      contentType: branch.contentType,
      state: MESSAGE.processed,
      body: payload,
      parent: null,
    });
    const sent = branch.handsOn ? { ...branch, payload } : branch;
    const { seq: handedOn, ...placed } = this.#insertBranch({ seq, channel }, sent, destination);
    this.#parts.sql.joinBatch.run(placed.delivery, destination, upTo);
    this.#parts.sql.markBatch.run(placed.delivery);
    this.#parts.disclosures.batch(placed.delivery);
    this.#parts.sql.insertHistory.run(seq, atMs, `batch of ${members}`, destination, null);
    if (by) {
      this.#parts.acts.note({ atMs, by, act: "flushed", channel, destination: branch.destination, seq });
    }
    if (handedOn === undefined) return { seq, ...placed };
    this.#parts.story.membersHandedOn(placed.delivery, atMs);
    this.#parts.sql.settleMembers.run(DELIVERY.delivered, atMs, null, placed.delivery);
    return { seq, ...placed, handedOn };
  }

  disperse({ channel, destination }: Disperse): null {
    const id = this.#parts.names.idOf(destinationName(channel, destination));
    for (const row of this.#parts.sql.gathered.all(id)) {
      this.#parts.sql.sendAlone.run(this.#parts.sequences.next(id), row.id);
    }
    return null;
  }

  #insertBranch(
    { seq, channel }: Pick<Process, "seq" | "channel">,
    branch: Branch<Stored>,
    destination: number,
  ): Processed[number] {
    const { handsOn, payload, contentType, controlId } = branch;
    const original = payload ? undefined : this.#parts.sql.bodyOf.get(seq)!;
    const body = payload
      ? this.#parts.bodies.insert(ownerOf(this.#parts.sql, seq), { contentType, controlId }, payload)
      : Number(original!.body);
    const sequence = branch.gathers ? 0 : this.#parts.sequences.next(destination);
    const state = handsOn ? DELIVERY.delivered : branch.gathers ? DELIVERY.gathering : DELIVERY.queued;
    const delivery = this.#parts.sql.insertDelivery.run(
      seq,
      destination,
      branch.part,
      sequence,
      state,
      JSON.stringify(branch.keys),
      branch.isBuiltOn ? 1 : 0,
      payload?.length ?? Number(original!.size),
      body,
      handsOn?.receivedAtMs ?? null,
      branch.gathers ? 0 : null,
    ).lastId;
    if (branch.patients) this.#parts.disclosures.about(delivery, branch.patients);
    this.#parts.story.branched(seq, delivery, branch.destination);
    if (!handsOn) return { delivery, sequence };
    this.#parts.story.handedOn(delivery, handsOn.receivedAtMs);
    return { delivery, sequence, seq: this.#makings.handOn(handsOn, channel, seq, contentType, payload!) };
  }
}
