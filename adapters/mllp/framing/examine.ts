// deno-lint-ignore-file no-control-regex -- what is looked for are bytes, not text
import type { Finding } from "../../../runtime/contract/adapter.ts";
import { type Find, Findings } from "./_findings.ts";
import { examineContent } from "./_content.ts";
import { CR, FS, isFiller, VT } from "./frame.ts";
import { looksLikeMessage } from "./looks_like_message.ts";
import { strangerOf } from "./strangers.ts";

/**
 * What keeps bytes from being MLLP, or odd about them, in words for the person who has to mend the peer. `stream`: as
 * they came, marks and all. `message`: what stood within a frame; marks around it may be missing, but if there are any, all
 * must be right. `file`: the same, of which several may follow one another. Each code once, where it shows first. Linear in the bytes.
 *
 * Source: HL7 Version 2 Transport Specification MLLP R1; HL7 Version 3 Transport Specification MLLP R2, 1.2.2.
 */
export function examine(bytes: Uint8Array, of: "stream" | "message" | "file"): readonly Finding[] {
  const findings = new Findings();
  const find: Find = (code, ...finding) => {
    if (of === "file" && code === "messagesSeveral" && !hasMarks(bytes)) return;
    findings.add(code, ...finding);
  };
  const stranger = strangerOf(bytes);
  if (stranger) find(stranger.code, 0, stranger.says);
  else if (isUtf16(bytes)) {
    find(
      "charsetWide",
      0,
      "The bytes are UTF-16, two for each letter: MLLP needs a character set of single bytes or UTF-8",
    );
  } else if (of !== "stream" && !hasMarks(bytes)) examineContent(bytes, 0, bytes.length, find);
  else examineStream(bytes, find);
  return findings.sorted();
}

function examineStream(bytes: Uint8Array, find: Find): void {
  let at = 0;
  while (at < bytes.length) {
    const start = bytes.indexOf(VT, at);
    examineBetween(bytes, at, start < 0 ? bytes.length : start, find);
    if (start < 0) return;
    at = examineFrame(bytes, start, find);
  }
}

/** Looks at one frame; returns where it ends. */
function examineFrame(bytes: Uint8Array, start: number, find: Find): number {
  const { content, next } = endOf(bytes, start + 1);
  if (content === undefined) {
    const length = bytes.length - start - 1;
    find(
      "endMissing",
      bytes.length,
      `The frame has no end: no FS CR (0x1C 0x0D) in the ${length} bytes after its VT`,
    );
    examineContent(bytes, start + 1, bytes.length, find);
    return bytes.length;
  }
  if (bytes[next - 1] !== CR) {
    const swapped = bytes[content - 1] === CR && bytes[next] !== VT;
    find(
      swapped ? "endSwapped" : "endCutShort",
      content,
      swapped
        ? "The frame ends with CR FS (0x0D 0x1C) and nothing more: either the CR after FS is missing, or the two are in the wrong order"
        : "The frame ends with FS (0x1C) alone: the CR (0x0D) after it is missing",
      true,
    );
  }
  examineContent(bytes, start + 1, content, find);
  return next;
}

/** Where the content of a frame ends, and where the bytes behind its marks begin. */
function endOf(bytes: Uint8Array, from: number): { readonly content?: number; readonly next: number } {
  for (let at = bytes.indexOf(FS, from); at >= 0; at = bytes.indexOf(FS, at + 1)) {
    if (bytes[at + 1] === CR) return { content: at, next: at + 2 };
    if (bytes[at + 1] === VT || at + 1 === bytes.length) return { content: at, next: at + 1 };
    // LF for CR: some mean a line end.
    if (bytes[at + 1] === 0x0a && onlyFiller(bytes, at + 2)) return { content: at, next: at + 1 };
  }
  return { next: bytes.length };
}

/** What stands between two frames, in front of the first, or behind the last. */
function examineBetween(bytes: Uint8Array, from: number, until: number, find: Find): void {
  if (from === until) return;
  if (until < bytes.length && isLength(bytes.subarray(from, until), bytes, until)) {
    return find("lengthPrefixed", from, "The length of the message stands in front of the VT: MLLP has none");
  }
  let at = from;
  while (at < until && isFiller(bytes[at])) at++;
  if (at > from) {
    find(
      "bytesBetween",
      from,
      `${at - from} bytes of CR, LF, NUL, blank or FS stand between frames and are skipped`,
      true,
    );
  }
  if (at === until) return;
  const between = bytes.subarray(at, until);
  const count = between.length;
  if (startsWith(between, [0xef, 0xbb, 0xbf]) && count === 3) {
    return find(
      "bomBeforeStart",
      at,
      "A byte order mark (EF BB BF) stands in front of the VT: it belongs nowhere in MLLP",
    );
  }
  const printed = printedStart.exec(textOf(between.subarray(0, 16)));
  if (printed) {
    return find(
      "marksPrinted",
      at,
      `The frame starts with the letters ${printed[0]} instead of the byte VT (0x0B)`,
    );
  }
  if (looksLikeMessage(between)) {
    find("startMissing", at, "A message begins without VT (0x0B) in front of it");
    const { content = until } = endOf(bytes.subarray(0, until), at);
    return examineContent(bytes, at, content, find);
  }
  if (from > 0 && bytes[from - 1] === CR && bytes[from - 2] === FS && looksLikeSegment(between)) {
    return find(
      "endEarly",
      from - 2,
      "FS CR stands within the message: the rest of it, after the mark, belongs to no frame",
    );
  }
  find("bytesStray", at, `${count} bytes that are no frame stand where one should start`);
}

/** True where bytes carry marks of MLLP around them: at their start, or at their end. */
function hasMarks(bytes: Uint8Array): boolean {
  let start = 0;
  if (startsWith(bytes, [0xef, 0xbb, 0xbf])) start = 3;
  while (start < bytes.length && bytes[start] !== FS && isFiller(bytes[start])) start++;
  let end = bytes.length;
  while (end > start && bytes[end - 1] !== FS && isFiller(bytes[end - 1])) end--;
  return bytes[start] === VT || end > start && bytes[end - 1] === FS;
}

/** `MSH`, `FHS` or `BHS` as UTF-16, with its mark or without. */
function isUtf16(bytes: Uint8Array): boolean {
  const at = bytes[0] === VT ? 1 : 0;
  const head = textOf(bytes.subarray(at, at + 8));
  return /^(?:\xff\xfe|\xfe\xff)/.test(head) || /^\0?(?:M\0S\0H|F\0H\0S|B\0H\0S|\x0b\0M\0S)/.test(head);
}

const printedStart = /^(?:<(?:VT|SB|0x0b|11)>|\\x0b|\\v|\\u000b|\^K|0x0b|%0b|&#(?:11|x0?b);)/i;

function looksLikeSegment(bytes: Uint8Array): boolean {
  return /^\s*[A-Z][A-Z0-9]{2}[^A-Za-z0-9\s]/.test(textOf(bytes.subarray(0, 64)));
}

/** Two or four bytes, or digits, that say how many bytes follow. */
function isLength(between: Uint8Array, bytes: Uint8Array, start: number): boolean {
  const { next } = endOf(bytes, start);
  const lengths = [next - start, next - start - 3, next - start + between.length];
  const text = textOf(between.subarray(0, 12));
  if (/^\d{2,10}$/.test(text)) return lengths.includes(Number(text));
  if (between.length !== 2 && between.length !== 4) return false;
  const big = between.reduce((sum, byte) => sum * 256 + byte, 0);
  const little = between.reduceRight((sum, byte) => sum * 256 + byte, 0);
  return lengths.includes(big) || lengths.includes(little);
}

function onlyFiller(bytes: Uint8Array, from: number): boolean {
  let at = from;
  while (at < bytes.length && isFiller(bytes[at])) at++;
  return at === bytes.length || bytes[at] === VT;
}

function startsWith(bytes: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, at) => bytes[at] === byte);
}

function textOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
