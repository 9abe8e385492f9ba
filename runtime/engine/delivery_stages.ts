import type { OpenSender, Parcel, Partners, SenderSpec } from "../contract/adapter.ts";
import type { Envelope, Statement } from "../contract/envelope.ts";
import { errorTable } from "../contract/error.ts";
import type { Outcome } from "../contract/message.ts";
import type { World } from "../contract/world.ts";
import type { OutboxRow } from "../journal/rows.ts";
import type { LineStage, Unstamped } from "./line.ts";
import { type ValueParts, valuesOf } from "./parcel_values.ts";
import { partId } from "./part_id.ts";
import type { Configured } from "./plan.ts";
import type { Entry } from "./queue.ts";
import type { Failure } from "./remedy.ts";
import { Ended } from "./supervisor.ts";

/** A delivery in an outbox. */
export interface OutboxEntry extends Entry {
  readonly row: OutboxRow;
  attempts: number;
  /** How it has ended, once it has. */
  end?: FinalVerdict["kind"];
  /** When the peer first refused it for now, or did not answer, by a clock that nobody sets. */
  failingSinceMs?: Partial<Record<Failure, number>>;
  /** Since when it waits for a peer that answers nobody. */
  silentSinceMs?: number | undefined;
}

/** A delivery on its way: what is sent, and how its answer is read. */
export interface Sending {
  readonly entry: OutboxEntry;
  readonly parcel: Parcel;
  readonly startedMs: number;
}

/** What became of a delivery that was on its way: what its peer said, or that it has to wait before it is sent. */
export type Verdict = Outcome | { readonly kind: "kept" };

/** How a delivery may end. */
export type FinalVerdict = Outcome & { readonly kind: "accepted" | "filtered" | "rejected" };

/** By which way deliveries go out. */
export interface Route {
  readonly send: Configured<SenderSpec>;
  /** Where they are sealed. */
  readonly seal?: { readonly envelope: Envelope; readonly to: readonly string[]; readonly expiresMs: number };
}

/** What the stages of a delivery line are made of. */
export interface DeliveryStagesParts extends ValueParts {
  readonly route: Route;
  /** Media types of answers to what is sent. */
  readonly contentTypes: readonly string[];
  /** Name of this gateway, as partners know it. */
  readonly gateway: string;
  readonly epoch: number;
  readonly world: World;
  readonly partners: Partners;
  report(event: Unstamped): void;
}

/** What a delivery line hears from its stages. */
export interface DeliveryWatch {
  /** The sender is open; no attempt is under way. */
  opened(): void;
  /** An attempt is about to begin; false where it may not. */
  begins(entry: OutboxEntry): boolean;
}

/** What is sent of a delivery with these bytes. */
export function parcelOf(entry: OutboxEntry, bytes: Uint8Array, parts: ValueParts): Parcel {
  const { formats } = parts;
  const { contentType, controlId, sequence, replays, receivedAtMs: atMs } = entry.row;
  const format = formats.speaking(contentType);
  const judge: Parcel["judge"] = (answer, answerType) =>
    format
      ? format.judge(answer, { controlId, bytes }, answerType)
      : { kind: "accepted", answer: { bytes: answer, contentType: answerType ?? contentType } };
  const attempt = entry.attempts + 1;
  const again = replays === undefined ? {} : { replays };
  const value = valuesOf(bytes, entry.row, parts);
  return { id: partId(entry.row), bytes, contentType, attempt, ...again, sequence, atMs, value, judge };
}

/** The stages of a delivery line: seal, where its route has an envelope, and send. */
export function deliveryStages(
  parts: DeliveryStagesParts,
  watch: DeliveryWatch,
): LineStage<Sending, Verdict>[] {
  const { send: { spec, config }, seal } = parts.route;
  const send: LineStage<Sending, Verdict> = {
    name: "send",
    width: spec.lanes?.(config as never) ?? 1,
    open: async () => {
      const sender = await openSender(parts);
      watch.opened();
      return {
        process: async ({ entry, parcel }, life) =>
          new Ended<Verdict>(watch.begins(entry) ? await sender.send(parcel, life) : { kind: "kept" }),
        [Symbol.asyncDispose]: () => sender[Symbol.asyncDispose](),
      };
    },
  };
  if (!seal) return [send];
  const encrypt: LineStage<Sending, Verdict> = {
    name: "encrypt",
    width: send.width,
    open: () => ({ process: (sending) => sealed(sending, seal, parts) }),
  };
  return [encrypt, send];
}

function openSender(
  { channel, destination, route, contentTypes, world, partners, report }: DeliveryStagesParts,
) {
  const { send: { spec, config }, seal } = route;
  const place = { channel: channel.name, destination: destination.name };
  return spec.open({
    config: config as never,
    world,
    partners,
    ...errorTable(spec.name, spec.errors),
    report: ({ name, facts = {}, error }) =>
      report({ name: "transportReported", ...place, event: name, facts, error }),
    contentTypes: seal && !seal.envelope.isUnsigned ? [seal.envelope.receiptType] : contentTypes,
  }) as Promise<OpenSender>;
}

async function sealed(
  sending: Sending,
  { envelope, to, expiresMs }: NonNullable<Route["seal"]>,
  { channel, epoch, gateway, world }: DeliveryStagesParts,
): Promise<Sending> {
  const { entry: { row }, parcel } = sending;
  const issuedAtMs = world.clock.nowMs();
  const statement: Statement = {
    // One message may go to a partner by two destinations, as two payloads.
    id: `${row.id}.${row.delivery.toString(36)}`,
    from: gateway,
    channel: channel.name,
    epoch,
    sequence: row.sequence,
    issuedAtMs,
    expiresAtMs: issuedAtMs + expiresMs,
    contentType: row.contentType,
  };
  const bytes = await envelope.seal(parcel.bytes, statement, to);
  const sent = { statement, payload: parcel.bytes, to: to[0] };
  return {
    ...sending,
    parcel: {
      ...parcel,
      bytes,
      contentType: envelope.contentType,
      // Where nobody signs, whoever takes it answers as it would answer the message in clear.
      ...(envelope.isUnsigned ? {} : { judge: (receipt: Uint8Array) => envelope.judge(receipt, sent) }),
    },
  };
}
