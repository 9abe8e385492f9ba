import type { ComponentDefinition, FieldDefinition } from "../definitions/definition.ts";
import { segmentDefinition, tableDefinition, typeDefinition } from "../definitions/definitions.ts";
import { newestVersion, type Version, VERSIONS } from "../definitions/version.ts";
import type { Delimiters } from "../syntax/delimiters.ts";
import { oddEscape } from "./_escapes.ts";
import { ruleBroken } from "./_value.ts";
import type { Report } from "./rules.ts";

/** What the checks of one message share. */
export interface Checking {
  readonly version: Version;
  readonly delimiters: Delimiters;
  /** The value of an encoded leaf. */
  decode(text: string): string;
  readonly report: Report;
}

/** HL7's order to delete what the receiver has: no value, and never wrong. */
const DELETE = '""';

/** Checks one segment by what its version says of its fields. `place` is its path. */
export function checkSegment(segment: string, place: string, checking: Checking): void {
  const { report, delimiters, version } = checking;
  const id = segment.slice(0, 3);
  const now = segmentDefinition(id, version)?.fields, later = segmentDefinition(id, newestVersion)?.fields;
  if (now === undefined) return report(later ? "later_version" : ofNoVersion(id), place);
  const next = segmentDefinition(id, versionAfter(version))?.fields;
  if (segment.endsWith(delimiters.field)) report("delimiters_trailing", place);
  const fields = segment.split(delimiters.field);
  // MSH-1 is a delimiter itself and takes no place of its own; it and MSH-2 have been read as what they are.
  const before = id === "MSH" ? 1 : 0;
  for (let at = 2 * before; at < Math.max(now.length, fields.length - 1 + before); at++) {
    const text = fields[at + 1 - before] ?? "", path = `${place}-${at + 1}`;
    const field = id === "OBX" ? resultField(now[at], fields) : now[at];
    if (text === "") {
      // What is required only of this result holds whatever the next version says.
      if (field && isRequired(field, field === now[at] ? next?.[at] : undefined)) {
        report("field_missing", path);
      }
    } else if (field) checkField(text, path, field, later?.[at], checking);
    // In QPD and RDT the parameters and columns of a query follow.
    else if (now.at(-1)?.type !== "varies") report(later?.[at] ? "later_version" : "field_unexpected", path);
  }
}

function ofNoVersion(id: string) {
  return id.startsWith("Z") ? "segment_local" : "segment_unknown";
}

function versionAfter(version: Version): Version {
  return VERSIONS[VERSIONS.indexOf(version) + 1] ?? newestVersion;
}

/** What the next version no longer requires was an error as a rule, ORC-7 of 2.3 for one, and is not asked for. */
function isRequired({ optionality }: FieldDefinition, next: FieldDefinition | undefined): boolean {
  return optionality === "R" && next?.optionality !== "O" && next?.optionality !== "C";
}

/** In OBX the value is of the type that OBX-2 says, which is required where there is a value. */
function resultField(
  field: FieldDefinition | undefined,
  [, , type = "", , , value = ""]: readonly string[],
): FieldDefinition | undefined {
  if (field?.number === 2 && value !== "") return { ...field, optionality: "R" };
  return field?.number === 5 && tableDefinition("0125")?.values.has(type) ? { ...field, type } : field;
}

function checkField(
  text: string,
  path: string,
  definition: FieldDefinition,
  later: FieldDefinition | undefined,
  checking: Checking,
): void {
  const { report, delimiters } = checking, { optionality, repeats, type } = definition;
  if (text === DELETE) return;
  if (optionality === "W" || optionality === "X") return report("field_withdrawn", path);
  if (optionality === "B") report("field_deprecated", path);
  const repetitions = text.split(delimiters.repetition);
  const most = repeats === true || type === "varies" ? Infinity : Number(repeats) || 1;
  if (repetitions.length > most) report("repetitions_too_many", path);
  for (const [at, repetition] of repetitions.entries()) {
    const place = `${path}[${at + 1}]`;
    if (repetition === "") continue;
    if (isOfLaterType(repetition, type, later?.type, checking)) report("later_version", place);
    else checkPart(repetition, place, definition, "component", checking);
  }
}

/** True where a field has components its type does not have, and the type it has got since does. */
function isOfLaterType(
  text: string,
  type: string,
  laterType: string | undefined,
  { delimiters, version }: Checking,
): boolean {
  if (type === "varies" || !text.includes(delimiters.component)) return false;
  const count = text.split(delimiters.component).findLastIndex((part) => part !== "") + 1;
  const now = typeDefinition(type, version)?.components.length || 1;
  // A value of OBX-5 is of the type OBX-2 says; CE has become CWE.
  const then = laterType === "varies" ? type.replace(/^CE$/, "CWE") : laterType ?? "";
  return count > now && count <= (typeDefinition(then, newestVersion)?.components.length ?? 0);
}

type Level = "component" | "subcomponent" | "none";

/** Checks one repetition or part of one; `level` is what its own parts are called. */
function checkPart(
  text: string,
  path: string,
  definition: ComponentDefinition,
  level: Level,
  checking: Checking,
): void {
  const { type } = definition, { report } = checking;
  if (text === DELETE || type === "varies" || type === "") return;
  const parts = level === "none" ? undefined : partsOf(type, checking.version);
  if (parts === undefined || level === "none") return checkLeaf(text, path, definition, level, checking);
  const texts = text.split(checking.delimiters[level]);
  const inner = level === "component" ? "subcomponent" : "none";
  for (let at = 0; at < Math.max(texts.length, parts.length); at++) {
    const part = parts[at], place = `${path}.${at + 1}`;
    if (texts[at]) {
      if (part) checkPart(texts[at], place, part, inner, checking);
      else report("component_unexpected", place);
    } else if (part?.optionality === "R") report("component_missing", place);
  }
}

function checkLeaf(
  text: string,
  path: string,
  definition: ComponentDefinition,
  level: Level,
  { report, delimiters, decode, version }: Checking,
): void {
  const [first, ...others] = splitAny(text, level, delimiters);
  if (others.some((other) => other !== "")) report("component_unexpected", path);
  if (first === "" || first === DELETE) return;
  const hasEscape = first.includes(delimiters.escape);
  const odd = hasEscape && oddEscape(first, delimiters);
  if (odd) report(odd, path);
  if (first.includes("\uFFFD")) report("charset_mismatch", path);
  const value = hasEscape ? decode(first) : first;
  const broken = ruleBroken(value, definition, version);
  if (broken) report(broken, path);
  else if (isTooLong(value, definition, version)) report("value_too_long", path);
}

/** The parts of what should have none. */
function splitAny(text: string, level: Level, { component, subcomponent }: Delimiters): string[] {
  if (level === "none") return [text];
  const parts = text.split(subcomponent);
  return level === "component" ? parts.flatMap((part) => part.split(component)) : parts;
}

/** The components of a type; `undefined` where it has none. */
function partsOf(type: string, version: Version): readonly ComponentDefinition[] | undefined {
  const components = typeDefinition(type, version)?.components;
  if (components === undefined || components.length === 0) return undefined;
  // Older versions call the time within TS a mere ST.
  return type === "TS" ? [{ ...components[0], type: "DTM" }, ...components.slice(1)] : components;
}

/**
 * Whether a value is longer than its version allows. From 2.7 on lengths bind only those who agree on them (HL7 v2.7
 * section 2.5.5); those of fields with components contradict their components in every version and are passed over.
 */
function isTooLong(value: string, { length = Infinity }: ComponentDefinition, version: Version): boolean {
  return value.length > length && version < "2.7";
}
