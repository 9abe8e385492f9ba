import type { SendTools } from "../../runtime/contract/adapter.ts";
import type { Fault } from "../../runtime/contract/error.ts";
import { type Config, durationMs, integer, text, toggle, type Unfit } from "../../runtime/contract/spec.ts";
import { connectFaults } from "../_kit/net/faults.ts";
import { isLoopback } from "../_kit/net/loopback.ts";
import { hostPattern } from "../_kit/settings/host.ts";
import { callingFaults } from "../_kit/tls/faults.ts";
import { clientTls, unfitTls } from "../_kit/tls/settings.ts";

/** A word of a syslog header: printable ASCII without blanks (RFC 5424 section 6). */
const word = (charactersMax: number) => ({
  matches: `[!-~]{1,${charactersMax}}`,
  says: `is 1 to ${charactersMax} printable ASCII characters without blanks`,
});

/** Settings of the sender. */
export const config = {
  host: text("Name or address of the collector.", { example: "siem.hospital.example", pattern: hostPattern }),
  port: integer("Its port.", { min: 1, max: 65535, default: 6514 }),
  tls: clientTls,
  insecure: toggle("Sends over a network without TLS: everybody on the way reads it.", { default: false }),
  facility: integer("Facility of every message: 10 is security and authorisation.", {
    min: 0,
    max: 23,
    default: 10,
  }),
  severity: integer("Severity of every message: 5 is normal but significant.", {
    min: 0,
    max: 7,
    default: 5,
  }),
  hostName: text("Who we are in HOSTNAME: the full name of this machine; `-` where left out.", {
    default: "-",
    pattern: word(255),
    example: "gateway.hospital.example",
  }),
  appName: text("What APP-NAME says.", { default: "mitral", pattern: word(48) }),
  messageId: text(
    "What MSGID says. Where left out, `DICOM+RFC3881` for audit messages of DICOM, and `-` for everything else.",
    { optional: true, pattern: word(32), example: "HL7" },
  ),
  connectMsMax: durationMs("How long the collector may take to accept a connection.", {
    default: 10_000,
    min: 1,
  }),
  writeMsMax: durationMs("How long the network may take to take a message.", { default: 30_000, min: 1 }),
  idleMsMax: durationMs(
    "Closes a connection that had nothing to do for so long, before a firewall forgets it; 0: never.",
    { default: 300_000 },
  ),
} as const;

/** What does not fit together. */
export function check({ host, tls, insecure }: Config<typeof config>): readonly Unfit[] {
  return [
    ...unfitTls(tls),
    ...(tls || insecure || isLoopback(host)
      ? []
      : [{ setting: "tls", rule: "is needed, with {} for the public roots, unless insecure is true" }]),
    ...(tls && insecure ? [{ setting: "insecure", rule: "has no meaning beside tls" }] : []),
  ];
}

/** What can go wrong while sending. */
export const errors = {
  ...connectFaults("SYSLOG"),
  ...callingFaults("SYSLOG"),
  SYSLOG_CONNECTION_LOST: {
    blame: "receiver",
    retry: "later",
    says:
      "Cannot send message: {host} port {port} has closed the connection, and may not have read what came last",
  },
  SYSLOG_WRITE_LATE: {
    blame: "receiver",
    retry: "later",
    says: "Cannot send message: {host} port {port} did not read it within writeMsMax ({writeMsMax})",
  },
  SYSLOG_SENDER_CLOSED: {
    blame: "operator",
    retry: "later",
    says: "Cannot send message: the sender is closed",
  },
} as const satisfies Readonly<Record<string, Fault>>;

/** What the sender is given. */
export type Tools = SendTools<typeof config, keyof typeof errors>;
