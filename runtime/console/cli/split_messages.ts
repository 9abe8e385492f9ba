/**
 * The HL7 v2 messages of a file: each begins at a line that starts with MSH and ends before the next. Lines of a batch
 * (FHS, BHS, BTS, FTS) are no part of a message, nor are a byte order mark and the bytes of an MLLP frame.
 *
 * @param verbatim keeps line ends as they are; otherwise each message gets CR ends where an editor or a download
 * has turned all of them into LF or CRLF, and one at its end
 */
export function splitMessages(file: Uint8Array, { verbatim = false } = {}): readonly Uint8Array[] {
  const messages: [start: number, end: number][] = [];
  let open: [number, number] | undefined;
  for (const [start, end] of linesOf(file)) {
    const name = String.fromCharCode(...file.subarray(start, start + 3));
    if (name === "MSH") messages.push(open = [start, end]);
    else if (envelope.has(name)) open = undefined;
    else if (open) open[1] = end;
  }
  return messages.map(([start, end]) => {
    const message = withoutFrame(file.subarray(start, end));
    return verbatim ? message.slice() : withSegmentEnds(message);
  });
}

const envelope: ReadonlySet<string> = new Set(["FHS", "BHS", "BTS", "FTS"]);
const lf = 0x0a;
const vt = 0x0b;
const cr = 0x0d;
const fs = 0x1c;

/** Where each line begins, past what may stand before it, and where it ends, with its end. */
function* linesOf(file: Uint8Array): Generator<[start: number, end: number]> {
  const hasMark = file[0] === 0xef && file[1] === 0xbb && file[2] === 0xbf;
  for (let at = hasMark ? 3 : 0; at < file.length;) {
    let end = at;
    while (end < file.length && file[end] !== cr && file[end] !== lf) end++;
    while (end < file.length && (file[end] === cr || file[end] === lf)) end++;
    let start = at;
    while (start < end && (file[start] === vt || file[start] === fs)) start++;
    while (start < end && (file[start] === cr || file[start] === lf)) start++;
    while (start < end && file[start] === vt) start++;
    yield [start, end];
    at = end;
  }
}

/** Drops what ends a frame: FS and whatever follows it. */
function withoutFrame(message: Uint8Array): Uint8Array {
  const end = message.indexOf(fs);
  return end < 0 ? message : message.subarray(0, end);
}

/**
 * Ends each segment with CR. LF may stand inside a field, so bytes are dropped or changed only where the ends are LF
 * alone or CRLF throughout.
 */
function withSegmentEnds(message: Uint8Array): Uint8Array {
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
