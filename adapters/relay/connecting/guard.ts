import type { RelayTools } from "../_errors.ts";
import type { Greeting, Link, LinkMessage } from "./link.ts";
import type { Place } from "./place.ts";

/** The oldest server that groups what it syncs, and so can sync always. */
const VERSION_MIN = "2.15";
/** An account has JetStream's subjects of its own, which answer, too: that it has no JetStream. */
const NOT_ENABLED = 10039;
const NANOSECONDS = 1_000_000;

/** What of a mailbox its gateway goes by. */
export interface Mailbox {
  /** How long a frame may be worked at before it comes again, in milliseconds. */
  readonly ackMs: number;
}

/** Fails by RELAY_SERVER_OLD where a server may lose what it said it had stored. */
export function checkServer({ host, port }: Place, { error }: RelayTools, { version }: Greeting): void {
  const [major, minor] = version.split(".").map(Number),
    [majorMin, minorMin] = VERSION_MIN.split(".").map(Number);
  if (major > majorMin || major === majorMin && minor >= minorMin) return;
  // A server may call itself what it likes: only what a version is made of is told.
  const said = /^\d{1,4}(\.\d{1,4}){0,2}/.exec(version)?.[0] ?? "unknown";
  throw error("RELAY_SERVER_OLD", { host, port, version: said, versionMin: VERSION_MIN });
}

/**
 * Looks whether the gateway's own mailbox is there and safe. What only the operator sees (`sync_interval: always`) his tool
 * has written into the mailbox's metadata.
 *
 * Errors: RELAY_MAILBOX_MISSING, RELAY_MAILBOX_UNFIT, RELAY_SYNC_UNSAFE, and a `LinkError`.
 */
export async function checkMailbox(link: Link, place: Place, { relay, error }: RelayTools): Promise<Mailbox> {
  const { host, port } = place, mailbox = relay!.mailbox;
  const missing = () => error("RELAY_MAILBOX_MISSING", { host, port, mailbox });
  const told = async (subject: string) => {
    const message = await link.request(subject, "", { isMeant: isFromHub }).catch((cause): never => {
      // Nobody but the account itself answers where the hub has nothing for it.
      throw cause.trouble === "denied" || cause.trouble === "late" ? missing() : cause;
    });
    const config = message.status === 0 ? recordOf(jsonOf(message).config) : undefined;
    if (!config) throw missing();
    return config;
  };
  const stream = await told(`$JS.API.STREAM.INFO.MBX_${mailbox}`);
  const wanted = { retention: "workqueue", discard: "new", storage: "file" };
  for (const [setting, rule] of Object.entries(wanted)) {
    if (stream[setting] !== rule) throw error("RELAY_MAILBOX_UNFIT", { mailbox, setting, rule });
  }
  if (recordOf(stream.metadata)?.["mitral.sync"] !== "always") {
    throw error("RELAY_SYNC_UNSAFE", { host, port });
  }
  const { ack_policy: ackPolicy, ack_wait: ackWait } = await told(
    `$JS.API.CONSUMER.INFO.MBX_${mailbox}.messages`,
  );
  if (ackPolicy !== "explicit" || typeof ackWait !== "number" || !(ackWait >= NANOSECONDS)) {
    throw error("RELAY_MAILBOX_UNFIT", { mailbox, setting: "ack_policy", rule: "explicit" });
  }
  return { ackMs: ackWait / NANOSECONDS };
}

function isFromHub(message: LinkMessage): boolean {
  return recordOf(jsonOf(message).error)?.err_code !== NOT_ENABLED;
}

/** What JSON says; nothing where it is none. */
export function jsonOf({ data }: LinkMessage): Readonly<Record<string, unknown>> {
  try {
    return recordOf(JSON.parse(new TextDecoder().decode(data))) ?? {};
  } catch {
    return {};
  }
}

/** A record, where a value is one. */
export function recordOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null ? value as Record<string, unknown> : undefined;
}
