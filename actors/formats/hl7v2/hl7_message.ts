import type { LongList } from "../../../runtime/contract/long_list.ts";
import type { PathBody } from "../../../runtime/contract/message.ts";
import { removeFrom, writeLeaf } from "./_edit.ts";
import { leafOf } from "./_leaf.ts";
import { leavesOf } from "./_leaves.ts";
import { labelOf, parseBytes, type Parsed, parseText } from "./_parse.ts";
import { partOf, withPart } from "./_parts.ts";
import { cutter, Segments } from "./_segments.ts";
import { joinBytes } from "./_utf8.ts";
import { type Charset, charsetOf } from "./charset.ts";
import type { Delimiters } from "./delimiters.ts";
import { errors } from "./errors.ts";
import { decodeEscapes, encodeEscapes, isPlain } from "./escape.ts";
import {
  checkLeaf,
  checkSingle,
  compilePath,
  isDelimiterField,
  LEFT_OUT,
  type Path,
  pathText,
  resolvePath,
} from "./path.ts";

/** Media type of HL7 v2 in its own delimited encoding (ER7). */
export const HL7V2_TYPE = "x-application/hl7-v2+er7";

const CR = Uint8Array.of(0x0d);
const encoder = new TextEncoder();

/** What {@linkcode Hl7Message.parse} can be told. */
export interface ParseOptions {
  /** The character set as the transport names it; beats MSH-18. */
  readonly charset?: string;
}

/**
 * An HL7 v2 message: values by path, every byte that was not changed as it came in.
 *
 * Paths are `SEG[n]-F[r].C.S`: segment, occurrence, field, repetition, component, subcomponent. Numbers count from 1
 * and may be left out, so `PID-5` is `PID[1]-5[1].1.1`. MSH-1 is the field separator itself, MSH-2 the other
 * delimiters. A level the message does not have is its own first part: in `|x|` the path `PID-1.1.1` is `x`, and
 * `PID-1.2` is absent. A field that is empty is absent; one that holds `""` (two quote characters, HL7's order to
 * delete) is not.
 *
 * @example
 * ```ts
 * import { Hl7Message } from "mitral";
 *
 * const message = Hl7Message.parse("MSH|^~\\&|LAB\rPID|1||4711^^^HOSPITAL||Doe^Ann\r");
 * message.get("PID-5.2"); // "Ann"
 * message.with("PID-5.1", "Smith & Sons").toBytes(); // …|Smith \T\ Sons^Ann
 * ```
 */
export class Hl7Message implements PathBody {
  /** As the message's own MSH-1 and MSH-2 name them. */
  readonly delimiters: Delimiters;
  readonly #segments: Segments;
  #originals: LongList<Uint8Array | undefined> | undefined;
  #charset: Charset | undefined;
  #frozen = false;

  private constructor({ delimiters, segments, charset, originals }: Parsed) {
    this.delimiters = delimiters;
    this.#segments = segments;
    this.#charset = charset;
    this.#originals = originals;
  }

  get contentType(): string {
    return HL7V2_TYPE;
  }

  /**
   * Reads one message as it lies in a file or a frame: a byte order mark, MLLP bytes and blank lines around it are
   * dropped; CR, LF and CRLF end a segment. The array is not kept.
   *
   * Errors: HL7V2_MESSAGE_EMPTY, HL7V2_HEADER_MISSING, HL7V2_HEADER_TOO_SHORT, HL7V2_DELIMITERS_INVALID,
   * HL7V2_SEGMENT_INVALID, HL7V2_MESSAGE_NOT_ALONE.
   */
  static parse(input: Uint8Array | string, options: ParseOptions = {}): Hl7Message {
    return new Hl7Message(
      typeof input === "string" ? parseText(input, options.charset) : parseBytes(input, options.charset),
    );
  }

  /** Ids of the segments, in order. */
  get segments(): readonly string[] {
    return this.#segments.all().map((segment) => segment.slice(0, 3));
  }

  /**
   * The decoded value of one leaf; `undefined` where it is absent. A path of a segment alone gives its encoded text.
   * Errors: HL7V2_PATH_INVALID.
   */
  get(path: string): string | undefined {
    const steps = compilePath(path);
    checkSingle(steps);
    const at = this.#segments.find(steps.id, steps.occurrence || 1);
    if (at < 0) return undefined;
    return steps.field === LEFT_OUT ? this.#shown(this.#segments.one(at)) : this.#leaf(at, steps);
  }

  /**
   * The decoded values of every occurrence and repetition the path can mean, in order: an index left out, or `[*]`,
   * stands for all of them. Absent ones are left out. Errors: HL7V2_PATH_INVALID.
   */
  getAll(path: string): readonly string[] {
    const steps = compilePath(path);
    const found = this.#findAll(steps);
    const values = steps.field === LEFT_OUT
      ? found.map((at) => this.#shown(this.#segments.one(at)))
      : isDelimiterField(steps)
      ? found.map((at) => this.#leaf(at, steps))
      : found.flatMap((at) => this.#repetitions(at, steps).map((one) => this.#leafIn(one, steps)));
    return values.filter((value) => value !== undefined);
  }

  /**
   * The encoded text of what the path names, as deep as it says: `PID-3` the whole field with its repetitions,
   * `PID-3[1]` one of them, `PID-3.4` a component with its subcomponents. `undefined` where it is empty or absent.
   * Errors: HL7V2_PATH_INVALID.
   */
  raw(path: string): string | undefined {
    const steps = compilePath(path);
    checkSingle(steps);
    const at = this.#segments.find(steps.id, steps.occurrence || 1);
    if (at < 0) return undefined;
    const { delimiters } = this;
    let text: string | undefined = this.#segments.one(at);
    if (steps.field !== LEFT_OUT) text = this.#field(text, steps);
    if (!isDelimiterField(steps) && (steps.repetition !== LEFT_OUT || steps.component !== LEFT_OUT)) {
      text &&= partOf(text, delimiters.repetition, steps.leaf.repetition);
      text &&= this.#part(text, steps);
    }
    return text ? this.#shown(text) : undefined;
  }

  /**
   * Replaces a leaf in place. What the path lacks is made: fields, repetitions, components, and a segment after the
   * last of its kind or at the end. An empty value makes the leaf absent. A new MSH-18 changes how all of the message
   * is written.
   *
   * Errors: HL7V2_MESSAGE_FROZEN once the body is part of a message, HL7V2_PATH_INVALID, HL7V2_DELIMITERS_FIXED,
   * HL7V2_OCCURRENCE_MISSING, HL7V2_CHARACTER_UNENCODABLE.
   */
  set(path: string, value: string): this {
    if (this.#frozen) errors.fail("HL7V2_MESSAGE_FROZEN", { path });
    this.#write(compilePath(path), value);
    return this;
  }

  /** A copy with a leaf replaced; otherwise as {@linkcode Hl7Message.set}. */
  with(path: string, value: string): Hl7Message {
    const copy = this.#copy();
    copy.#write(compilePath(path), value);
    return copy;
  }

  /**
   * A copy without what the path names, as deep as it says: `OBX[2]` a segment, `OBX[*]` all of them, `PID-3` a field
   * with its repetitions, `PID-3[2]` a repetition, `PID-3.4` a component. Fields and components keep their place;
   * repetitions and segments behind move up. Errors: HL7V2_PATH_INVALID, HL7V2_DELIMITERS_FIXED.
   */
  without(path: string): Hl7Message {
    const copy = this.#copy();
    copy.#remove(compilePath(path));
    return copy;
  }

  /**
   * The exact path of each segment, repetition or part of one that the path can mean and that is not empty, in order:
   * `OBX` is `OBX[1]`, `OBX[2]`; `PID-3.4` is `PID[1]-3[1].4`, `PID[1]-3[2].4`. Errors: HL7V2_PATH_INVALID.
   */
  places(path: string): readonly string[] {
    const steps = compilePath(path);
    return this.#findAll(steps).flatMap((at, nth) => {
      const segment = { ...steps, occurrence: steps.occurrence > 0 ? steps.occurrence : nth + 1 };
      if (steps.field === LEFT_OUT) return [pathText(segment)];
      const parts = isDelimiterField(steps)
        ? [this.#leaf(at, steps)]
        : this.#repetitions(at, steps).map((one) => this.#part(one, steps));
      return parts.flatMap((part, nth) =>
        part ? [pathText({ ...segment, repetition: steps.repetition > 0 ? steps.repetition : nth + 1 })] : []
      );
    });
  }

  /**
   * A path as it reads at a place: at `OBX[2]`, `OBX-5` is `OBX[2]-5`; at `PID[1]-3[2]`, `PID-3.1` is
   * `PID[1]-3[2].1`. A path about another segment, or with an occurrence of its own, is returned as it is.
   * Errors: HL7V2_PATH_INVALID.
   */
  resolve(path: string, place: string): string {
    return resolvePath(path, place);
  }

  /**
   * For each segment the path can mean, a message of all that stands before the first of its kind, of that segment, and
   * of what follows it up to the next of its kind. Segments keep their bytes. Errors: HL7V2_PATH_INVALID, for the path
   * of anything but a segment.
   */
  split(path: string): readonly Hl7Message[] {
    const steps = compilePath(path);
    if (steps.field !== LEFT_OUT) errors.fail("HL7V2_PATH_INVALID", { path });
    const starts = this.#segments.findAll(steps.id);
    const segments = cutter(this.#segments.all(), starts);
    const originals = this.#originals && cutter([...this.#originals], starts);
    const parts = starts.map((_, nth) =>
      new Hl7Message({
        delimiters: this.delimiters,
        segments: Segments.of(segments(nth)),
        charset: this.#charset,
        originals: originals?.(nth),
      })
    );
    return steps.occurrence > 0 ? parts.slice(steps.occurrence - 1, steps.occurrence) : parts;
  }

  /**
   * Every leaf that is not absent with its decoded value, in order. Each path has every level (`PID[1]-3[1].1.1`), so
   * that a leaf is called the same whatever stands beside it.
   */
  *leaves(): Generator<readonly [path: string, value: string]> {
    const seen = new Map<string, number>();
    for (const segment of this.#segments.all()) {
      const id = segment.slice(0, 3), occurrence = (seen.get(id) ?? 0) + 1;
      seen.set(id, occurrence);
      for (const [path, text] of leavesOf(segment, this.delimiters)) {
        const value = this.#decoded(text);
        if (value !== undefined) yield [`${id}[${occurrence}]${path}`, value];
      }
    }
  }

  /** From now on {@linkcode Hl7Message.set} throws. */
  freeze(): void {
    this.#frozen = true;
  }

  /**
   * The message with CR after every segment, in the character set it came in. Errors: HL7V2_CHARACTER_UNENCODABLE,
   * only where the character set was changed or cannot write all it can read.
   */
  toBytes(): Uint8Array {
    if (this.#originals === undefined) return this.#encode(this.#segments.join());
    const originals = [...this.#originals];
    return joinBytes(
      this.#segments.all().flatMap((segment, at) => [originals[at] ?? this.#encode(segment), CR]),
    );
  }

  #copy(): Hl7Message {
    return new Hl7Message({
      delimiters: this.delimiters,
      segments: this.#segments.copy(),
      charset: this.#charset,
      originals: this.#originals,
    });
  }

  #encode(text: string): Uint8Array {
    const ascii = encoder.encode(text);
    if (ascii.length === text.length) return ascii;
    const charset = this.#usedCharset();
    return charset.encode(text) ?? errors.fail("HL7V2_CHARACTER_UNENCODABLE", { charset: charset.name });
  }

  #usedCharset(): Charset {
    return this.#charset ??= charsetOf(labelOf(this.#segments.one(0), this.delimiters));
  }

  #readHex(bytes: Uint8Array): string | undefined {
    const text = this.#usedCharset().decode(bytes);
    return text.isWellFormed() && !text.includes("\uFFFD") ? text : undefined;
  }

  /** Text for others to see: bytes that mean nothing as U+FFFD. */
  #shown(text: string): string {
    return this.#charset === undefined ? text : text.toWellFormed();
  }

  #findAll(path: Path): readonly number[] {
    if (path.occurrence <= 0) return this.#segments.findAll(path.id);
    const at = this.#segments.find(path.id, path.occurrence);
    return at < 0 ? [] : [at];
  }

  #field(segment: string, path: Path): string | undefined {
    if (path.segment === "MSH" && path.field === 1) return this.delimiters.field;
    return partOf(segment, this.delimiters.field, path.leaf.part);
  }

  /** The repetitions a path can mean: one, or all. */
  #repetitions(at: number, path: Path): string[] {
    const field = this.#field(this.#segments.one(at), path);
    if (field === undefined) return [];
    if (path.repetition <= 0) return field.split(this.delimiters.repetition);
    return [partOf(field, this.delimiters.repetition, path.repetition) ?? ""];
  }

  /** The encoded text of a repetition, or of the component or subcomponent of it that the path names. */
  #part(repetition: string, { component, subcomponent }: Path): string | undefined {
    let text: string | undefined = repetition;
    if (component !== LEFT_OUT) text = partOf(text, this.delimiters.component, component);
    if (subcomponent !== LEFT_OUT) text &&= partOf(text, this.delimiters.subcomponent, subcomponent);
    return text;
  }

  #leaf(at: number, path: Path): string | undefined {
    const { delimiters } = this;
    if (isDelimiterField(path)) {
      const { repetition, component, subcomponent } = path.leaf;
      if (repetition + component + subcomponent > 3) return undefined;
      return path.field === 1 ? delimiters.field : delimiters.encoding;
    }
    const segments = this.#segments;
    return this.#decoded(
      leafOf(segments.text(at), segments.start(at), segments.end(at), path.leaf, delimiters),
    );
  }

  #leafIn(repetition: string, { leaf }: Path): string | undefined {
    const steps = { ...leaf, part: 1, repetition: 1 };
    return this.#decoded(leafOf(repetition, 0, repetition.length, steps, this.delimiters));
  }

  #decoded(text: string | undefined): string | undefined {
    if (text === undefined || text === "") return undefined;
    if (!text.includes(this.delimiters.escape)) return this.#shown(text);
    return this.#shown(decodeEscapes(text, this.delimiters, (bytes) => this.#readHex(bytes)));
  }

  #write(path: Path, value: string): void {
    checkLeaf(path);
    if (isDelimiterField(path)) {
      if (this.get(path.text) !== value) errors.fail("HL7V2_DELIMITERS_FIXED", { path: path.text });
      return;
    }
    const text = this.#encodedValue(value);
    let at = this.#segments.find(path.id, path.occurrence || 1);
    if (at < 0 && text === "") return;
    if (at < 0) at = this.#insert(path);
    this.#replace(at, path, (field) => writeLeaf(field, path, this.delimiters, text));
  }

  #encodedValue(value: string): string {
    // One character a byte means ASCII; anything else has to fit the character set.
    if (encoder.encode(value).length !== value.length && !this.#usedCharset().carries(value)) {
      errors.fail("HL7V2_CHARACTER_UNENCODABLE", { charset: this.#usedCharset().name });
    }
    return isPlain(value, this.delimiters)
      ? value
      : encodeEscapes(value, this.delimiters, (bytes) => this.#readHex(bytes));
  }

  #insert(path: Path): number {
    const segments = this.#segments, alike = segments.countOf(path.id);
    if ((path.occurrence || 1) !== alike + 1) {
      errors.fail("HL7V2_OCCURRENCE_MISSING", { path: path.text });
    }
    const at = alike === 0 ? segments.count : segments.find(path.id, alike) + 1;
    segments.splice(at, 0, [path.segment]);
    this.#originals = this.#originals?.spliced(at, 0, [undefined]);
    return at;
  }

  #remove(path: Path): void {
    const isHeader = path.segment === "MSH" && path.field === LEFT_OUT;
    if (isHeader) errors.fail("HL7V2_PATH_INVALID", { path: path.text });
    if (isDelimiterField(path)) errors.fail("HL7V2_DELIMITERS_FIXED", { path: path.text });
    const found = this.#findAll(path.occurrence === LEFT_OUT ? { ...path, occurrence: 1 } : path);
    // From the end, so that the places before stay what they are.
    for (const at of found.toReversed()) {
      if (path.field !== LEFT_OUT) {
        this.#replace(at, path, (field) => removeFrom(field, path, this.delimiters));
      } else {
        this.#segments.splice(at, 1);
        this.#originals = this.#originals?.spliced(at, 1);
      }
    }
  }

  #replace(at: number, path: Path, edit: (field: string) => string): void {
    const before = this.#segments.one(at);
    const after = withPart(before, this.delimiters.field, path.leaf.part, edit);
    if (after === before) return;
    this.#segments.splice(at, 1, [after]);
    this.#originals = this.#originals?.with(at, undefined);
    if (path.segment === "MSH" && path.field === 18) {
      this.#charset = undefined;
      this.#originals = undefined;
    }
  }
}
