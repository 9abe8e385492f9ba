import { essenceOf } from "../../../runtime/contract/media_type.ts";
import { readXml, type XmlElement, XmlError } from "../../_kit/xml/read_xml.ts";
import { parseMultipart, type Part, PARTS_MAX } from "./multipart.ts";
import { Unreadable } from "./unreadable.ts";

/** What a provider posted, in whatever shape it is looked at. Its methods throw {@linkcode Unreadable}. */
export class Posted {
  readonly headers: Headers;
  /** The body as it came. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #contentType: string;
  #parts: readonly Part[] | undefined;
  #fields: readonly (readonly [name: string, value: string])[] | undefined;

  constructor(headers: Headers, bytes: Uint8Array<ArrayBuffer>) {
    this.headers = headers;
    this.bytes = bytes;
    this.#contentType = headers.get("content-type") ?? "";
  }

  /** Media type of the body, without parameters. */
  get essence(): string {
    return essenceOf(this.#contentType);
  }

  /** Fields of a form, in their order. */
  get fields(): readonly (readonly [name: string, value: string])[] {
    return this.#fields ??= this.#form.filter(({ fileName }) => fileName === undefined)
      .map(({ name, bytes }) => [name, utf8(bytes)]);
  }

  /** Files of a form, in their order. */
  get files(): readonly Part[] {
    return this.#form.filter(({ fileName }) => fileName !== undefined);
  }

  /** The first field of a name. */
  field(name: string): string | undefined {
    return this.fields.find((field) => field[0] === name)?.[1];
  }

  /** The first file of one of the names, with something in it. */
  file(...names: readonly string[]): Part | undefined {
    return this.files.find(({ name, bytes }) => names.includes(name) && bytes.length > 0);
  }

  /** The body, or a text of it, as JSON. */
  json(text: string = utf8(this.bytes)): unknown {
    try {
      return JSON.parse(text);
    } catch {
      throw new Unreadable("what should be JSON is none");
    }
  }

  /** The body, or a text of it, as XML. */
  xml(text: string = utf8(this.bytes)): XmlElement {
    try {
      return readXml(text);
    } catch (cause) {
      if (cause instanceof XmlError) throw new Unreadable(`what should be XML is none: ${cause.message}`);
      throw cause;
    }
  }

  get #form(): readonly Part[] {
    return this.#parts ??= this.#readForm();
  }

  #readForm(): readonly Part[] {
    if (this.essence === "multipart/form-data") return parseMultipart(this.bytes, this.#contentType);
    if (this.essence !== "application/x-www-form-urlencoded") throw new Unreadable("it is no form");
    const text = utf8(this.bytes), encoder = new TextEncoder();
    // Before anything proves who has sent it, it must not be able to take more memory than its bytes do.
    if (hasMore(text, "&", PARTS_MAX)) throw new Unreadable("its form has too many parts");
    return [...new URLSearchParams(text)].map(([name, value]) => ({ name, bytes: encoder.encode(value) }));
  }
}

/** Bytes of a document in base64 (RFC 4648 section 4), line breaks in it or none. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.fromBase64(text);
  } catch {
    throw new Unreadable("its document is no base64");
  }
}

function utf8(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function hasMore(text: string, sign: string, max: number): boolean {
  let at = -1;
  for (let count = 0; count <= max; count++) {
    at = text.indexOf(sign, at + 1);
    if (at < 0) return false;
  }
  return true;
}
