import type { MessageProgress } from "../contract/adapter.ts";
import type { Row } from "./database.ts";
import type { ReaderParts } from "./reader.ts";
import type { DeliveryState, MessageState } from "./records.ts";
import { DELIVERY, MESSAGE } from "./schema.ts";

/** Asks how far a message of a channel has come. */
export interface AskProgress {
  readonly ask: "progress";
  readonly channel: string;
  /** Whole. */
  readonly id: string;
}

/** How far a message has come; `undefined` where its channel has none with this id. */
export function progressOf(parts: ReaderParts, { channel, id }: AskProgress): MessageProgress | undefined {
  const { database, names, bodies } = parts;
  const row = database.prepare(
    "SELECT seq, received_ms, state, body, whole FROM message WHERE id = ? AND channel = ?",
  ).get(id, names.find(channel) ?? 0);
  if (!row) return undefined;
  const { partner } = bodies.headOf(Number(row.body));
  return {
    id,
    state: stateOf(parts, row),
    receivedAtMs: Number(row.received_ms),
    ...(partner === undefined ? {} : { partner }),
  };
}

/** A piece has come as far as the message it is part of; one that waits for others has been received. */
function stateOf(parts: ReaderParts, { seq, state, whole }: Row): MessageState | DeliveryState {
  if (whole) {
    const row = parts.database.prepare("SELECT seq, state, whole FROM message WHERE seq = ?").get(whole);
    return row ? stateOf(parts, row) : "processed";
  }
  if (Number(state) === MESSAGE.gathering) return "received";
  if (Number(state) !== MESSAGE.processed) return MESSAGE_STATES[Number(state)];
  return endOf(parts, Number(seq));
}

/** One delivery in quarantine is what somebody must look at; it is delivered when the last one is. */
function endOf({ database }: ReaderParts, seq: number): MessageState | DeliveryState {
  const rows = database.prepare("SELECT DISTINCT state FROM delivery WHERE seq = ?").all(seq);
  const states = new Set(rows.map(({ state }) => Number(state)));
  if (states.has(DELIVERY.quarantined)) return "quarantined";
  if (states.has(DELIVERY.queued) || states.has(DELIVERY.gathering)) return "processed";
  if (states.has(DELIVERY.delivered)) return "delivered";
  return states.has(DELIVERY.cancelled) ? "cancelled" : "processed";
}

const MESSAGE_STATES = Object.keys(MESSAGE) as readonly MessageState[];
