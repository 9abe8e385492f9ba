import type { Parcel } from "../../runtime/contract/adapter.ts";
import type { Config } from "../../runtime/contract/spec.ts";
import type { config } from "./_sender_spec.ts";

type Header = Pick<
  Config<typeof config>,
  "facility" | "severity" | "hostName" | "appName" | "messageId"
>;

/** MSGID of what has a name of its own: IHE ITI TF-2, 3.20.4.1.2. */
const MESSAGE_IDS: Readonly<Record<string, string>> = { "application/dicom-audit+xml": "DICOM+RFC3881" };

const NONE = "-";
const BOM = Uint8Array.of(0xef, 0xbb, 0xbf);
const utf8 = new TextEncoder();

/**
 * A message with its header (RFC 5424) behind its length (RFC 5425 section 4.3). What is UTF-8 gets the mark that says so
 * (RFC 5424 section 6.4).
 */
export function syslogFrame(
  { bytes, contentType, atMs }: Pick<Parcel, "bytes" | "contentType" | "atMs">,
  { facility, severity, hostName, appName, messageId = MESSAGE_IDS[contentType] ?? NONE }: Header,
): Uint8Array {
  const time = new Date(atMs).toISOString();
  const words = [`<${facility * 8 + severity}>1`, time, hostName, appName, NONE, messageId, NONE, ""];
  const head = utf8.encode(words.join(" "));
  const mark = isUtf8(bytes) && !isMarked(bytes) ? BOM : new Uint8Array(0);
  const length = utf8.encode(`${head.length + mark.length + bytes.length} `);
  const frame = new Uint8Array(length.length + head.length + mark.length + bytes.length);
  let at = 0;
  for (const part of [length, head, mark, bytes]) {
    frame.set(part, at);
    at += part.length;
  }
  return frame;
}

/** A message may have it of itself. */
function isMarked(bytes: Uint8Array): boolean {
  return BOM.every((byte, at) => bytes[at] === byte);
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    strict.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

const strict = new TextDecoder("utf-8", { fatal: true });
