import type { Format } from "../../contract/format.ts";

/**
 * The messages of a file, as its format finds them: those of a batch, without its headers and trailers, or several one
 * after the other.
 *
 * @param verbatim keeps line ends as they are; otherwise each message gets CR ends where an editor or a download
 * has turned all of them into LF or CRLF, and one at its end
 */
export function splitMessages(
  file: Uint8Array,
  format: Format,
  { verbatim = false } = {},
): readonly Uint8Array[] {
  return Array.from(
    format.batch?.messagesIn(file) ?? [file],
    (message) => verbatim ? message.slice() : withSegmentEnds(message),
  );
}

const lf = 0x0a;
const cr = 0x0d;

/**
 * Ends each segment with CR. LF may stand inside a field, so bytes are dropped or changed only where the ends are LF
 * alone or CRLF throughout.
 */
export function withSegmentEnds(message: Uint8Array): Uint8Array {
  const ends = endsOf(message);
  const out = new Uint8Array(message.length + 1);
  let length = 0;
  for (const byte of message) {
    if (byte === lf && ends === "crlf") continue;
    out[length++] = byte === lf && ends === "lf" ? cr : byte;
  }
  while (out[length - 1] === cr || out[length - 1] === lf) length--;
  out[length++] = cr;
  return out.slice(0, length);
}

function endsOf(message: Uint8Array): "lf" | "crlf" | "cr" {
  let pairs = 0;
  let crs = 0;
  let lfs = 0;
  for (let at = 0; at < message.length; at++) {
    if (message[at] === lf) lfs++;
    if (message[at] !== cr) continue;
    crs++;
    if (message[at + 1] === lf) pairs++;
  }
  if (crs === 0) return "lf";
  return pairs === crs && pairs === lfs ? "crlf" : "cr";
}
