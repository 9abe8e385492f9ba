import type { Find } from "./_findings.ts";
import { ACK, CR, FS, NAK, startsAgain, VT } from "./frame.ts";

const LF = 0x0a;

/** Looks at what stands within a frame, or at a message of its own. Linear in its bytes. */
export function examineContent(bytes: Uint8Array, from: number, until: number, find: Find): void {
  const content = bytes.subarray(from, until);
  if (content.length === 0) {
    return find("frameEmpty", from, "The frame is empty: it is skipped, and gets no answer", true);
  }
  if (content.length === 1 && (content[0] === ACK || content[0] === NAK)) {
    const name = content[0] === ACK ? "ACK (0x06)" : "NAK (0x15)";
    return find("commitSent", from, `The frame is a commit acknowledgment of MLLP release 2: ${name}`, true);
  }
  examineHead(content, from, find);
  examineControls(content, from, find);
  examineSegments(content, from, find);
}

function examineHead(content: Uint8Array, from: number, find: Find): void {
  let at = 0;
  if (content[0] === 0xef && content[1] === 0xbb && content[2] === 0xbf) {
    find("bomWithin", from, "A byte order mark (EF BB BF) stands in front of the message", true);
    at = 3;
  }
  const blank = at;
  while (content[at] === CR || content[at] === LF || content[at] === 0x20 || content[at] === 0x09) at++;
  if (at > blank) {
    find("headBlank", from + blank, `${at - blank} blanks or line ends stand in front of the message`, true);
  }
  // XML, JSON and X12 travel over MLLP too.
  const head = String.fromCharCode(...content.subarray(at, at + 4));
  if (/^(?:[MFB]|<|\{|\[|ISA)/.test(head) && !/^(?:msh|M[^S]|MS[^H])/.test(head)) return;
  find("headForeign", from + at, "What stands in the frame does not begin with MSH, FHS or BHS", true);
}

function examineControls(content: Uint8Array, from: number, find: Find): void {
  const vt = content.indexOf(VT);
  if (vt >= 0 && startsAgain(content)) {
    find(
      "startRepeated",
      from + vt,
      "Another frame starts within the frame: the end of the first was never sent",
    );
  } else if (vt >= 0) {
    find("startWithin", from + vt, "A VT (0x0B) stands within the message and is taken for data", true);
  }
  const nul = content.indexOf(0);
  if (nul >= 0) {
    find("nulWithin", from + nul, `${count(content, 0)} NUL bytes stand within the message`, true);
  }
  for (let fs = content.indexOf(FS); fs >= 0; fs = content.indexOf(FS, fs + 1)) {
    if (content[fs + 1] === CR || content[fs + 1] === VT) {
      return find("endEarly", from + fs, "FS CR stands within the message: a frame would end there");
    }
    find("endWithin", from + fs, "An FS (0x1C) stands within the message and is taken for data", true);
  }
}

/** Counts how segments end, and how many messages there are. */
function examineSegments(content: Uint8Array, from: number, find: Find): void {
  const ends = { cr: 0, crlf: 0, lf: 0 };
  let [firstCrlf, firstLf, messages, secondMessage] = [-1, -1, 0, -1];
  const isBatch = isSegment(content, 0, "FHS") || isSegment(content, 0, "BHS");
  let hasBegun = false;
  for (let at = 0; at >= 0; at = nextLine(content, at)) {
    if (!isSegment(content, at)) continue;
    if (isSegment(content, at, "MSH") && ++messages === 2) secondMessage = at;
    const isFirst = !hasBegun;
    hasBegun = true;
    if (isFirst) continue;
    if (content[at - 1] === CR) ends.cr++;
    else if (content[at - 2] === CR) {
      if (ends.crlf++ === 0) firstCrlf = at - 2;
    } else if (ends.lf++ === 0) firstLf = at - 1;
  }
  if (ends.lf > 0 && ends.cr + ends.crlf === 0) {
    find("terminatorsWrong", from + firstLf, "Segments end with LF (0x0A): HL7 says CR (0x0D)");
  } else if (ends.lf > 0) {
    find(
      "terminatorsMixed",
      from + firstLf,
      `${ends.lf} segments end with LF (0x0A), others with CR (0x0D) as HL7 says`,
    );
  }
  if (ends.crlf > 0) {
    find(
      "terminatorsDoubled",
      from + firstCrlf,
      "Segments end with CR LF (0x0D 0x0A): HL7 says CR alone",
      true,
    );
  }
  if (messages > 1 && !isBatch) {
    find(
      "messagesSeveral",
      from + secondMessage,
      `${messages} messages (MSH) stand in one frame: MLLP says one in each`,
    );
  }
}

/** Where the next line begins; below 0 where there is none. */
function nextLine(content: Uint8Array, from: number): number {
  for (let at = from; at < content.length - 1; at++) {
    if (content[at] === LF || content[at] === CR && content[at + 1] !== LF) return at + 1;
  }
  return -1;
}

/** True where a segment begins: three letters or digits of its id and something that separates. */
function isSegment(content: Uint8Array, at: number, id?: string): boolean {
  if (at + 3 > content.length) return false;
  const found = String.fromCharCode(content[at], content[at + 1], content[at + 2]);
  const next = content[at + 3];
  if (id !== undefined) return found === id && next !== undefined && !isWord(next);
  return /^[A-Z][A-Z0-9]{2}$/.test(found) && (next === undefined || !isWord(next) && next !== 0x20);
}

function isWord(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39 || byte >= 0x41 && byte <= 0x5a || byte >= 0x61 && byte <= 0x7a;
}

function count(bytes: Uint8Array, wanted: number): number {
  let found = 0;
  for (let at = bytes.indexOf(wanted); at >= 0; at = bytes.indexOf(wanted, at + 1)) found++;
  return found;
}
