import type { Operation, Process } from "../../../runtime/journal/operations.ts";
import type { MessageQuery } from "../../../runtime/journal/records.ts";
import type { Writer } from "../../../runtime/journal/writer.ts";
import { appendOf, branchTo, processOf, trouble } from "./entries.ts";

const STARTED_MS = Date.UTC(2026, 0, 1);
const APART_MS = 100;
const BATCH = 500;
const TYPES = ["ADT^A01", "ADT^A08", "ORU^R01", "SIU^S12"];
const bytes = new Uint8Array(300).fill(65);

/**
 * Messages of a busy place through the writer, in large batches: ten channels, four types, every fiftieth part of them of
 * one of so many patients, few of them filtered, few in quarantine, one of 100,000 of a rare type.
 */
export function fillMany(writer: Writer, count: number): void {
  for (let from = 0; from < count; from += BATCH) fillBatch(writer, from, Math.min(BATCH, count - from));
}

function fillBatch(writer: Writer, from: number, length: number): void {
  const numbers = Array.from({ length }, (_, at) => from + at);
  const appended = writer.apply(numbers.map((number): Operation =>
    appendOf({
      id: idOf(number),
      channel: channelOf(number),
      receivedAtMs: STARTED_MS + number * APART_MS,
      controlId: `C${number}`,
      type: number % 100_000 === 7 ? "BAR^P01" : TYPES[number % TYPES.length],
      body: bytes,
      answered: "positively",
    })
  )) as { seq: number }[];
  const processed = writer.apply(numbers.map((number, at): Process =>
    processOf(
      appended[at].seq,
      number % 1000 === 1 ? [] : [branchTo("ehr", { keys: [`k${number % 5000}`], isBuiltOn: true })],
      { channel: channelOf(number), found: [["patient", `P${number % 20_000}`]] },
    )
  )) as { delivery: number }[][];
  writer.apply(numbers.flatMap((number, at): Operation[] =>
    processed[at].map(({ delivery }) => ({
      op: "settle",
      seq: appended[at].seq,
      delivery,
      attempts: 1,
      atMs: STARTED_MS + number * APART_MS + 10,
      tellRest: false,
      ...(number % 20_000 === 3 ? { trouble } : {}),
    }))
  ));
}

function idOf(number: number): string {
  return `0192${String(number).padStart(12, "0")}`;
}

function channelOf(number: number): string {
  return `channel-${number % 10}`;
}

/** Every kind of query, over what {@linkcode fillMany} has put in. */
export function queriesOver(count: number): readonly (readonly [says: string, query: MessageQuery])[] {
  const middle = STARTED_MS + count / 2 * APART_MS;
  const channel = "channel-3";
  return [
    ["the newest", {}],
    ["the oldest", { order: "oldest" }],
    ["of a channel", { channel }],
    ["of a channel there is not", { channel: "none" }],
    ["by control id", { controlId: `C${count / 2}` }],
    ["by patient", { fields: { patient: "P77" } }],
    ["by a patient there is not", { fields: { patient: "nobody" } }],
    ["by a field there is not", { fields: { nothing: "P77" } }],
    ["of a common type", { type: "ADT^A01" }],
    ["of a rare type", { type: "BAR^P01" }],
    ["of a channel and a type", { channel, type: "SIU^S12" }],
    ["of a channel and a type, none", { channel, type: "ADT^A01" }],
    ["in quarantine", { state: "quarantined" }],
    ["in quarantine of a channel", { channel, state: "quarantined" }],
    ["filtered", { state: "filtered" }],
    ["filtered of a channel, none", { channel, state: "filtered" }],
    ["in an inbox, none", { state: "received" }],
    ["gathering, none", { state: "gathering" }],
    ["cancelled, none", { state: "cancelled" }],
    ["queued, none", { state: "queued" }],
    ["delivered", { state: "delivered" }],
    ["processed of a channel", { channel, state: "processed" }],
    ["of an hour", { sinceMs: middle, untilMs: middle + 3_600_000 }],
    ["up to a time", { untilMs: middle }],
    ["of a channel, from a time, oldest first", { channel, sinceMs: middle, order: "oldest" }],
    ["up to a time, of a type", { untilMs: middle, type: "ORU^R01" }],
    ["up to a time, of a channel and a type", { untilMs: middle, channel, type: "SIU^S12" }],
    ["up to a time, of a rare type", { untilMs: middle, type: "BAR^P01" }],
    ["by patient and type", { fields: { patient: "P77" }, type: "ADT^A08" }],
    ["by all words", { channel, type: "SIU^S12", state: "delivered", untilMs: middle }],
    ["a page in the middle", { before: idOf(count / 2), channel }],
    ["a page in the middle, oldest first", { after: idOf(count / 2), order: "oldest" }],
  ];
}
