import type { Change, PathBody } from "../../../runtime/contract/message.ts";
import { differenceOf } from "./building/difference.ts";
import type { SegmentFields } from "./building/field_text.ts";
import { insertSegment } from "./building/insert_segment.ts";
import { versionOf } from "./definitions/version.ts";
import { errors } from "./errors.ts";
import { arrange } from "./structures/arrange.ts";
import { GroupSource, Hl7Group } from "./structures/hl7_group.ts";
import { structureIdOf, structureOf } from "./structures/structure.ts";
import type { Delimiters } from "./syntax/delimiters.ts";
import { leavesOf } from "./syntax/leaves.ts";
import { MessageText } from "./syntax/message_text.ts";
import { parseBytes, parseText } from "./syntax/parse.ts";
import { partOf } from "./syntax/parts.ts";
import {
  checkSingle,
  compilePath,
  isDelimiterField,
  LEFT_OUT,
  pathText,
  resolvePath,
} from "./syntax/path.ts";
import { idOf, segmentNames } from "./syntax/segments.ts";
import { MessageViews } from "./views/message_views.ts";
import { Order } from "./views/order.ts";
import { openView } from "./views/segment_view.ts";
import {
  type EncapsulatedData,
  type EncapsulatedSource,
  type EncapsulatedType,
  readEncapsulated,
  writeEncapsulated,
} from "./values/encapsulated.ts";
import { type FormattedText, readFormattedText } from "./values/formatted_text.ts";

/** Media type of HL7 v2 in its own delimited encoding (ER7). */
export const HL7V2_TYPE = "x-application/hl7-v2+er7";

/** What {@linkcode Hl7Message.parse} can be told. */
export interface ParseOptions {
  /**
   * The character set, by its label of HL7 table 0211 or of the WHATWG Encoding Standard; beats MSH-18. One that nobody
   * knows is as good as none.
   */
  readonly charset?: string;
  /** The same for a message whose MSH-18 is empty, or names nothing that is known. */
  readonly defaultCharset?: string;
}

/** What {@linkcode Hl7Message.toBytes} can be told. */
export interface WriteOptions {
  /** The character set to write in, by its label of HL7 table 0211 or of the WHATWG Encoding Standard. */
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
export class Hl7Message extends MessageViews implements PathBody {
  readonly #text: MessageText;
  #frozen = false;

  private constructor(text: MessageText) {
    super();
    this.#text = text;
  }

  /** As the message's own MSH-1 and MSH-2 name them. */
  get delimiters(): Delimiters {
    return this.#text.delimiters;
  }

  get contentType(): string {
    return HL7V2_TYPE;
  }

  /**
   * Reads one message as it lies in a file or a frame: a byte order mark, MLLP bytes and blank lines around it are
   * dropped, and so are NUL and Ctrl-Z at the end; CR, LF and CRLF end a segment. The array is not kept.
   *
   * Errors: HL7V2_MESSAGE_EMPTY, HL7V2_HEADER_MISSING, HL7V2_HEADER_TOO_SHORT, HL7V2_DELIMITERS_INVALID,
   * HL7V2_SEGMENT_INVALID, HL7V2_MESSAGE_NOT_ALONE, HL7V2_CHARSET_UNSUPPORTED, HL7V2_BYTES_INVALID.
   */
  static parse(input: Uint8Array | string, options: ParseOptions = {}): Hl7Message {
    const parsed = typeof input === "string" ? parseText(input, options) : parseBytes(input, options);
    return new Hl7Message(new MessageText(parsed));
  }

  /** Ids of the segments, in order. */
  get segments(): readonly string[] {
    return this.#text.segments.all().map((segment) => segment.slice(0, 3));
  }

  /**
   * The decoded value of one leaf; `undefined` where it is absent. A path of a segment alone gives its encoded text.
   * Errors: HL7V2_PATH_INVALID.
   */
  get(path: string): string | undefined {
    const steps = compilePath(path);
    checkSingle(steps);
    const at = this.#text.segments.find(steps.id, steps.occurrence || 1);
    if (at < 0) return undefined;
    return steps.field === LEFT_OUT
      ? this.#text.shown(this.#text.segments.one(at))
      : this.#text.leaf(at, steps);
  }

  /**
   * The decoded values of every occurrence and repetition the path can mean, in order: an index left out, or `[*]`,
   * stands for all of them. Absent ones are left out. Errors: HL7V2_PATH_INVALID.
   */
  getAll(path: string): readonly string[] {
    const steps = compilePath(path);
    const found = this.#text.findAll(steps);
    const values = steps.field === LEFT_OUT
      ? found.map((at) => this.#text.shown(this.#text.segments.one(at)))
      : isDelimiterField(steps)
      ? found.map((at) => this.#text.leaf(at, steps))
      : found.flatMap((at) => this.#text.repetitions(at, steps).map((one) => this.#text.leafIn(one, steps)));
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
    const at = this.#text.segments.find(steps.id, steps.occurrence || 1);
    if (at < 0) return undefined;
    if (isDelimiterField(steps)) return this.#text.leaf(at, steps);
    let text: string | undefined = this.#text.segments.one(at);
    if (steps.field !== LEFT_OUT) text = this.#text.field(text, steps);
    if (steps.repetition !== LEFT_OUT || steps.component !== LEFT_OUT) {
      text &&= partOf(text, this.delimiters.repetition, steps.leaf.repetition);
      text &&= this.#text.part(text, steps);
    }
    return text ? this.#text.shown(text) : undefined;
  }

  /**
   * Formatted text at a path (FT and TX, OBX-5 and NTE-3), as plain text and as HTML; `undefined` where it is empty or
   * absent. Where {@linkcode Hl7Message.get} hands markup out as it stands, this carries it out. Repetitions are lines,
   * and a path that names one means it alone; component and subcomponent delimiters in such a field are text, unless the
   * path names a part. Errors: HL7V2_PATH_INVALID.
   */
  formattedText(path: string): FormattedText | undefined {
    return readFormattedText(this.#text, path);
  }

  /**
   * The document in a field of type ED, or the pointer in one of type RP (where OBX-2 says RP), such as `OBX[2]-5`;
   * `undefined` where it is empty or absent, `null` where it holds `""`, HL7's order to delete. Errors:
   * HL7V2_PATH_INVALID.
   *
   * @example
   * ```ts
   * import { Hl7Message } from "mitral/hl7";
   *
   * const message = Hl7Message.parse("MSH|^~\\&|LAB\rOBX|1|ED|PDF||^application^pdf^Base64^JVBERi0=\r");
   * const report = message.encapsulated("OBX-5");
   * report?.mediaType; // "application/pdf"
   * await new Response(report?.data()).text(); // "%PDF-"
   * ```
   */
  encapsulated(path: string): EncapsulatedData | null | undefined {
    return readEncapsulated(this.#text, path);
  }

  /**
   * A copy with a document in a field, written in Base64 as it is read from its source; ED is written into OBX-2 where
   * the field is OBX-5. Of the document only what it takes in the message is held in memory.
   *
   * Errors: HL7V2_PATH_INVALID, HL7V2_DELIMITERS_FIXED, HL7V2_OCCURRENCE_MISSING, HL7V2_CHARACTER_UNENCODABLE, and
   * whatever the source fails with.
   */
  async withEncapsulated(
    path: string,
    type: EncapsulatedType,
    data: EncapsulatedSource,
  ): Promise<Hl7Message> {
    const text = this.#text.copy();
    await writeEncapsulated(text, path, type, data);
    return new Hl7Message(text);
  }

  /**
   * Replaces a leaf in place. What the path lacks is made: fields, repetitions, components, and a segment after the
   * last of its kind or at the end. An empty value makes the leaf absent. A new MSH-18 changes how all of the message
   * is written.
   *
   * Errors: HL7V2_MESSAGE_FROZEN once the body is part of a message, HL7V2_PATH_INVALID, HL7V2_DELIMITERS_FIXED,
   * HL7V2_DELIMITER_MISSING, HL7V2_OCCURRENCE_MISSING, HL7V2_CHARACTER_UNENCODABLE.
   */
  set(path: string, value: string): this {
    if (this.#frozen) errors.fail("HL7V2_MESSAGE_FROZEN", { path });
    this.#text.write(compilePath(path), value);
    return this;
  }

  /** A copy with a leaf replaced; otherwise as {@linkcode Hl7Message.set}. */
  with(path: string, value: string): Hl7Message {
    const text = this.#text.copy();
    text.write(compilePath(path), value);
    return new Hl7Message(text);
  }

  /**
   * A copy with a new segment at the end, or behind the one at `after` (`OBX[2]`). Fields go by their number; a value is
   * a text, an array of its components (of whose parts, too, arrays are made), or `{ repeat: […] }` for repetitions.
   * Values are escaped; nothing is written behind the last that holds anything.
   *
   * Errors: HL7V2_PATH_INVALID, HL7V2_OCCURRENCE_MISSING, HL7V2_NUMBER_UNWRITABLE, HL7V2_CHARACTER_UNENCODABLE.
   */
  withSegment(id: string, fields: SegmentFields, { after }: { readonly after?: string } = {}): Hl7Message {
    const text = this.#text.copy();
    insertSegment(text, id, fields, after);
    return new Hl7Message(text);
  }

  /**
   * A copy without what the path names, as deep as it says: `OBX[2]` a segment, `OBX[*]` all of them, `PID-3` a field
   * with its repetitions, `PID-3[2]` a repetition, `PID-3.4` a component. Fields and components keep their place;
   * repetitions and segments behind move up. Errors: HL7V2_PATH_INVALID, HL7V2_DELIMITERS_FIXED.
   */
  without(path: string): Hl7Message {
    const text = this.#text.copy();
    text.remove(compilePath(path));
    return new Hl7Message(text);
  }

  /**
   * The exact path of each segment, repetition or part of one that the path can mean and that is not empty, in order:
   * `OBX` is `OBX[1]`, `OBX[2]`; `PID-3.4` is `PID[1]-3[1].4`, `PID[1]-3[2].4`. Errors: HL7V2_PATH_INVALID.
   */
  places(path: string): readonly string[] {
    const steps = compilePath(path);
    return this.#text.findAll(steps).flatMap((at, nth) => {
      const segment = { ...steps, occurrence: steps.occurrence > 0 ? steps.occurrence : nth + 1 };
      if (steps.field === LEFT_OUT) return [pathText(segment)];
      const parts = isDelimiterField(steps)
        ? [this.#text.leaf(at, steps)]
        : this.#text.repetitions(at, steps).map((one) => this.#text.part(one, steps));
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
    const parts = this.#text.cut(this.#text.segments.findAll(steps.id)).map((text) => new Hl7Message(text));
    return steps.occurrence > 0 ? parts.slice(steps.occurrence - 1, steps.occurrence) : parts;
  }

  /**
   * The id of its message structure, `ORU_R01`: what MSH-9.3 says, otherwise what its type and event have in its version
   * (HL7 table 0354). `undefined` where that is not known.
   */
  get structure(): string | undefined {
    const [kind = "", event = "", structure] = ["MSH-9.1", "MSH-9.2", "MSH-9.3"].map((path) =>
      this.get(path)
    );
    return structureIdOf({ kind, event, structure }, versionOf(this.get("MSH-12")));
  }

  /**
   * The segment groups of the message by HL7's names: with a name, every group of that name, wherever it is; without,
   * those that are in no other. In order; none where the structure of the message is not known. Segments the structure
   * does not expect, Z-segments among them, belong to the innermost group they stand in.
   *
   * @example
   * ```ts
   * import { Hl7Message } from "mitral/hl7";
   *
   * const message = Hl7Message.parse("MSH|^~\\&|LAB||||||ORU^R01|1|P|2.5.1\rPID|1\rOBR|1\rOBX|1|NM|GLU||5.4\rOBX|2|NM|K||4.1\r");
   * for (const order of message.groups("ORDER_OBSERVATION")) {
   *   order.get("OBR-1"); // "1"
   *   order.groups("OBSERVATION").map((result) => result.get("OBX-5")); // ["5.4", "4.1"]
   * }
   * ```
   */
  groups(name?: string): readonly Hl7Group[] {
    const id = this.structure, structure = id && structureOf(id, versionOf(this.get("MSH-12")));
    if (!structure) return [];
    const text = this.#text.copy(), { segments } = this;
    const source = new GroupSource(segments, (start, end) => new Hl7Message(text.slice(start, end)));
    return Hl7Group.within(source, arrange(structure, segments), name);
  }

  /**
   * Every leaf that is not absent with its decoded value, in order. Each path has every level (`PID[1]-3[1].1.1`), so
   * that a leaf is called the same whatever stands beside it.
   */
  *leaves(): Generator<readonly [path: string, value: string]> {
    const segments = this.#text.segments.all(), names = segmentNames(segments);
    for (const [at, segment] of segments.entries()) {
      for (const [path, text] of leavesOf(segment, this.delimiters)) {
        const value = this.#text.decoded(text);
        if (value !== undefined) yield [names[at] + path, value];
      }
    }
  }

  /** The orders in it, each with its requests, results and notes, as typed views. */
  get orders(): readonly Order[] {
    return Order.all(this.#text.copy());
  }

  /** For {@linkcode MessageViews}. */
  protected override viewOf<V>(id: string): V | undefined {
    const text = this.#text.copy(), at = text.segments.find(idOf(id), 1);
    return at < 0 ? undefined : openView(text, at);
  }

  /** For {@linkcode MessageViews}. */
  protected override viewsOf<V>(id: string): readonly V[] {
    const text = this.#text.copy();
    return text.segments.findAll(idOf(id)).map((at) => openView<V>(text, at));
  }

  /**
   * What is to be changed to make another message out of this one, in the order of the other. Segments are matched by
   * what they hold and are about, and repetitions of a field likewise: one that was put in or taken out is one change
   * with its encoded text, however many stand behind it; everything else is told leaf by leaf. Takes n log n.
   */
  changesTo(other: Hl7Message): readonly Change[] {
    return differenceOf(this.#text, other.#text);
  }

  /** From now on {@linkcode Hl7Message.set} throws. */
  freeze(): void {
    this.#frozen = true;
  }

  /**
   * The message with CR after every segment, in the character set it came in, or in the one that is asked for: MSH-18
   * then names it, `ASCII` among them. Errors: HL7V2_CHARACTER_UNENCODABLE, with the place in its facts, only where the
   * character set was changed, or the message was read from text that MSH-18 has no room for;
   * HL7V2_CHARSET_UNSUPPORTED.
   */
  toBytes(options: WriteOptions = {}): Uint8Array {
    return options.charset === undefined ? this.#text.toBytes() : this.#text.toBytesIn(options.charset);
  }
}
