import { SENDER } from "./appends.ts";
import type { Blinds } from "./blinds.ts";
import type { Bodies } from "./bodies.ts";
import type { FoundIndex } from "./found.ts";
import type { Stored } from "./large_bodies.ts";
import type { Names } from "./names.ts";
import type { FollowUp, HandOn } from "./operations.ts";
import { ANSWERED, MESSAGE } from "./schema.ts";
import { dayOf } from "./sealing.ts";
import type { Writes } from "./writes.ts";

/** What made messages are written with. */
export interface MadeMessagesParts {
  readonly sql: Writes;
  readonly names: Names;
  readonly blinds: Blinds;
  readonly bodies: Bodies;
  readonly found: FoundIndex;
}

/** Messages that the gateway makes: batches, what one channel hands to another, second answers. */
export class MadeMessages {
  readonly #sql: Writes;
  readonly #names: Names;
  readonly #blinds: Blinds;
  readonly #bodies: Bodies;
  readonly #found: FoundIndex;

  constructor({ sql, names, blinds, bodies, found }: MadeMessagesParts) {
    this.#sql = sql;
    this.#names = names;
    this.#blinds = blinds;
    this.#bodies = bodies;
    this.#found = found;
  }

  /** A message of another channel, sealed under a key of its own. */
  handOn(handOn: HandOn, from: string, parent: number, contentType: string, body: Stored): number {
    const { channel, ...made } = handOn;
    const place = { state: MESSAGE.received, adapter: "channel", peer: from, parent };
    return this.insert({ ...made, ...place, channel: this.#names.idOf(channel), contentType, body });
  }

  /** Where a message is not answered yet: what its sender is to hear of it, as a message of another channel. */
  followUp(seq: number, from: string, followUp: FollowUp | undefined): void {
    if (!followUp || !this.#sql.unanswered.get(seq)) return;
    const { payload, contentType, handsOn } = followUp;
    this.handOn(handsOn, from, seq, contentType, payload);
  }

  /** A message that nobody sent, and nobody waits for an answer to. */
  insert(made: Made): number {
    const { channel, receivedAtMs, contentType, controlId, type, peer } = made;
    const owner = { channel, day: dayOf(receivedAtMs) };
    const seq = this.#sql.insertMessage.run(
      made.id,
      channel,
      receivedAtMs,
      owner.day,
      this.#names.idOf(made.adapter),
      this.#blinds.number(SENDER, made.sender),
      0,
      made.state,
      ANSWERED.positively,
      made.body.length,
      this.#bodies.insert(owner, { contentType, controlId, type, peer }, made.body),
      null,
      null,
      made.parent,
      null,
    ).lastId;
    this.#found.addMessage(seq, made);
    return seq;
  }
}

/** A message that the gateway has made. */
interface Made {
  readonly id: string;
  readonly channel: number;
  readonly receivedAtMs: number;
  readonly adapter: string;
  readonly peer: string;
  readonly controlId: string;
  readonly type: string;
  readonly sender: string;
  readonly contentType: string;
  readonly state: number;
  readonly body: Stored;
  readonly parent: number | null;
}
