import { declareErrors } from "../../runtime/contract/error.ts";
import { defineFormat } from "../../runtime/contract/format.ts";
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

/**
 * Plain text in the charset its content type names (a label of the WHATWG Encoding Standard), UTF-8 where it names
 * none. It has no paths. The body keeps the array, which its owner MUST NOT change.
 */
export default defineFormat({
  name: "text",
  about: "Plain text of a known charset.",
  contentTypes: ["text/plain"],
  config: {},
  errors: errors.faults,
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
