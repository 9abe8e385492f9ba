import type { ConsumerInfo, JetStreamManager, StreamConfig, StreamInfo } from "@nats-io/jetstream";
import { errors } from "../errors.ts";
import type { Relay, RelayPartner } from "./relay_file.ts";

/** The oldest server that a relay may run on. */
export const SERVER_VERSION_MIN = "2.15.0";

/** A mailbox's queues, and the frames each has: a subject ends in `m` for a message, in `r` for a receipt. */
export const QUEUES = { messages: "m", receipts: "r" } as const;

/** How long a frame of an id that was seen is known for one that came again. */
const DUPLICATE_WINDOW_NS = 3600e9;
/** How long a gateway has for a frame before it is given out again. */
const ACK_WAIT_NS = 60e9;

/** What the operator's tool has seen of a server, and writes to each mailbox for gateways to read. */
export interface Seen {
  readonly version: string;
  /** Whether what is stored is on the disk before it is acknowledged. */
  readonly isSyncAlways: boolean;
}

/** Name of the stream that is a mailbox. */
export function mailboxStream(mailbox: string): string {
  return `MBX_${mailbox}`;
}

/** The mailbox that a stream is; `undefined` where it is none. */
export function mailboxOf(stream: string): string | undefined {
  return /^MBX_([0-9a-f]{16})$/.exec(stream)?.[1];
}

/** Every stream of the hub, by name. */
export async function streamsAt(manager: JetStreamManager): Promise<ReadonlyMap<string, StreamInfo>> {
  const streams = new Map<string, StreamInfo>();
  for await (const info of manager.streams.list()) streams.set(info.config.name, info);
  return streams;
}

/** Each queue of a mailbox that is there, by name. */
export async function queuesOf(
  manager: JetStreamManager,
  stream: string,
): Promise<ReadonlyMap<string, ConsumerInfo>> {
  const queues = new Map<string, ConsumerInfo>();
  for await (const info of manager.consumers.list(stream)) queues.set(info.name, info);
  return queues;
}

/** What became of a mailbox. */
export type Outcome = "made" | "changed" | "as it was";

/** Makes a partner's mailbox and its queues, or what of them is not as it must be. Errors: CONSOLE_RELAY_MAILBOX_REFUSED. */
export async function makeMailbox(
  manager: JetStreamManager,
  partner: RelayPartner,
  seen: Seen,
  found: StreamInfo | undefined,
): Promise<Outcome> {
  const stream = mailboxStream(partner.mailbox);
  const wanted = streamConfig(partner, seen);
  try {
    const outcome = found === undefined ? "made" : differs(wanted, found.config) ? "changed" : "as it was";
    if (outcome === "made") await manager.streams.add({ name: stream, ...wanted });
    if (outcome === "changed") await manager.streams.update(stream, wanted);
    const queues = await queuesOf(manager, stream);
    let isChanged = false;
    for (const name of Object.keys(QUEUES) as (keyof typeof QUEUES)[]) {
      const queue = queueConfig(partner, name);
      const there = queues.get(name);
      if (there === undefined) await manager.consumers.add(stream, { durable_name: name, ...queue });
      else if (differs(queue, there.config)) await manager.consumers.update(stream, name, queue);
      else continue;
      isChanged = true;
    }
    return outcome === "as it was" && isChanged ? "changed" : outcome;
  } catch (cause) {
    const { JetStreamApiError } = await import("@nats-io/jetstream");
    if (!(cause instanceof JetStreamApiError)) throw cause;
    return errors.fail("CONSOLE_RELAY_MAILBOX_REFUSED", { name: partner.name, reason: cause.message }, cause);
  }
}

/** What of a partner's mailbox is not as it must be: names of settings. */
export function faultsOf(
  partner: RelayPartner,
  seen: Seen,
  found: StreamInfo,
  queues: ReadonlyMap<string, ConsumerInfo>,
): readonly string[] {
  return [
    ...differences(streamConfig(partner, seen), found.config),
    ...(Object.keys(QUEUES) as (keyof typeof QUEUES)[]).flatMap((name) => {
      const queue = queues.get(name);
      return queue
        ? differences(queueConfig(partner, name), queue.config).map((part) => `${name}.${part}`)
        : [name];
    }),
  ];
}

/** Takes back from every mailbox what was once seen of the server and is so no longer; gateways then refuse it. */
export async function unmark(manager: JetStreamManager, { partners }: Relay, seen: Seen): Promise<void> {
  const streams = await streamsAt(manager);
  for (const partner of partners) {
    const stream = mailboxStream(partner.mailbox);
    const found = streams.get(stream);
    const mark = { metadata: markOf(seen) };
    if (found && differs(mark, found.config)) await manager.streams.update(stream, mark);
  }
}

function streamConfig({ mailbox, mailboxBytesMax }: RelayPartner, seen: Seen): Partial<StreamConfig> {
  return {
    subjects: [`mbx.${mailbox}.>`],
    storage: "file",
    retention: "workqueue",
    // A full mailbox refuses what is new, so that its writer keeps it, instead of losing what is old.
    discard: "new",
    max_bytes: mailboxBytesMax,
    duplicate_window: DUPLICATE_WINDOW_NS,
    metadata: markOf(seen),
  };
}

function markOf({ version, isSyncAlways }: Seen) {
  return { "mitral.sync": isSyncAlways ? "always" : "late", "mitral.server": version };
}

function queueConfig({ mailbox }: RelayPartner, name: keyof typeof QUEUES) {
  return {
    filter_subject: `mbx.${mailbox}.*.${QUEUES[name]}`,
    ack_policy: "explicit",
    ack_wait: ACK_WAIT_NS,
    max_deliver: -1,
  } as const;
}

function differs(wanted: object, found: object): boolean {
  return differences(wanted, found).length > 0;
}

/** Where `found` lacks something of `wanted`; the server adds settings of its own, also to metadata. */
function differences(wanted: object, found: unknown): readonly string[] {
  return Object.entries(wanted).flatMap(([name, value]) => {
    const there = (found as Readonly<Record<string, unknown>> | undefined)?.[name];
    if (typeof value === "object") return differences(value, there).length > 0 ? [name] : [];
    return there === value ? [] : [name];
  });
}
