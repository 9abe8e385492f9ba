import { declareErrors } from "../../runtime/contract/error.ts";
import { type BatchSpec, defineFormat } from "../../runtime/contract/format.ts";
import { choice } from "../../runtime/contract/spec.ts";
import type { Body } from "../../runtime/contract/message.ts";

const errors = declareErrors("text", {
  TEXT_CHARSET_UNKNOWN: {
    blame: "unsupported",
    retry: "never",
    says: "Cannot read text: the charset of its content type is none this platform knows",
  },
  TEXT_BYTES_INVALID: {
    blame: "sender",
    retry: "never",
    says: "Cannot read text: not valid in its charset ({charset})",
  },
});

/** Text of a known character set. */
export class TextBody implements Body {
  /** All of it. */
  readonly text: string;
  readonly contentType: string;
  readonly #bytes: Uint8Array | undefined;

  /** Text of our own, written as UTF-8; or text that was read, with the bytes it was read from. */
  constructor(text: string, contentType = "text/plain; charset=utf-8", bytes?: Uint8Array) {
    this.text = text;
    this.contentType = contentType;
    this.#bytes = bytes;
  }

  /** The bytes it was read from, whatever the charset; otherwise UTF-8. */
  toBytes(): Uint8Array {
    return this.#bytes ?? new TextEncoder().encode(this.text);
  }
}

const config = {
  each: choice("What of a text that was received is a message: the whole, or each line that is not blank.", [
    "whole",
    "line",
  ], { default: "whole" }),
} as const;

const LF = 0x0a, CR = 0x0d, BLANK = new Set([LF, CR, 0x09, 0x20]);

/** Lines end with LF or CR LF, in every charset but UTF-16, which is not for files of lines. */
const batch: BatchSpec<typeof config> = {
  name: "text-lines",
  contentType: "text/plain",
  join: (payloads) => joined(payloads),
  split(bytes, { config: { each } }) {
    // A line alone, such as one that a person has corrected, is a message.
    if (each !== "line" || !bytes.includes(LF)) return undefined;
    let count = 0;
    for (const _ of lines(bytes)) count++;
    return { count, messages: lines(bytes), warnings: [] };
  },
};

function* lines(bytes: Uint8Array): Iterable<Uint8Array> {
  for (let from = 0; from < bytes.length;) {
    const found = bytes.indexOf(LF, from);
    const end = found < 0 ? bytes.length : found;
    const line = bytes.subarray(from, end > from && bytes[end - 1] === CR ? end - 1 : end);
    if (!line.every((byte) => BLANK.has(byte))) yield line;
    from = end + 1;
  }
}

function joined(payloads: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(payloads.reduce((length, payload) => length + payload.length + 1, 0));
  let at = 0;
  for (const payload of payloads) {
    bytes.set(payload, at);
    at += payload.length + 1;
    bytes[at - 1] = LF;
  }
  return bytes;
}

/**
 * Plain text in the charset its content type names (a label of the WHATWG Encoding Standard), UTF-8 where it names
 * none. It has no paths. The body keeps the array, which its owner MUST NOT change.
 */
export default defineFormat({
  name: "text",
  about: "Plain text of a known charset.",
  contentTypes: ["text/plain"],
  config,
  errors: errors.faults,
  batch,
  parse(bytes, { contentType }) {
    const label = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(contentType ?? "")?.[1] ?? "utf-8";
    const decoder = decoderOf(label);
    try {
      return new TextBody(
        decoder.decode(bytes),
        contentType ?? `text/plain; charset=${decoder.encoding}`,
        bytes,
      );
    } catch (cause) {
      return errors.fail("TEXT_BYTES_INVALID", { charset: decoder.encoding }, cause);
    }
  },
});

function decoderOf(label: string): TextDecoder {
  try {
    return new TextDecoder(label, { fatal: true });
  } catch (cause) {
    return errors.fail("TEXT_CHARSET_UNKNOWN", {}, cause);
  }
}
