import { errors } from "../errors.ts";
import { Hl7Message } from "../hl7_message.ts";
import { RECOMMENDED } from "../syntax/delimiters.ts";
import { MessageText } from "../syntax/message_text.ts";
import { parseText } from "../syntax/parse.ts";
import { compilePath } from "../syntax/path.ts";
import { Dtm, type DtmSource } from "../values/dtm.ts";
import { versionOf } from "../definitions/version.ts";
import { structureIdOf } from "../structures/structure.ts";
import { fieldText, type FieldValue, type SegmentFields } from "./field_text.ts";

/** What a new message says of itself: its MSH segment. */
export interface NewMessage {
  /** MSH-9: `ORU`, `ADT^A04`, `ADT^A04^ADT_A01`. A structure that is left out is added where it is known. */
  readonly type: string;
  /** MSH-10, by which the receiver's answer is told; the caller sees to it that no two messages share it. */
  readonly controlId: string;
  /** MSH-7. */
  readonly time: Dtm | DtmSource;
  /** MSH-12; `2.5.1` if left out. */
  readonly version?: string;
  /** MSH-3. */
  readonly sendingApplication?: FieldValue;
  /** MSH-4. */
  readonly sendingFacility?: FieldValue;
  /** MSH-5. */
  readonly receivingApplication?: FieldValue;
  /** MSH-6. */
  readonly receivingFacility?: FieldValue;
  /** MSH-11: `P`roduction, which it is if left out, `T`raining, `D`ebugging. */
  readonly processingId?: string;
  /** MSH-18, what the message is written in; `UNICODE UTF-8` if left out, ASCII where it is empty. */
  readonly charset?: string;
  /** MSH-1 and MSH-2; `|^~\&` if left out. */
  readonly delimiters?: string;
  /** Other fields of MSH by their number, which beat those above: `{ 15: "AL", 16: "NE" }`. */
  readonly header?: SegmentFields;
}

const TYPE = /^[A-Z0-9]{3}(?:\^[A-Z0-9]{3}(?:\^[A-Z0-9_]{3,7})?)?$/;

/**
 * Makes a new message that is all header (HL7 v2.9.1 section 2.13.9); segments are added by
 * {@linkcode Hl7Message.withSegment}. It takes neither clock nor chance: the same input gives the same bytes.
 *
 * Errors: HL7V2_TYPE_INVALID, HL7V2_DELIMITERS_INVALID, HL7V2_DELIMITERS_FIXED, HL7V2_PATH_INVALID,
 * HL7V2_NUMBER_UNWRITABLE, HL7V2_YEAR_UNWRITABLE, HL7V2_CHARACTER_UNENCODABLE.
 *
 * @example
 * ```ts
 * import { build, Dtm } from "mitral/hl7";
 *
 * const message = build({
 *   type: "ORU^R01",
 *   controlId: "4711",
 *   time: Dtm.parse("20260215073012+0000")!,
 *   sendingApplication: "LAB",
 * })
 *   .withSegment("PID", { 3: { repeat: [["4711", "", "", "HOSPITAL", "MR"], ["0815"]] }, 5: ["Doe", "Ann"] })
 *   .withSegment("OBX", { 1: 1, 2: "NM", 3: ["2823-3", "Potassium", "LN"], 5: 4.1, 11: "F" });
 * message.get("MSH-9.3"); // "ORU_R01"
 * ```
 */
export function build(facts: NewMessage): Hl7Message {
  const { type, version = "2.5.1", charset = "UNICODE UTF-8", processingId = "P", time } = facts;
  if (!TYPE.test(type)) errors.fail("HL7V2_TYPE_INVALID", { what: type });
  const given = facts.delimiters ?? RECOMMENDED.field + RECOMMENDED.encoding;
  const text = new MessageText(parseText(`MSH${given}${given.slice(0, 1)}`, {}));
  // First, since it decides what the others may hold.
  text.write(compilePath("MSH-18"), charset);
  const fields: SegmentFields = {
    3: facts.sendingApplication,
    4: facts.sendingFacility,
    5: facts.receivingApplication,
    6: facts.receivingFacility,
    7: time instanceof Dtm ? time : Dtm.from(time),
    9: [...type.split("^"), structureIn(version, type)],
    10: facts.controlId,
    11: processingId,
    12: version,
    ...facts.header,
  };
  for (const [field, value] of Object.entries(fields)) {
    const path = compilePath(`MSH-${field}`);
    if (path.field <= 2) errors.fail("HL7V2_DELIMITERS_FIXED", { path: path.text });
    text.writeEncoded(
      path,
      fieldText(value, path.text, text.delimiters, (value) => text.encoded(value, path.text)),
    );
  }
  return Hl7Message.parse(text.segments.join());
}

/** MSH-9.3 came with version 2.3.1. */
function structureIn(version: string, type: string): string {
  const [kind, event = "", structure] = type.split("^");
  const hasNone = /^2\.([12]|3$)/.test(version) || structure !== undefined;
  return hasNone ? "" : structureIdOf({ kind, event }, versionOf(version)) ?? "";
}
