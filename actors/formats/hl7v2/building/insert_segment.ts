import { errors } from "../errors.ts";
import type { MessageText } from "../syntax/message_text.ts";
import { trimmed } from "../syntax/own_segment.ts";
import { checkSingle, compilePath, LEFT_OUT } from "../syntax/path.ts";
import { fieldsText, type SegmentFields } from "./field_text.ts";

/**
 * Writes a new segment behind the one at `after`, or at the end.
 *
 * Errors: HL7V2_PATH_INVALID, HL7V2_OCCURRENCE_MISSING, HL7V2_NUMBER_UNWRITABLE, HL7V2_CHARACTER_UNENCODABLE.
 */
export function insertSegment(text: MessageText, id: string, fields: SegmentFields, after?: string): void {
  const path = compilePath(id);
  if (path.text !== path.segment || id === "MSH") errors.fail("HL7V2_PATH_INVALID", { path: id });
  const { delimiters, segments } = text;
  const at = after === undefined ? segments.count : placeOf(text, after) + 1;
  const parts = fieldsText(id, fields, delimiters, (value) => text.encoded(value, id));
  text.insert(at, trimmed([id, ...parts], delimiters.field));
}

function placeOf({ segments }: MessageText, after: string): number {
  const path = compilePath(after);
  checkSingle(path);
  if (path.field !== LEFT_OUT) errors.fail("HL7V2_PATH_INVALID", { path: after });
  const at = segments.find(path.id, path.occurrence || 1);
  return at < 0 ? errors.fail("HL7V2_OCCURRENCE_MISSING", { path: after }) : at;
}
