import { errors } from "../errors.ts";
import { encodeEscapes, tokensOf } from "../syntax/escape.ts";
import type { MessageText } from "../syntax/message_text.ts";
import { partOf } from "../syntax/parts.ts";
import {
  checkLeaf,
  checkSingle,
  compilePath,
  isDelimiterField,
  LEFT_OUT,
  type Path,
} from "../syntax/path.ts";
import { type DataEncoding, decodeData } from "./_data_decoder.ts";
import { mediaTypeOf } from "./media_type.ts";

export type { DataEncoding } from "./_data_decoder.ts";

/** A document within a message, or a pointer to one: a field of type ED or RP (HL7 v2.9.1 chapter 2A). */
export interface EncapsulatedData {
  /** RP: where the document lies, often a URL. `undefined` for ED. */
  readonly pointer: string | undefined;
  /** The application it comes from; empty where it is not said. */
  readonly source: string;
  /** As sent, such as `application`, `AP` or `IM`; empty where it is not said. */
  readonly type: string;
  /** As sent, such as `pdf` or `JPEG`; empty where it is not said. */
  readonly subtype: string;
  /** What type and subtype mean together, such as `application/pdf`; `undefined` where they do not say it. */
  readonly mediaType: string | undefined;
  /**
   * How the data is written; `undefined` for a pointer and for a name HL7 does not have. Where nothing is said, data is
   * taken for Base64 unless it is text, since nothing else could have been sent as it is.
   */
  readonly encoding: DataEncoding | undefined;
  /** Characters of the data as it was sent; 0: there is none. */
  readonly length: number;
  /**
   * The document, decoded piece by piece as it is read; text (encoding `A`) as UTF-8. White space and line ends within
   * the data are passed over. A pointer, or a document without data, gives a stream that ends at once.
   *
   * The stream fails with HL7V2_DATA_INVALID where the data is not what its encoding says, also where it is cut off;
   * bytes before that were handed out already. Errors: HL7V2_DATA_ENCODING_UNKNOWN.
   */
  data(): ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** What {@linkcode Hl7Message.withEncapsulated} writes beside the data. */
export interface EncapsulatedType {
  /** The application it comes from (ED-1); none if left out. */
  readonly source?: string;
  /** ED-2, such as `application`. */
  readonly type: string;
  /** ED-3, such as `pdf`. */
  readonly subtype: string;
}

/** Bytes of a document, in pieces. */
export type EncapsulatedSource =
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>
  | Iterable<Uint8Array>;

/** Reads a document; `null` for HL7's order to delete one. Errors: HL7V2_PATH_INVALID. */
export function readEncapsulated(text: MessageText, pathText: string): EncapsulatedData | null | undefined {
  const path = fieldPath(pathText);
  const at = text.segments.find(path.id, path.occurrence || 1);
  const field = at < 0 ? undefined : text.repetitions(at, { ...path, repetition: path.leaf.repetition })[0];
  if (!field) return undefined;
  if (field === '""') return null;
  const { delimiters } = text;
  const part = (n: number) => partOf(field, delimiters.component, n) ?? "";
  const value = (n: number) => text.decoded(part(n)) ?? "";
  const isPointer = isObservation(path) && text.leaf(at, compilePath("OBX-2")) === "RP";
  const names = isPointer ? [2, 3, 4] : [1, 2, 3];
  const [type, subtype] = names.slice(1).map(value);
  // An HD: the name, or else the universal id.
  const source = part(names[0]).split(delimiters.subcomponent).slice(0, 2).find((one) => one !== "");
  const mediaType = mediaTypeOf(type, subtype);
  const encoding = isPointer ? undefined : encodingOf(value(4), mediaType);
  const data = isPointer ? "" : part(5);
  return {
    pointer: isPointer ? value(1) : undefined,
    source: text.decoded(source) ?? "",
    type,
    subtype,
    mediaType,
    encoding,
    length: data.length,
    data() {
      if (data === "") return ReadableStream.from<Uint8Array<ArrayBuffer>>([]);
      if (encoding === undefined) return errors.fail("HL7V2_DATA_ENCODING_UNKNOWN", { path: pathText });
      return ReadableStream.from(
        decodeData(tokensOf(data, delimiters, text.hexReader()), encoding, pathText, delimiters.escape),
      );
    },
  };
}

/**
 * Writes a document in Base64, and ED into OBX-2 where the field is OBX-5. Errors: HL7V2_PATH_INVALID,
 * HL7V2_DELIMITERS_FIXED, HL7V2_OCCURRENCE_MISSING, HL7V2_CHARACTER_UNENCODABLE, and whatever the source fails with.
 */
export async function writeEncapsulated(
  text: MessageText,
  pathText: string,
  { source = "", type, subtype }: EncapsulatedType,
  data: EncapsulatedSource,
): Promise<void> {
  const path = fieldPath(pathText);
  checkLeaf(path);
  const { delimiters } = text;
  const base64 = await toBase64(data);
  // The characters of Base64 that are no letters or digits may be delimiters of this very message.
  const isClean = ![...delimiters.field + delimiters.encoding].some((delimiter) => "+/=".includes(delimiter));
  const field = [
    ...[source, type, subtype, "Base64"].map((value) => text.encoded(value, path.text)),
    // One by one: two of them with an X and digits between look like an escape sequence, and would be left alone.
    isClean ? base64 : base64.replace(/[+/=]/g, (sign) => encodeEscapes(sign, delimiters, text.hexReader())),
  ].join(delimiters.component);
  text.writeEncoded(path, field);
  if (isObservation(path)) text.write({ ...compilePath("OBX-2"), occurrence: path.occurrence }, "ED");
}

/** A field or one of its repetitions. */
function fieldPath(text: string): Path {
  const path = compilePath(text);
  checkSingle(path);
  if (path.field === LEFT_OUT || path.component !== LEFT_OUT || isDelimiterField(path)) {
    errors.fail("HL7V2_PATH_INVALID", { path: text });
  }
  return path;
}

function isObservation({ segment, field }: Path): boolean {
  return segment === "OBX" && field === 5;
}

function encodingOf(name: string, mediaType: string | undefined): DataEncoding | undefined {
  switch (name.toLowerCase().replace(/[^a-z0-9]/g, "")) {
    case "base64":
    case "b64":
      return "Base64";
    case "hex":
      return "Hex";
    case "a":
      return "A";
    case "":
      return mediaType?.startsWith("text/") ? "A" : "Base64";
    default:
      return undefined;
  }
}

async function toBase64(data: EncapsulatedSource): Promise<string> {
  const pieces: string[] = [];
  let rest = new Uint8Array(0);
  for await (const bytes of data) {
    // Three bytes are four characters: what is left of a piece goes with the first bytes of the next.
    const head = rest.length === 0 ? 0 : Math.min(3 - rest.length, bytes.length);
    if (head > 0) rest = joined(rest, bytes.subarray(0, head));
    if (rest.length === 3) {
      pieces.push(rest.toBase64());
      rest = new Uint8Array(0);
    }
    if (rest.length > 0) continue;
    const end = bytes.length - (bytes.length - head) % 3;
    pieces.push(bytes.subarray(head, end).toBase64());
    rest = bytes.slice(end);
  }
  return pieces.join("") + rest.toBase64();
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
