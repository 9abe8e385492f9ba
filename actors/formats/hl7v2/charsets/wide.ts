import { errors } from "../errors.ts";
import type { ExactCharset } from "./_charset.ts";

const MARK = "\uFEFF";

/** UTF-16 or UTF-32 in one of their byte orders, with a byte order mark or without. */
interface Form {
  readonly name: "utf-16" | "utf-32";
  readonly unitBytes: 2 | 4;
  readonly isLittleEndian: boolean;
  readonly hasMark: boolean;
}

/**
 * How a text begins that is in such a form: with the mark, or with MS, since an M alone may have NULs around it in any
 * text; longer marks before those they begin with.
 */
const FORMS: readonly (readonly [start: readonly number[], form: Form])[] = [
  [[0xff, 0xfe, 0, 0], form("utf-32", 4, true, true)],
  [[0, 0, 0xfe, 0xff], form("utf-32", 4, false, true)],
  [[0x4d, 0, 0, 0, 0x53, 0, 0, 0], form("utf-32", 4, true, false)],
  [[0, 0, 0, 0x4d, 0, 0, 0, 0x53], form("utf-32", 4, false, false)],
  [[0xff, 0xfe], form("utf-16", 2, true, true)],
  [[0xfe, 0xff], form("utf-16", 2, false, true)],
  [[0x4d, 0, 0x53, 0], form("utf-16", 2, true, false)],
  [[0, 0x4d, 0, 0x53], form("utf-16", 2, false, false)],
];

function form(name: Form["name"], unitBytes: 2 | 4, isLittleEndian: boolean, hasMark: boolean): Form {
  return { name, unitBytes, isLittleEndian, hasMark };
}

/** What Windows writes, with the mark that makes it readable without asking. */
export const utf16: ExactCharset = wide(form("utf-16", 2, true, true));
/** The same. */
export const utf32: ExactCharset = wide(form("utf-32", 4, true, true));

/**
 * The character set of bytes that are UTF-16 or UTF-32, which no label has to say; `undefined` where they are not. Such
 * text lies in files: its bytes are those of MLLP's own marks, so that no frame can hold it.
 */
export function wideCharsetOf(bytes: Uint8Array): ExactCharset | undefined {
  // Nearly every message.
  if (bytes[0] === 0x4d && bytes[1] !== 0) return undefined;
  const found = FORMS.find(([start]) => start.every((byte, at) => bytes[at] === byte));
  return found && wide(found[1]);
}

function wide({ name, unitBytes, isLittleEndian, hasMark }: Form): ExactCharset {
  return {
    name,
    isExact: true,
    isWide: true,
    decode(bytes) {
      // What is no whole unit at the end was put there by somebody who knew nothing of units: LF, NUL, Ctrl-Z.
      const length = bytes.length - bytes.length % unitBytes;
      if (bytes.subarray(length).some((byte) => byte > 0x20)) {
        errors.fail("HL7V2_BYTES_INVALID", { charset: name });
      }
      const view = new DataView(bytes.buffer, bytes.byteOffset, length);
      let text = "";
      for (let at = hasMark ? unitBytes : 0; at < length; at += unitBytes) {
        text += unitBytes === 2
          ? String.fromCharCode(view.getUint16(at, isLittleEndian))
          : fromUtf32(view.getUint32(at, isLittleEndian));
      }
      return text;
    },
    carries: (text) => text.isWellFormed(),
    encode(text) {
      const whole = hasMark ? MARK + text : text;
      const bytes = new Uint8Array(whole.length * unitBytes), view = new DataView(bytes.buffer);
      let end = 0;
      for (let at = 0; at < whole.length; at++, end += unitBytes) {
        if (unitBytes === 2) {
          view.setUint16(end, whole.charCodeAt(at), isLittleEndian);
        } else {
          const code = whole.codePointAt(at)!;
          view.setUint32(end, code, isLittleEndian);
          if (code > 0xffff) at++;
        }
      }
      return bytes.subarray(0, end);
    },
  };
}

/** In UTF-32 a surrogate is no character, not even half of one. */
function fromUtf32(code: number): string {
  const isCharacter = code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return isCharacter ? String.fromCodePoint(code) : errors.fail("HL7V2_BYTES_INVALID", { charset: "utf-32" });
}
