import type { LongList } from "../../../../runtime/contract/long_list.ts";
import { type Charset, charsetOf } from "../charsets/charset.ts";
import { joinBytes } from "../charsets/utf8.ts";
import { errors } from "../errors.ts";
import type { Delimiters } from "./delimiters.ts";
import { removeFrom, writeLeaf } from "./edit.ts";
import { decodeEscapes, encodeEscapes, isPlain } from "./escape.ts";
import { leafOf } from "./leaf.ts";
import { labelOf, type Parsed } from "./parse.ts";
import { partOf, withPart } from "./parts.ts";
import { checkLeaf, isDelimiterField, LEFT_OUT, type Path } from "./path.ts";
import { cutter, Segments } from "./segments.ts";

const CR = Uint8Array.of(0x0d);
const encoder = new TextEncoder();

/** The text of one message: what stands at a path, and what stands there when it is written. Paths are compiled. */
export class MessageText {
  /** As the message's own MSH-1 and MSH-2 name them. */
  readonly delimiters: Delimiters;
  readonly segments: Segments;
  #originals: LongList<Uint8Array | undefined> | undefined;
  #charset: Charset | undefined;

  constructor({ delimiters, segments, charset, originals }: Parsed) {
    this.delimiters = delimiters;
    this.segments = segments;
    this.#charset = charset;
    this.#originals = originals;
  }

  copy(): MessageText {
    return new MessageText({
      delimiters: this.delimiters,
      segments: this.segments.copy(),
      charset: this.#charset,
      originals: this.#originals,
    });
  }

  /** For each of the segments at `starts`, the text of what stands before the first, of it, and of what follows it. */
  cut(starts: readonly number[]): readonly MessageText[] {
    const segments = cutter(this.segments.all(), starts);
    const originals = this.#originals && cutter([...this.#originals], starts);
    return starts.map((_, nth) =>
      new MessageText({
        delimiters: this.delimiters,
        segments: Segments.of(segments(nth)),
        charset: this.#charset,
        originals: originals?.(nth),
      })
    );
  }

  /** Errors: HL7V2_CHARACTER_UNENCODABLE. */
  toBytes(): Uint8Array {
    if (this.#originals === undefined) return this.#encode(this.segments.join());
    const originals = [...this.#originals];
    return joinBytes(
      this.segments.all().flatMap((segment, at) => [originals[at] ?? this.#encode(segment), CR]),
    );
  }

  #encode(text: string): Uint8Array {
    const ascii = encoder.encode(text);
    if (ascii.length === text.length) return ascii;
    const charset = this.#usedCharset();
    return charset.encode(text) ?? errors.fail("HL7V2_CHARACTER_UNENCODABLE", { charset: charset.name });
  }

  #usedCharset(): Charset {
    return this.#charset ??= charsetOf(labelOf(this.segments.one(0), this.delimiters));
  }

  /** Reads the bytes of `\X..\` as text of the message's character set; `undefined` where they are none. */
  readHex(bytes: Uint8Array): string | undefined {
    const text = this.#usedCharset().decode(bytes);
    return text.isWellFormed() && !text.includes("\uFFFD") ? text : undefined;
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
    const segments = this.segments;
    return this.decoded(
      leafOf(segments.text(at), segments.start(at), segments.end(at), path.leaf, delimiters),
    );
  }

  leafIn(repetition: string, { leaf }: Path): string | undefined {
    const steps = { ...leaf, part: 1, repetition: 1 };
    return this.decoded(leafOf(repetition, 0, repetition.length, steps, this.delimiters));
  }

  decoded(text: string | undefined): string | undefined {
    if (text === undefined || text === "") return undefined;
    if (!text.includes(this.delimiters.escape)) return this.shown(text);
    return this.shown(decodeEscapes(text, this.delimiters, (bytes) => this.readHex(bytes)));
  }

  write(path: Path, value: string): void {
    checkLeaf(path);
    if (isDelimiterField(path)) {
      if (this.leaf(0, path) !== value) errors.fail("HL7V2_DELIMITERS_FIXED", { path: path.text });
      return;
    }
    const text = this.encoded(value);
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
  encoded(value: string): string {
    // One character a byte means ASCII; anything else has to fit the character set.
    if (encoder.encode(value).length !== value.length && !this.#usedCharset().carries(value)) {
      errors.fail("HL7V2_CHARACTER_UNENCODABLE", { charset: this.#usedCharset().name });
    }
    return isPlain(value, this.delimiters)
      ? value
      : encodeEscapes(value, this.delimiters, (bytes) => this.readHex(bytes));
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
    this.#originals = this.#originals?.spliced(at, 0, [undefined]);
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
    const before = this.segments.one(at);
    const after = withPart(before, this.delimiters.field, path.leaf.part, edit);
    if (after === before) return;
    this.segments.splice(at, 1, [after]);
    this.#originals = this.#originals?.with(at, undefined);
    if (path.segment === "MSH" && path.field === 18) {
      this.#charset = undefined;
      this.#originals = undefined;
    }
  }
}
