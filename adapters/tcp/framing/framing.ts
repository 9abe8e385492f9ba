import {
  choice,
  type Config,
  integer,
  record,
  text,
  toggle,
  type Unfit,
} from "../../../runtime/contract/spec.ts";
import { bytesOf, bytesPattern } from "../../_kit/bytes/control_characters.ts";
import { CountedReader, type Head } from "./counted_reader.ts";
import { DelimitedReader } from "./delimited_reader.ts";
import type { FrameReader } from "./frame_reader.ts";
import { WholeReader } from "./whole_reader.ts";

/** How messages are told apart: a setting. */
export const framingField = record(
  "How messages are told apart: one of `length`, `prefix`, `end` (with or without `start`) and `untilClose`.",
  {
    length: integer("Every message has so many bytes.", {
      optional: true,
      min: 1,
      max: 1_000_000_000,
      example: 64,
    }),
    prefix: record("The length of a message stands in front of it.", {
      bytes: integer("How many bytes, or digits, the length has.", { min: 1, max: 8, example: 4 }),
      encoding: choice("Whether the length is a binary number, or decimal digits with zeros in front.", [
        "binary",
        "digits",
      ], { default: "binary" }),
      endian: choice("Which byte of a binary number comes first: the most significant (big), or the least.", [
        "big",
        "little",
      ], { default: "big" }),
      countsItself: toggle("The length counts its own bytes, too.", { default: false }),
    }, { optional: true }),
    start: text(
      "What stands in front of every message; what comes before it is skipped. Control characters by their names (`STX`, " +
        "`ESC VT`), or as escapes: `\\x02`, `\\r`, `\\n`, `\\t`, `\\0`, `\\\\`.",
      { optional: true, pattern: bytesPattern, example: "STX" },
    ),
    end: text("What stands behind every message, written as `start` is.", {
      optional: true,
      pattern: bytesPattern,
      example: "ETX CR",
    }),
    untilClose: toggle("One message a connection: it ends where its sender closes the connection.", {
      default: false,
    }),
  },
);

/** As a gateway file has it, parsed. */
export type FramingConfig = Config<{ framing: typeof framingField }>["framing"];

/** How messages are told apart. */
export interface Framing {
  /** True where a message ends with its connection. */
  readonly isWhole: boolean;
  /** A reader for one connection. */
  reader(frameBytesMax: number): FrameReader;
  /** A message with its marks; `undefined` where they would not tell it apart. */
  wrap(message: Uint8Array): Uint8Array | undefined;
}

/** What of it does not fit together. */
export function unfitFraming({ length, prefix, start, end, untilClose }: FramingConfig): Unfit[] {
  const ways = [length !== undefined, prefix !== undefined, end !== undefined, untilClose];
  if (ways.filter(Boolean).length !== 1) {
    return [{ setting: "framing", rule: "must be one of length, prefix, end and untilClose" }];
  }
  return start !== undefined && end === undefined
    ? [{ setting: "framing", rule: "must have an end where it has a start" }]
    : [];
}

/** The framing that a config means; it MUST be fit. */
export function framingOf({ length, prefix, start, end }: FramingConfig): Framing {
  if (length !== undefined) return counted(fixed(length));
  if (prefix) return counted(prefix.encoding === "binary" ? binary(prefix) : digits(prefix));
  if (end !== undefined) return delimited(start === undefined ? undefined : bytesOf(start), bytesOf(end));
  return { isWhole: true, reader: (max) => new WholeReader(max), wrap: (message) => message };
}

interface WritableHead extends Head {
  /** The head of a message of so many bytes; `undefined` where it cannot say so. */
  of(length: number): Uint8Array | undefined;
}

function counted(head: WritableHead): Framing {
  return {
    isWhole: false,
    reader: (frameBytesMax) => new CountedReader(head, frameBytesMax),
    wrap(message) {
      const front = head.of(message.length);
      return front && joined(front, message);
    },
  };
}

function fixed(bytes: number): WritableHead {
  return {
    bytes: 0,
    lengthIn: () => bytes,
    of: (length) => length === bytes ? new Uint8Array(0) : undefined,
  };
}

type Prefix = NonNullable<FramingConfig["prefix"]>;

function binary({ bytes, endian, countsItself }: Prefix): WritableHead {
  const own = countsItself ? bytes : 0;
  const inOrder = (head: Uint8Array) => endian === "big" ? head : head.toReversed();
  return {
    bytes,
    // Beyond 2 ** 53 it is not exact, and far too large all the same.
    lengthIn: (head) => checked(inOrder(head).reduce((sum, byte) => sum * 256 + byte, 0) - own),
    of(length) {
      let rest = length + own;
      const head = new Uint8Array(bytes);
      for (let at = bytes - 1; at >= 0; at--, rest = Math.floor(rest / 256)) head[at] = rest % 256;
      return rest === 0 ? inOrder(head) : undefined;
    },
  };
}

function digits({ bytes, countsItself }: Prefix): WritableHead {
  const own = countsItself ? bytes : 0;
  return {
    bytes,
    lengthIn(head) {
      const written = String.fromCharCode(...head);
      return /^\d+$/.test(written) ? checked(Number(written) - own) : undefined;
    },
    of(length) {
      const written = String(length + own).padStart(bytes, "0");
      return written.length === bytes ? new TextEncoder().encode(written) : undefined;
    },
  };
}

function checked(length: number): number | undefined {
  return length >= 0 ? length : undefined;
}

function delimited(start: Uint8Array | undefined, end: Uint8Array): Framing {
  return {
    isWhole: false,
    reader: (frameBytesMax) => new DelimitedReader(start, end, frameBytesMax),
    wrap(message) {
      const framed = joined(start ?? new Uint8Array(0), message, end);
      return isOne(new DelimitedReader(start, end, message.length), framed, message.length)
        ? framed
        : undefined;
    },
  };
}

/** True where a framed message is read as that one message, and nothing is left over. */
function isOne(reader: DelimitedReader, framed: Uint8Array, length: number): boolean {
  try {
    reader.feed(framed);
    return reader.next()?.length === length;
  } catch {
    return false;
  }
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
