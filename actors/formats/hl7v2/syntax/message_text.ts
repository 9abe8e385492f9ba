import type { LongList } from "../../../../runtime/contract/long_list.ts";
import {
  type Charset,
  charsetSaidBy,
  charsetToExtend,
  charsetToWrite,
  type CharsetWords,
  hl7LabelOf,
  isLabelOf,
} from "../charsets/charset.ts";
import { joinBytes, utf8 } from "../charsets/utf8.ts";
import { errors } from "../errors.ts";
import { type Delimiters, NO_DELIMITER } from "./delimiters.ts";
import { removeFrom, writeLeaf } from "./edit.ts";
import { decodeEscapes, encodeEscapes, type HexReader, isPlain, recodeHex } from "./escape.ts";
import { leafOf } from "./leaf.ts";
import { leavesOf } from "./leaves.ts";
import { labelsOf } from "./labels.ts";
import type { Parsed } from "./parse.ts";
import { partOf, withPart } from "./parts.ts";
import { checkLeaf, compilePath, isDelimiterField, LEFT_OUT, type Path } from "./path.ts";
import { cutter, segmentNames, Segments } from "./segments.ts";

const CR = Uint8Array.of(0x0d);
const encoder = new TextEncoder();

/** The text of one message: what stands at a path, and what stands there when it is written. Paths are compiled. */
export class MessageText {
  /** As the message's own MSH-1 and MSH-2 name them. */
  readonly delimiters: Delimiters;
  readonly segments: Segments;
  readonly #words: CharsetWords;
  #originals: LongList<Uint8Array> | undefined;
  #charset: Charset | undefined;
  /** What it was read in, once it is to be written in another character set. */
  #readIn: Charset | undefined;

  constructor({ delimiters, segments, charset, words, originals }: Parsed, readIn?: Charset) {
    this.delimiters = delimiters;
    this.segments = segments;
    this.#charset = charset;
    this.#words = words;
    this.#originals = originals;
    this.#readIn = readIn;
  }

  copy(): MessageText {
    return this.#of(this.segments.copy(), this.#originals);
  }

  #of(segments: Segments, originals: LongList<Uint8Array> | undefined): MessageText {
    const frame = { delimiters: this.delimiters, charset: this.#charset, words: this.#words };
    return new MessageText({ ...frame, segments, originals }, this.#readIn);
  }

  /** The text of the segments from `start` up to `end`, for reading. */
  slice(start: number, end: number): MessageText {
    return new MessageText({
      delimiters: this.delimiters,
      segments: this.segments.slice(start, end),
      charset: this.#charset ?? this.#usedCharset(),
      words: this.#words,
    });
  }

  /** For each of the segments at `starts`, the text of what stands before the first, of it, and of what follows it. */
  cut(starts: readonly number[]): readonly MessageText[] {
    const segments = cutter(this.segments.all(), starts);
    const originals = this.#originals && cutter([...this.#originals], starts);
    return starts.map((_, nth) => this.#of(Segments.of(segments(nth)), originals?.(nth)));
  }

  /** Errors: HL7V2_CHARACTER_UNENCODABLE. */
  toBytes(): Uint8Array {
    if (this.#originals) return joinBytes([...this.#originals].flatMap((segment) => [segment, CR]));
    const text = this.segments.join();
    const { isExact = true, isWide } = this.#charset ?? {};
    if (isExact && !isWide) {
      const ascii = encoder.encode(text);
      if (ascii.length === text.length) return ascii;
    }
    return this.#encode(text) ?? this.#failWhereUnencodable();
  }

  /** The same in another character set, which MSH-18 then names. Errors: also HL7V2_CHARSET_UNSUPPORTED. */
  toBytesIn(label: string): Uint8Array {
    const charset = charsetToWrite(label), [said] = labelsOf(this.segments.one(0), this.delimiters);
    if (isLabelOf(said, charset) && this.#usedCharset().name === charset.name) return this.toBytes();
    const copy = this.copy();
    copy.#rename(hl7LabelOf(charset));
    return copy.toBytes();
  }

  #rename(label: string): void {
    const readIn = this.#usedCharset(), path = compilePath("MSH-18");
    const after = withPart(this.segments.one(0), this.delimiters.field, path.leaf.part, () => label);
    this.segments.splice(0, 1, [after]);
    this.#switchTo(charsetToWrite(label), readIn);
  }

  #switchTo(charset: Charset, before: Charset): void {
    const segments = this.segments.all(), names = segmentNames(segments);
    segments.forEach((segment, at) => {
      if (!segment.includes(`${this.delimiters.escape}X`)) return;
      this.segments.replace(at, this.#recoded(segment, names[at], before, charset));
    });
    this.#readIn ??= before;
    this.#charset = charset;
    this.#originals = undefined;
  }

  /** A segment whose hexadecimal data is the same text in another character set; what is no text stays. */
  #recoded(segment: string, path: string, before: Charset, after: Charset): string {
    const [from, to] = [before, after].map((charset) => charset.isWide ? utf8 : charset);
    const recode = (bytes: Uint8Array) => {
      const text = readText(bytes, from);
      if (text === undefined || isAscii(text)) return undefined;
      const recoded = to.carries(text) ? to.encode(text) : undefined;
      return recoded ?? errors.fail("HL7V2_CHARACTER_UNENCODABLE", { charset: after.name, path });
    };
    const { field } = this.delimiters, isHeader = path === "MSH[1]";
    return segment.split(field)
      .map((text, part) => isHeader && part === 1 ? text : recodeHex(text, this.delimiters, recode)).join(
        field,
      );
  }

  #encode(text: string): Uint8Array | undefined {
    const charset = this.#usedCharset();
    return this.#readIn && !this.#carries(text) ? undefined : charset.encode(text);
  }

  /** What was a byte without meaning in one character set has none in another. */
  #carries(text: string): boolean {
    const isLost = this.#readIn?.isExact === false && text.includes("\uFFFD");
    return !isLost && this.#usedCharset().carries(text);
  }

  #failWhereUnencodable(): never {
    const charset = this.#usedCharset().name, segments = this.segments.all(), names = segmentNames(segments);
    for (const [at, segment] of segments.entries()) {
      if (this.#encode(segment) !== undefined) continue;
      const leaf = leavesOf(segment, this.delimiters).find(([, text]) => this.#encode(text) === undefined);
      // Of all that stands between two leaves only an escape sequence with a delimiter in it is no text.
      errors.fail("HL7V2_CHARACTER_UNENCODABLE", { charset, path: names[at] + (leaf?.[0] ?? "") });
    }
    throw new Error("text that can be written segment by segment can be written as a whole");
  }

  #usedCharset(): Charset {
    return this.#charset ??= charsetToExtend(labelsOf(this.segments.one(0), this.delimiters), this.#words);
  }

  /** Reads the bytes of `\X..\` as text of the message's character set. */
  hexReader(): HexReader {
    return (bytes) => this.#readHex(bytes);
  }

  #readHex(bytes: Uint8Array): string | undefined {
    // One byte of UTF-16 is no text.
    const charset = this.#usedCharset();
    return readText(bytes, charset.isWide ? utf8 : charset);
  }

  /** Text for others to see: bytes that mean nothing as U+FFFD. */
  shown(text: string): string {
    return this.#charset === undefined ? text : text.toWellFormed();
  }

  findAll(path: Path): readonly number[] {
    if (path.occurrence <= 0) return this.segments.findAll(path.id);
    const at = this.segments.find(path.id, path.occurrence);
    return at < 0 ? [] : [at];
  }

  field(segment: string, path: Path): string | undefined {
    if (path.segment === "MSH" && path.field === 1) return this.delimiters.field;
    return partOf(segment, this.delimiters.field, path.leaf.part);
  }

  /** The repetitions a path can mean: one, or all. */
  repetitions(at: number, path: Path): string[] {
    const field = this.field(this.segments.one(at), path);
    if (field === undefined) return [];
    if (path.repetition <= 0) return field.split(this.delimiters.repetition);
    return [partOf(field, this.delimiters.repetition, path.repetition) ?? ""];
  }

  /** The encoded text of a repetition, or of the component or subcomponent of it that the path names. */
  part(repetition: string, { component, subcomponent }: Path): string | undefined {
    let text: string | undefined = repetition;
    if (component !== LEFT_OUT) text = partOf(text, this.delimiters.component, component);
    if (subcomponent !== LEFT_OUT) text &&= partOf(text, this.delimiters.subcomponent, subcomponent);
    return text;
  }

  leaf(at: number, path: Path): string | undefined {
    const { delimiters } = this;
    if (isDelimiterField(path)) {
      const { repetition, component, subcomponent } = path.leaf;
      if (repetition + component + subcomponent > 3) return undefined;
      return path.field === 1 ? delimiters.field : delimiters.encoding;
    }
    return this.decoded(this.segments.leaf(at, path.leaf, delimiters));
  }

  leafIn(repetition: string, { leaf }: Path): string | undefined {
    const steps = { ...leaf, part: 1, repetition: 1 };
    return this.decoded(leafOf(repetition, 0, repetition.length, steps, this.delimiters));
  }

  decoded(text: string | undefined): string | undefined {
    if (text === undefined || text === "") return undefined;
    if (!text.includes(this.delimiters.escape)) return this.shown(text);
    return this.shown(decodeEscapes(text, this.delimiters, this.hexReader()));
  }

  write(path: Path, value: string): void {
    checkLeaf(path);
    if (isDelimiterField(path)) {
      if (this.leaf(0, path) !== value) errors.fail("HL7V2_DELIMITERS_FIXED", { path: path.text });
      return;
    }
    if (path.subcomponent > 1 && this.delimiters.subcomponent === NO_DELIMITER) {
      errors.fail("HL7V2_DELIMITER_MISSING", { path: path.text });
    }
    const text = this.encoded(value, path.text);
    this.#edit(path, text === "", (field) => writeLeaf(field, path, this.delimiters, text));
  }

  /** Replaces a field, or one repetition of it where the path names one, by text that is encoded already. */
  writeEncoded(path: Path, text: string): void {
    const { repetition } = this.delimiters;
    this.#edit(
      path,
      text === "",
      (field) =>
        path.repetition === LEFT_OUT ? text : withPart(field, repetition, path.repetition, () => text),
    );
  }

  #edit(path: Path, isEmpty: boolean, edit: (field: string) => string): void {
    let at = this.segments.find(path.id, path.occurrence || 1);
    if (at < 0 && isEmpty) return;
    if (at < 0) at = this.#insert(path);
    this.#replace(at, path, edit);
  }

  /** A value as it is written. Errors: HL7V2_CHARACTER_UNENCODABLE. */
  encoded(value: string, path: string): string {
    // Anything beyond ASCII has to fit the character set.
    if (!isAscii(value) && !this.#usedCharset().carries(value)) {
      errors.fail("HL7V2_CHARACTER_UNENCODABLE", { charset: this.#usedCharset().name, path });
    }
    return isPlain(value, this.delimiters) ? value : encodeEscapes(value, this.delimiters, this.hexReader());
  }

  #insert(path: Path): number {
    const segments = this.segments, alike = segments.countOf(path.id);
    if ((path.occurrence || 1) !== alike + 1) {
      errors.fail("HL7V2_OCCURRENCE_MISSING", { path: path.text });
    }
    const at = alike === 0 ? segments.count : segments.find(path.id, alike) + 1;
    this.insert(at, path.segment);
    return at;
  }

  /** Puts a segment, which is encoded already, before what stands at `at`. */
  insert(at: number, segment: string): void {
    this.segments.splice(at, 0, [segment]);
    // Not `#encode`: it asks whether the charset carries the text, which whoever made the segment has done.
    this.#originals = this.#originals?.spliced(at, 0, [this.#usedCharset().encode(segment)!]);
  }

  remove(path: Path): void {
    const isHeader = path.segment === "MSH" && path.field === LEFT_OUT;
    if (isHeader) errors.fail("HL7V2_PATH_INVALID", { path: path.text });
    if (isDelimiterField(path)) errors.fail("HL7V2_DELIMITERS_FIXED", { path: path.text });
    const found = this.findAll(path.occurrence === LEFT_OUT ? { ...path, occurrence: 1 } : path);
    // From the end, so that the places before stay what they are.
    for (const at of found.toReversed()) {
      if (path.field !== LEFT_OUT) {
        this.#replace(at, path, (field) => removeFrom(field, path, this.delimiters));
      } else {
        this.segments.splice(at, 1);
        this.#originals = this.#originals?.spliced(at, 1);
      }
    }
  }

  #replace(at: number, path: Path, edit: (field: string) => string): void {
    const { field } = this.delimiters, before = this.segments.one(at);
    const after = withPart(before, field, path.leaf.part, edit);
    if (after === before) return;
    const isLabel = path.segment === "MSH" && path.field === 18;
    const readIn = isLabel ? this.#usedCharset() : undefined;
    this.#originals = this.#originals?.with(
      at,
      this.#withField(at, path, partOf(after, field, path.leaf.part)!),
    );
    this.segments.replace(at, after);
    if (readIn) this.#switchTo(charsetSaidBy(labelsOf(after, this.delimiters)), readIn);
  }

  /** The bytes of a segment with one field written anew; all others are what they were. */
  #withField(at: number, path: Path, text: string): Uint8Array {
    const charset = this.#usedCharset(), original = this.#originals!.at(at)!;
    const delimiter = this.delimiters.field.charCodeAt(0);
    const fields = charset.isExact ? [original] : charset.split(original, delimiter);
    const bytes = charset.encode(text) ??
      errors.fail("HL7V2_CHARACTER_UNENCODABLE", { charset: charset.name, path: path.text });
    while (fields.length < path.leaf.part) fields.push(new Uint8Array());
    fields[path.leaf.part - 1] = bytes;
    return joinBytes(fields.flatMap((field, nth) => nth === 0 ? [field] : [Uint8Array.of(delimiter), field]));
  }
}

/** One character a byte means ASCII. */
function isAscii(text: string): boolean {
  return encoder.encode(text).length === text.length;
}

function readText(bytes: Uint8Array, charset: Charset): string | undefined {
  const text = charset.decode(bytes);
  return text.isWellFormed() && !text.includes("\uFFFD") ? text : undefined;
}
