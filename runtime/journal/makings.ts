import { SENDER } from "./appends.ts";
import type { FollowUp, HandOn, StateWrite } from "./operations.ts";
import type { Stored } from "./large_bodies.ts";
import { ANSWERED, MESSAGE } from "./schema.ts";
import { dayOf, SEALED } from "./sealing.ts";
import { stateNumber } from "./state_number.ts";
import type { WriterParts } from "./writer_parts.ts";

/** What the end of a message's way makes beside it: messages of other channels, and what steps remember. */
export class Makings {
  readonly #parts: WriterParts;

  constructor(parts: WriterParts) {
    this.#parts = parts;
  }

  /** A message of another channel, sealed under a key of its own. */
  handOn(handOn: HandOn, from: string, parent: number, contentType: string, body: Stored): number {
    const { channel, ...made } = handOn;
    const place = { state: MESSAGE.received, adapter: "channel", peer: from, parent };
    return this.insert({ ...made, ...place, channel: this.#parts.names.idOf(channel), contentType, body });
  }

  /** Where a message is not answered yet: what its sender is to hear of it, as a message of another channel. */
  followUp(seq: number, from: string, followUp: FollowUp | undefined): void {
    if (!followUp || !this.#parts.sql.unanswered.get(seq)) return;
    const { payload, contentType, handsOn } = followUp;
    this.handOn(handsOn, from, seq, contentType, payload);
  }

  /** A message that nobody sent, and nobody waits for an answer to. */
  insert(made: Made): number {
    const { channel, receivedAtMs, contentType, controlId, type, peer } = made;
    const owner = { channel, day: dayOf(receivedAtMs) };
    const { story, bodies, names } = this.#parts;
    const salt = story.salt();
    const head = { contentType, controlId, type, peer, ...(salt === undefined ? {} : { salt }) };
    const seq = this.#parts.sql.insertMessage.run(
      made.id,
      channel,
      receivedAtMs,
      owner.day,
      names.idOf(made.adapter),
      this.#parts.blinds.number(SENDER, made.sender),
      0,
      made.state,
      ANSWERED.positively,
      made.body.length,
      bodies.insert(owner, head, made.body),
      null,
      null,
      made.parent,
      null,
    ).lastId;
    this.#parts.found.addMessage(seq, channel, made);
    story.received({ ...made, seq, channel: names.textOf(channel), salt });
    return seq;
  }

  remember(channel: string, writes: readonly StateWrite[]): null {
    if (writes.length === 0) return null;
    const owner = { channel: this.#parts.names.idOf(channel), day: 0 };
    for (const { step, key, value } of writes) {
      const number = stateNumber(this.#parts.blinds, step, key);
      if (value === null) this.#parts.sql.dropState.run(owner.channel, number);
      else {
        const sealed = this.#parts.sealing.seal(SEALED.state, number, owner, utf8.encode(value));
        this.#parts.sql.setState.run(owner.channel, number, sealed);
      }
    }
    return null;
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

const utf8 = new TextEncoder();
