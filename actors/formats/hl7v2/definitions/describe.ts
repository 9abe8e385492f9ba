import { compilePath, type Path } from "../syntax/path.ts";
import type { ComponentDefinition } from "./definition.ts";
import { segmentDefinition, typeDefinition } from "./definitions.ts";
import { versionOf, VERSIONS } from "./version.ts";

/** What {@linkcode describe} reads of a message. */
export interface Described {
  /** See `Hl7Message.get`. */
  get(path: string): string | undefined;
}

/** Fields of any type, and the field of the same segment that says which. */
const TYPE_FIELDS: Readonly<Record<string, number>> = { "OBX-5": 2, "MFE-4": 5, "MFA-5": 6 };

/**
 * What HL7 calls the place a path names: `Patient Identification` for `PID`, `Patient Name` for `PID-5`,
 * `Patient Name, Family Name` for `PID-5.1`. Occurrences and repetitions do not matter; the first part of what has no
 * parts is itself. `undefined` for what HL7 does not define, such as Z-segments.
 *
 * `of` is a version, or the message itself: its MSH-12 then tells the version, and OBX-2 what the parts of OBX-5 are. A
 * place the version does not have is called as in the newest version that has it, since senders use fields of later
 * versions. Errors: HL7V2_PATH_INVALID.
 *
 * @example
 * ```ts
 * import { describe } from "mitral/hl7";
 *
 * describe("PID-5.1"); // "Patient Name, Family Name"
 * describe("PID-8", "2.3"); // "Sex"
 * ```
 */
export function describe(path: string, of?: string | Described): string | undefined {
  const steps = compilePath(path);
  const message = typeof of === "object" ? of : undefined;
  const version = versionOf(message ? message.get("MSH-12") : of as string | undefined);
  const type = message && typeIn(message, steps);
  const names = namesOf(steps, version, type) ?? firstNames(steps, type);
  return names?.join(", ");
}

function firstNames(steps: Path, type: string | undefined): readonly string[] | undefined {
  for (const version of VERSIONS.toReversed()) {
    const names = namesOf(steps, version, type);
    if (names) return names;
  }
  return undefined;
}

function typeIn(message: Described, { segment, field, occurrence }: Path): string | undefined {
  const typeField = TYPE_FIELDS[`${segment}-${field}`];
  if (typeField === undefined) return undefined;
  return message.get(`${segment}[${Math.max(occurrence, 1)}]-${typeField}`);
}

function namesOf(steps: Path, version: string, type: string | undefined): readonly string[] | undefined {
  const segment = segmentDefinition(steps.segment, version);
  if (!segment || !steps.field) return segment && [segment.name];
  const field = segment.fields[steps.field - 1];
  if (!field) return undefined;
  const names = [field.name];
  let part: ComponentDefinition = field.type === "varies" && type ? { ...field, type } : field;
  for (const number of [steps.component, steps.subcomponent]) {
    if (!number) break;
    const components = typeDefinition(part.type, version)?.components ?? [];
    if (components.length === 0 && number === 1) continue;
    part = components[number - 1];
    if (!part) return undefined;
    names.push(part.name);
  }
  return names;
}
