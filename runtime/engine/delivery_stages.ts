import type { OpenSender, Parcel } from "../contract/adapter.ts";
import type { Envelope, Statement } from "../contract/envelope.ts";
import { errorTable, MitralError } from "../contract/error.ts";
import type { Outcome } from "../contract/message.ts";
import type { World } from "../contract/world.ts";
import type { SealedAttempt } from "../journal/operations.ts";
import type { OutboxRow } from "../journal/rows.ts";
import type { Surroundings } from "./channel_parts.ts";
import { feedOf } from "./exchanged.ts";
import type { LineStage, Unstamped } from "./line.ts";
import { type ValueParts, valuesOf } from "./parcel_values.ts";
import { partId } from "./part_id.ts";
import { LazySender } from "./paths/lazy_sender.ts";
import { type Path, PathSet, type PathTools } from "./paths/path_set.ts";
import { pathsOf } from "./paths/paths_of.ts";
import type { DestinationPlan } from "./plan.ts";
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
  /** What of the attempt under way, or of the one that ended it, has gone out sealed. */
  sealed?: SealedAttempt | undefined;
}

/** A delivery on its way: what is sent, and how its answer is read. */
export interface Sending {
  readonly entry: OutboxEntry;
  readonly parcel: Parcel;
  readonly startedMs: number;
  /** Where it is sealed and signed. */
  readonly sealed?: SealedAttempt;
}

/** What became of a delivery that was on its way: what its peer said, or that it has to wait before it is sent. */
export type Verdict = Outcome | { readonly kind: "kept" };

/** How a delivery may end. */
export type FinalVerdict = Outcome & { readonly kind: "accepted" | "filtered" | "rejected" };

/** By which way deliveries go out. */
export interface Route {
  readonly send: Exclude<DestinationPlan["send"], { readonly channel: string }>;
  /** Where they are sealed. */
  readonly seal?: { readonly envelope: Envelope; readonly to: readonly string[]; readonly expiresMs: number };
  /** It is another destination's, whose feed has numbers of its own. */
  readonly isDiverted?: boolean;
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
  readonly surroundings: Surroundings;
  report(event: Unstamped): void;
}

/** What a delivery line hears from its stages. */
export interface DeliveryWatch {
  /**
   * The sender is open, by these paths where there are several, or is opened later, since this is in the way; no attempt is
   * under way.
   */
  opened(paths: PathSet | undefined, trouble: MitralError | undefined): void;
  /** No path was healthy, and one has been found well. */
  revived(): void;
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
  const { seal } = parts.route;
  const paths = pathsOf(parts.route.send);
  const send: LineStage<Sending, Verdict> = {
    name: "send",
    width: Math.max(...paths.map(({ send: { spec, config } }) => spec.lanes?.(config as never) ?? 1)),
    open: async () => {
      const several = paths.length > 1 ? openPaths(paths, parts, watch) : undefined;
      const { sender, trouble } = several ? { sender: several } : await openSender(paths[0], parts);
      watch.opened(several, trouble);
      return {
        process: async ({ entry, parcel, sealed }, life) => {
          if (!watch.begins(entry)) return new Ended<Verdict>({ kind: "kept" });
          if (sealed) entry.sealed = sealed;
          return new Ended<Verdict>(await sender.send(parcel, life));
        },
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

function openPaths(
  paths: readonly Path[],
  parts: DeliveryStagesParts,
  { revived }: Pick<DeliveryWatch, "revived">,
): PathSet {
  const place = { channel: parts.channel.name, destination: parts.destination.name };
  return new PathSet({
    paths,
    clock: parts.world.clock,
    tools: (path) => toolsOf(path, parts),
    report: (event) => parts.report({ ...event, ...place }),
    revived,
  });
}

/**
 * The one way out, open. Where it cannot be opened now, each attempt tries that first, and comes to nothing meanwhile: as
 * where nobody answers, there is nothing to do but to wait.
 */
async function openSender(
  path: Path,
  parts: DeliveryStagesParts,
): Promise<{ readonly sender: OpenSender; readonly trouble?: MitralError }> {
  const tools = toolsOf(path, parts);
  const lazy = new LazySender(() => path.send.spec.open(tools));
  try {
    return { sender: await lazy.get() };
  } catch (trouble) {
    if (!(trouble instanceof MitralError) || trouble.retry === "never") throw trouble;
    tools.report({ name: "openFailed", error: trouble });
    const sender: OpenSender = {
      send: async (parcel, signal) => (await lazy.get()).send(parcel, signal),
      [Symbol.asyncDispose]: () => lazy[Symbol.asyncDispose](),
    };
    return { sender, trouble };
  }
}

function toolsOf(
  { send: { spec, config } }: Path,
  { channel, destination, route, contentTypes, world, surroundings, report }: DeliveryStagesParts,
): PathTools {
  const place = { channel: channel.name, destination: destination.name };
  return {
    config: config as never,
    world,
    ...surroundings,
    ...errorTable(spec.name, spec.errors),
    report: ({ name, facts = {}, error }) =>
      report({ name: "transportReported", ...place, event: name, facts, error }),
    contentTypes: route.seal && !route.seal.envelope.isUnsigned
      ? [route.seal.envelope.receiptType]
      : contentTypes,
  };
}

async function sealed(
  sending: Sending,
  { envelope, to, expiresMs }: NonNullable<Route["seal"]>,
  { channel, epoch, gateway, world, route: { send, isDiverted = false } }: DeliveryStagesParts,
): Promise<Sending> {
  const { entry: { row }, parcel } = sending;
  const issuedAtMs = world.clock.nowMs();
  const statement: Statement = {
    // One message may go to a partner by two destinations, as two payloads.
    id: `${row.id}.${row.delivery.toString(36)}`,
    from: gateway,
    channel: feedOf(channel.name, send),
    epoch,
    sequence: isDiverted ? 0 : row.sequence,
    issuedAtMs,
    expiresAtMs: issuedAtMs + expiresMs,
    contentType: row.contentType,
  };
  const { bytes, signed } = await envelope.seal(parcel.bytes, statement, to);
  const sent = { statement, payload: parcel.bytes, to: to[0] };
  return {
    ...sending,
    ...signed && { sealed: { statement: signed, envelope: await sha256Of(bytes) } },
    parcel: {
      ...parcel,
      bytes,
      contentType: envelope.contentType,
      // Where nobody signs, whoever takes it answers as it would answer the message in clear.
      ...(envelope.isUnsigned ? {} : { judge: (receipt: Uint8Array) => envelope.judge(receipt, sent) }),
    },
  };
}

async function sha256Of(bytes: Uint8Array): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>)).toHex();
}
