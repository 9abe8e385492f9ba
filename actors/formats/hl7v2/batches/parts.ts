import { charsetToRead } from "../charsets/charset.ts";
import { errors } from "../errors.ts";
import { batchHeader } from "../syntax/header.ts";
import { bytesOf } from "../syntax/own_segment.ts";
import { CR, FS, LF, VT } from "../syntax/wire.ts";
import type { Piece } from "./_cut.ts";

/** What a batch file consists of, in the order it comes. */
export type BatchPart = BatchHeader | BatchMessage | BatchTrailer | BatchWarning;

/** FHS, the header of a file of batches, or BHS, the header of a batch. */
export interface BatchHeader {
  /** Which of the two. */
  readonly kind: "fileHeader" | "batchHeader";
  /** The segment as it came, without its terminator. */
  readonly bytes: Uint8Array;
  /** A field, by its own delimiters, as it stands: `field(11)` is the control id. Empty where it is absent. */
  field(n: number): string;
}

/** One message. */
export interface BatchMessage {
  /** Tells the parts apart. */
  readonly kind: "message";
  /** From MSH on, as it came; possibly too broken for {@linkcode Hl7Message.parse}. */
  readonly bytes: Uint8Array;
}

/** FTS, the trailer of a file of batches, or BTS, the trailer of a batch. */
export interface BatchTrailer {
  /** Which of the two. */
  readonly kind: "fileTrailer" | "batchTrailer";
  /** The segment as it came, without its terminator. */
  readonly bytes: Uint8Array;
  /** BTS-1, the messages of the batch; FTS-1, the batches of the file. `undefined` where it is no number. */
  readonly declared: number | undefined;
  /** How many there were. */
  readonly found: number;
}

/** Something that is not as the standard has it, and no reason to refuse the messages. */
export interface BatchWarning {
  /** Tells the parts apart. */
  readonly kind: "warning";
  /** What it is. */
  readonly code: BatchWarningCode;
}

/**
 * What a batch can be warned of: a header or trailer that is missing beside its counterpart; a count that differs from
 * what was found, or is no number.
 */
export type BatchWarningCode =
  | "fhsMissing"
  | "bhsMissing"
  | "btsMissing"
  | "ftsMissing"
  | "btsCountDiffers"
  | "ftsCountDiffers"
  | "btsCountInvalid"
  | "ftsCountInvalid";

/**
 * Makes parts of the pieces of a file, which follow `[FHS] { [BHS] { [messages] } [BTS] } [FTS]` (HL7 v2.9.1 section
 * 2.9.3). Headers and trailers may be missing; what cannot be any message's is refused.
 */
export class BatchReader {
  #messages = 0;
  /** Since the last header or trailer of a batch. */
  #inBatch = 0;
  /** Since the last header or trailer of a file, as far as a header or trailer tells of them. */
  #batches = 0;
  /** Messages in the file without any of these. */
  #hasLoose = false;
  #batchIsOpen = false;
  #fileIsOpen = false;

  /** Errors: HL7V2_BATCH_HEADER_MISPLACED, HL7V2_BATCH_SEGMENT_MISPLACED. */
  *read({ name, bytes }: Piece): Generator<BatchPart> {
    switch (name) {
      case "":
        return this.#refuseStrays(bytes);
      case "MSH":
        this.#messages++;
        this.#inBatch++;
        return yield { kind: "message", bytes };
      case "BHS":
        if (this.#batchIsOpen) this.#misplaced(name);
        this.#looseEnded();
        this.#batches++;
        this.#batchIsOpen = true;
        return yield this.#header("batchHeader", bytes);
      case "FHS":
        if (this.#batchIsOpen || this.#fileIsOpen) this.#misplaced(name);
        this.#fileEnded();
        this.#fileIsOpen = true;
        return yield this.#header("fileHeader", bytes);
      case "BTS":
        yield* this.#trailer("batchTrailer", bytes, this.#inBatch);
        if (!this.#batchIsOpen) yield warning("bhsMissing");
        if (!this.#batchIsOpen) this.#batches++;
        this.#batchIsOpen = false;
        this.#inBatch = 0;
        return;
      case "FTS":
        if (this.#batchIsOpen) yield warning("btsMissing");
        this.#batchIsOpen = false;
        this.#looseEnded();
        // Messages without BHS and BTS are one batch, as both may be left out.
        yield* this.#trailer("fileTrailer", bytes, this.#batches || Number(this.#hasLoose));
        if (!this.#fileIsOpen) yield warning("fhsMissing");
        return this.#fileEnded();
    }
  }

  /** There are no more pieces. */
  *end(): Generator<BatchPart> {
    if (this.#batchIsOpen) yield warning("btsMissing");
    if (this.#fileIsOpen) yield warning("ftsMissing");
  }

  #header(kind: BatchHeader["kind"], piece: Uint8Array): BatchHeader {
    const bytes = this.#segmentOf(piece);
    const header = batchHeader(bytes);
    return { kind, bytes, field: (n) => textOf(header.field(n)) };
  }

  *#trailer(kind: BatchTrailer["kind"], piece: Uint8Array, found: number): Generator<BatchPart> {
    const bytes = this.#segmentOf(piece);
    const count = batchHeader(bytes).field(2).trim();
    const declared = /^\d+$/.test(count) ? Number(count) : undefined;
    yield { kind, bytes, declared, found };
    const name = kind === "batchTrailer" ? "bts" : "fts";
    if (count !== "" && declared === undefined) yield warning(`${name}CountInvalid`);
    else if (declared !== undefined && declared !== found) yield warning(`${name}CountDiffers`);
  }

  /** The one segment of a piece. */
  #segmentOf(piece: Uint8Array): Uint8Array {
    const found = piece.findIndex((byte) => byte === CR || byte === LF || byte === VT || byte === FS);
    const end = found < 0 ? piece.length : found;
    this.#refuseStrays(piece.subarray(end));
    return piece.subarray(0, end);
  }

  #refuseStrays(bytes: Uint8Array): void {
    if (bytes.some((byte) => byte > 0x20)) {
      errors.fail("HL7V2_BATCH_SEGMENT_MISPLACED", { messages: this.#messages });
    }
  }

  #misplaced(header: string): never {
    return errors.fail("HL7V2_BATCH_HEADER_MISPLACED", { header, messages: this.#messages });
  }

  #looseEnded(): void {
    if (this.#inBatch > 0) this.#hasLoose = true;
    this.#inBatch = 0;
  }

  #fileEnded(): void {
    this.#fileIsOpen = false;
    this.#inBatch = 0;
    this.#batches = 0;
    this.#hasLoose = false;
  }
}

function warning(code: BatchWarningCode): BatchWarning {
  return { kind: "warning", code };
}

function textOf(field: string): string {
  const bytes = bytesOf(field);
  return charsetToRead(bytes, [], {}).decode(bytes).toWellFormed();
}
