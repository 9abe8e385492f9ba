import type { Acts } from "./acts.ts";
import type { Correct } from "./corrections.ts";
import type { Row } from "./database.ts";
import { destinationName, type Names } from "./names.ts";
import type { KnownNewer, Release, Released, Replay, Replayed } from "./replay_operations.ts";
import { DELIVERY, MESSAGE } from "./schema.ts";
import { channelOf, ownerOf, type WriterParts } from "./writer_parts.ts";
import type { Writes } from "./writes.ts";

/** What a person has done again, or lets go. */
export class Replays {
  readonly #parts: WriterParts;
  readonly #sql: Writes;
  readonly #names: Names;
  readonly #acts: Acts;

  constructor(parts: WriterParts) {
    this.#parts = parts;
    this.#sql = parts.sql;
    this.#names = parts.names;
    this.#acts = parts.acts;
  }

  release({ seq, destination, by, atMs }: Release): Released {
    // Retention may have removed it since it was looked up.
    if (!this.#sql.messageBySeq.get(seq)) return [];
    const channel = channelOf(this.#parts, seq);
    return this.#sql.deliveriesOf.all(seq).flatMap((row) => {
      const name = this.#destinationOf(row);
      if (Number(row.held) === 0 || (destination !== undefined && name !== destination)) return [];
      this.#sql.releaseDelivery.run(Number(row.id));
      this.#acts.note({ atMs, by, act: "released", channel, destination: name, seq });
      return [{ channel, destination: name, delivery: Number(row.id) }];
    });
  }

  replay({ seq, destination, everywhere = false, force, newer, by, atMs }: Replay): Replayed {
    const message = this.#sql.messageBySeq.get(seq);
    // Of a day that has lost its keys nothing can be sent any more: its rows are about to go.
    if (!message || this.#sql.isDropped.get(message.channel, message.day)) return { kind: "nothing" };
    const channel = this.#names.textOf(Number(message.channel));
    if (Number(message.state) === MESSAGE.quarantined && destination === undefined) {
      this.#sql.requeueMessage.run(seq);
      this.#acts.note({ atMs, by, act: "replayed", channel, seq });
      const gathers = message.whole !== null;
      return { kind: "inbox", channel, size: Number(message.size), gathers };
    }
    const wanted = destination === undefined
      ? undefined
      : this.#names.idOf(destinationName(channel, destination));
    const chosen = toReplay(this.#sql.deliveriesOf.all(seq), wanted, everywhere);
    if (chosen.length === 0) return { kind: "nothing" };
    for (const row of chosen) {
      if (!force && this.#overtaken(row, chosen, newer)) {
        return { kind: "overtaken", destination: this.#destinationOf(row) };
      }
    }
    const deliveries = chosen.map((row) => {
      const gathers = this.#requeue(row);
      const name = this.#destinationOf(row);
      this.#acts.note({ atMs, by, act: "replayed", channel, destination: name, seq });
      return { destination: name, delivery: Number(row.id), size: Number(row.size), gathers };
    });
    return { kind: "outbox", channel, deliveries };
  }

  correct(correct: Correct): Replayed {
    const { seq, delivery, payload, contentType, controlId, force, newer, by, atMs } = correct;
    const row = this.#sql.deliveriesOf.all(seq).find(({ id }) => Number(id) === delivery);
    if (Number(row?.state) !== DELIVERY.quarantined) return { kind: "nothing" };
    const channel = channelOf(this.#parts, seq), destination = this.#destinationOf(row!);
    if (!force && this.#overtaken(row!, [row!], newer)) return { kind: "overtaken", destination };
    const body = this.#parts.bodies.insert(ownerOf(this.#sql, seq), { contentType, controlId }, payload);
    this.#sql.correctDelivery.run(body, payload.length, delivery);
    // Of what it was, the first is kept; before that it may be the message's own.
    if (row!.first_body !== null) this.#sql.dropBody.run(row!.body);
    if (correct.patients) this.#parts.disclosures.aboutOthers(delivery, correct.patients);
    const gathers = this.#requeue(row!);
    this.#acts.note({ atMs, by, act: "corrected", channel, destination, seq });
    return {
      kind: "outbox",
      channel,
      deliveries: [{ destination, delivery, size: payload.length, gathers }],
    };
  }

  /** True where it gathers again: what was, or was to be, sent in a batch goes out with the next one. */
  #requeue({ id, batch }: Row): boolean {
    if (batch !== null && batch !== id) {
      this.#sql.gatherAgain.run(id);
      return true;
    }
    this.#sql.requeueDelivery.run(id);
    if (batch !== null) this.#sql.requeueMembers.run(id);
    return false;
  }

  /** True where a newer delivery of its keys has gone out, and is none of those that go out again with it. */
  #overtaken(row: Row, chosen: readonly Row[], newer: KnownNewer | undefined): boolean {
    const keys = new Set(JSON.parse(String(row.keys)) as string[]);
    if (keys.size === 0) return false;
    const together = new Set(chosen.map(({ id }) => Number(id)));
    if (newer?.waiting.some((id) => !together.has(id) && this.#sql.isDelivered.get(id))) return true;
    const from = Math.max(Number(row.id), newer?.upTo ?? 0);
    // The batch it was sent in has its keys, too.
    return this.#sql.deliveredAfter.all(row.destination, from, row.batch)
      .filter(({ id }) => !together.has(Number(id)))
      .some((newer) => (JSON.parse(String(newer.keys)) as string[]).some((key) => keys.has(key)));
  }

  #destinationOf({ destination }: Row): string {
    return this.#names.destinationOf(Number(destination));
  }
}

/**
 * Which deliveries of a message a replay puts back: those to one destination, or to every one, whatever became of them
 * there; otherwise those in quarantine.
 */
export function toReplay(
  deliveries: readonly Row[],
  destination: number | undefined,
  everywhere: boolean,
): readonly Row[] {
  if (destination === undefined && !everywhere) {
    return deliveries.filter(({ state }) => Number(state) === DELIVERY.quarantined);
  }
  return deliveries.filter((row) =>
    (everywhere || Number(row.destination) === destination) && hasEnded(row) && !wasHandedOn(row)
  );
}

/** What was cancelled is not sent again. */
function hasEnded({ state }: Row): boolean {
  return Number(state) === DELIVERY.delivered || Number(state) === DELIVERY.quarantined;
}

/** Delivered without an attempt, and in no batch of others: it is a message of another channel, and is replayed there. */
function wasHandedOn({ id, state, attempts, batch }: Row): boolean {
  return Number(state) === DELIVERY.delivered && Number(attempts) === 0 && (batch === null || batch === id);
}
