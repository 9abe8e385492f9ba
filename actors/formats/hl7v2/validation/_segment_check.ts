import type { ComponentDefinition, FieldDefinition } from "../definitions/definition.ts";
import { tableDefinition } from "../definitions/definitions.ts";
import { newestVersion, type Version } from "../definitions/version.ts";
import type { Delimiters } from "../syntax/delimiters.ts";
import { oddEscape } from "./_escapes.ts";
import { Types } from "./_types.ts";
import { ruleBroken } from "./_value.ts";
import type { Report, Rule } from "./rules.ts";

/** What is known of the message a segment is part of. */
export interface Surroundings {
  readonly version: Version;
  readonly delimiters: Delimiters;
  /** The value of an encoded leaf. */
  decode(text: string): string;
  readonly report: Report;
}

/** HL7's order to delete what the receiver has: no value, and never wrong. */
const DELETE = '""';
const LATEST = Types.of(newestVersion);

type Level = "component" | "subcomponent" | "none";

/** Checks segments one after the other by what their version says of their fields. */
export class SegmentCheck {
  readonly #message: Surroundings;
  readonly #types: Types;
  /** Path of the segment, and where in it the check is: 0 for what it is not in. Paths are made of what is wrong only. */
  #place = "";
  #field = 0;
  #repetition = 0;
  #component = 0;
  #subcomponent = 0;

  constructor(message: Surroundings) {
    this.#message = message;
    this.#types = Types.of(message.version);
  }

  /** Checks one segment, whose path is `place`. */
  check(segment: string, place: string): void {
    this.#place = place;
    this.#leave();
    const id = segment.slice(0, 3), { delimiters } = this.#message;
    const now = this.#types.fieldsOf(id), later = LATEST.fieldsOf(id);
    if (now === undefined) {
      return this.#report(later ? "later_version" : id.startsWith("Z") ? "segment_local" : "segment_unknown");
    }
    if (segment.endsWith(delimiters.field)) this.#report("delimiters_trailing");
    const next = this.#types.fieldsAfter(id), texts = segment.split(delimiters.field);
    // MSH-1 is a delimiter itself and takes no place of its own; it and MSH-2 have been read as what they are.
    const before = id === "MSH" ? 1 : 0;
    for (let at = 2 * before; at < Math.max(now.length, texts.length - 1 + before); at++) {
      const text = texts[at + 1 - before] ?? "";
      const field = id === "OBX" ? resultField(now[at], texts) : now[at];
      this.#field = at + 1;
      if (text === "") {
        // What is required only of this result holds whatever the next version says.
        if (field && isRequired(field, field === now[at] ? next?.[at] : undefined)) {
          this.#report("field_missing");
        }
      } else if (field) this.#checkField(text, field, later?.[at]);
      // In QPD and RDT the parameters and columns of a query follow.
      else if (now.at(-1)?.type !== "varies") {
        this.#report(later?.[at] ? "later_version" : "field_unexpected");
      }
    }
  }

  #checkField(text: string, field: FieldDefinition, later: FieldDefinition | undefined): void {
    const { optionality, repeats, type } = field;
    if (text === DELETE) return;
    if (optionality === "W" || optionality === "X") return this.#report("field_withdrawn");
    if (optionality === "B") this.#report("field_deprecated");
    const repetitions = text.split(this.#message.delimiters.repetition);
    const most = repeats === true || type === "varies" ? Infinity : Number(repeats) || 1;
    if (repetitions.length > most) this.#report("repetitions_too_many");
    for (const [at, repetition] of repetitions.entries()) {
      this.#repetition = at + 1;
      if (repetition === "") continue;
      if (this.#isOfLaterType(repetition, type, later?.type)) this.#report("later_version");
      else this.#checkPart(repetition, field, "component");
    }
    this.#leave();
  }

  /** True where a field has components its type does not have, and the type it has got since does. */
  #isOfLaterType(text: string, type: string, laterType: string | undefined): boolean {
    const { component } = this.#message.delimiters;
    if (type === "varies" || !text.includes(component)) return false;
    const count = text.split(component).findLastIndex((part) => part !== "") + 1;
    if (count <= (this.#types.partsOf(type)?.length ?? 1)) return false;
    // A value of OBX-5 is of the type OBX-2 says; CE has become CWE.
    const then = laterType === "varies" ? type.replace(/^CE$/, "CWE") : laterType ?? "";
    return count <= (LATEST.partsOf(then)?.length ?? 0);
  }

  /** Checks one repetition or part of one; `level` is what its own parts are called. */
  #checkPart(text: string, definition: ComponentDefinition, level: Level): void {
    const { type } = definition;
    if (text === DELETE || type === "varies" || type === "") return;
    const parts = level === "none" ? undefined : this.#types.partsOf(type);
    if (parts === undefined || level === "none") return this.#checkLeaf(text, definition, level);
    const texts = text.split(this.#message.delimiters[level]);
    for (let at = 0; at < Math.max(texts.length, parts.length); at++) {
      const part = parts[at];
      if (level === "component") this.#component = at + 1;
      else this.#subcomponent = at + 1;
      if (texts[at]) {
        if (part) this.#checkPart(texts[at], part, level === "component" ? "subcomponent" : "none");
        else this.#report("component_unexpected");
      } else if (part?.optionality === "R") this.#report("component_missing");
    }
    this.#subcomponent = 0;
    if (level === "component") this.#component = 0;
  }

  #checkLeaf(text: string, definition: ComponentDefinition, level: Level): void {
    const { delimiters, version } = this.#message;
    const end = level === "none" ? text.length : endOfFirst(text, level, delimiters);
    const first = text.slice(0, end);
    if (end < text.length && !isEmpty(text.slice(end), delimiters)) this.#report("component_unexpected");
    if (first === "" || first === DELETE) return;
    const hasEscape = first.includes(delimiters.escape);
    const odd = hasEscape && oddEscape(first, delimiters);
    if (odd) this.#report(odd);
    if (first.includes("\uFFFD")) this.#report("charset_mismatch");
    const value = hasEscape ? this.#message.decode(first) : first;
    const broken = ruleBroken(value, definition, version);
    if (broken) this.#report(broken);
    else if (isTooLong(value, definition, version)) this.#report("value_too_long");
  }

  #leave(): void {
    this.#field =
      this.#repetition =
      this.#component =
      this.#subcomponent =
        0;
  }

  #report(rule: Rule): void {
    let path = this.#place;
    if (this.#field > 0) path += `-${this.#field}`;
    if (this.#repetition > 0) path += `[${this.#repetition}]`;
    if (this.#component > 0) path += `.${this.#component}`;
    if (this.#subcomponent > 0) path += `.${this.#subcomponent}`;
    this.#message.report(rule, path);
  }
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

/** Where the first of the parts ends that a leaf should not have. */
function endOfFirst(
  text: string,
  level: "component" | "subcomponent",
  { component, subcomponent }: Delimiters,
): number {
  const inner = text.indexOf(subcomponent), outer = level === "component" ? text.indexOf(component) : -1;
  return Math.min(inner < 0 ? text.length : inner, outer < 0 ? text.length : outer);
}

function isEmpty(rest: string, { component, subcomponent }: Delimiters): boolean {
  return rest.replaceAll(component, "").replaceAll(subcomponent, "") === "";
}

/**
 * Whether a value is longer than its version allows. From 2.7 on lengths bind only those who agree on them (HL7 v2.7
 * section 2.5.5); those of fields with components contradict their components in every version and are passed over, and
 * so are those that a code of the field's own table contradicts, as `CWE` in OBX-2.
 */
function isTooLong(value: string, definition: ComponentDefinition, version: Version): boolean {
  const { length = Infinity, table = "" } = definition;
  return value.length > length && version < "2.7" && !tableDefinition(table)?.values.has(value);
}
