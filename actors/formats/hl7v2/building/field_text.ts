import { errors } from "../errors.ts";
import { trimmed } from "../syntax/own_segment.ts";
import type { Delimiters } from "../syntax/delimiters.ts";
import { Dtm } from "../values/dtm.ts";
import { Tm } from "../values/tm.ts";

/** One value; `null` is HL7's order to delete, `""` on the wire, and what is `undefined` is left empty. */
export type LeafValue = string | number | Dtm | Tm | null | undefined;

/** The parts of a value in order, or by their number from 1. */
export type Parts<V> = readonly V[] | { readonly [part: number]: V };

/** A component: one value, or its subcomponents. */
export type ComponentValue = LeafValue | Parts<LeafValue>;

/** A repetition of a field: one value, or its components. */
export type RepetitionValue = LeafValue | Parts<ComponentValue>;

/** A field: one repetition, or several. */
export type FieldValue = RepetitionValue | { readonly repeat: readonly RepetitionValue[] };

/** The fields of a segment by their number from 1: `{ 1: "1", 3: ["4711", "", "", "LAB"] }`. */
export type SegmentFields = { readonly [field: number]: FieldValue };

/** Encodes one value. */
type Encode = (value: string) => string;

/** The fields as encoded text, from the first on. Errors: HL7V2_PATH_INVALID, HL7V2_NUMBER_UNWRITABLE. */
export function fieldsText(
  id: string,
  fields: SegmentFields,
  delimiters: Delimiters,
  encode: Encode,
): readonly string[] {
  return placed(fields, id).map((value, at) => fieldText(value, `${id}-${at + 1}`, delimiters, encode));
}

/** A field as encoded text. Errors: HL7V2_PATH_INVALID, HL7V2_NUMBER_UNWRITABLE. */
export function fieldText(
  value: FieldValue,
  path: string,
  { repetition, component, subcomponent }: Delimiters,
  encode: Encode,
): string {
  const levels = [component, subcomponent];
  return isRepeated(value)
    ? trimmed(value.repeat.map((one) => textOf(one, path, levels, encode)), repetition)
    : textOf(value, path, levels, encode);
}

function textOf(
  value: RepetitionValue,
  path: string,
  [delimiter, ...inner]: readonly string[],
  encode: Encode,
): string {
  if (value === undefined) return "";
  if (value === null) return '""';
  if (typeof value === "number") return encode(numberText(value, path));
  if (typeof value === "string" || value instanceof Dtm || value instanceof Tm) return encode(String(value));
  if (delimiter === undefined) return errors.fail("HL7V2_PATH_INVALID", { path });
  const parts: readonly ComponentValue[] = Array.isArray(value) ? value : placed(value, path);
  return trimmed(Array.from(parts, (part) => textOf(part, path, inner, encode)), delimiter);
}

/** What has numbers, in order; what is between is `undefined`. */
function placed<V>(parts: { readonly [part: number]: V }, path: string): (V | undefined)[] {
  const all: (V | undefined)[] = [];
  for (const [part, value] of Object.entries(parts)) {
    if (!/^[1-9]\d{0,3}$/.test(part)) errors.fail("HL7V2_PATH_INVALID", { path: `${path}.${part}` });
    all[Number(part) - 1] = value;
  }
  return Array.from(all);
}

function numberText(value: number, path: string): string {
  const text = String(value);
  return /^-?\d+(\.\d+)?$/.test(text) ? text : errors.fail("HL7V2_NUMBER_UNWRITABLE", { path });
}

function isRepeated(value: FieldValue): value is { readonly repeat: readonly RepetitionValue[] } {
  return typeof value === "object" && value !== null && "repeat" in value;
}
