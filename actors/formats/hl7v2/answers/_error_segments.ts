import type { MitralError } from "../../../../runtime/contract/error.ts";
import type { Delimiters } from "../syntax/delimiters.ts";
import { trimmed } from "../syntax/own_segment.ts";
import { compilePath, type Path } from "../syntax/path.ts";
import { ownText } from "./_own_text.ts";
import { conditionOf } from "./_table_0357.ts";

/** So many are told; a message with more wrong is wrong enough. */
const ERRORS_MAX = 20;
/** Lengths of ERR-5.1 and ERR-8. */
const CODE_LENGTH = 199, SAYS_LENGTH = 250;

/**
 * The ERR segments of an error (HL7 v2.9.1 section 2.14.5): each of its causes by itself, where it has some. From v2.5 on
 * a segment each; before, one segment whose ERR-1 repeats. A place is told only of what the sender has to change.
 */
export function errorSegments(error: MitralError, version: number, delimiters: Delimiters): string[] {
  const errors = (error.causes.length > 0 ? error.causes : [error]).slice(0, ERRORS_MAX);
  if (version >= 50) return errors.map((each) => currentError(each, delimiters));
  const places = errors.map((each) => earlyPlace(each, delimiters));
  return [["ERR", places.join(delimiters.repetition)].join(delimiters.field)];
}

/** ERR from v2.5 on: location, condition, severity, our own code, and what happened in words. */
function currentError(error: MitralError, delimiters: Delimiters): string {
  const { component, field } = delimiters;
  const found = conditionOf(error), place = placeOf(error);
  const location = place
    ? [
      place.segment,
      place.occurrence || 1,
      ...[place.field, place.repetition, place.component, place.subcomponent]
        .map((n, level, all) => n > 0 ? n : all.slice(level + 1).some((deeper) => deeper > 0) ? 1 : ""),
    ]
    : [];
  return trimmed([
    "ERR",
    "",
    trimmed(location, component),
    [found.code, found.text, "HL70357"].join(component),
    severityOf(error),
    [ownText(error.code, CODE_LENGTH, delimiters), "", "L"].join(component),
    "",
    "",
    ownText(error.message, SAYS_LENGTH, delimiters),
  ], field);
}

/** A repetition of ERR-1 before v2.5: segment, its occurrence, field, condition. */
function earlyPlace(error: MitralError, { component, subcomponent }: Delimiters): string {
  const found = conditionOf(error), place = placeOf(error);
  const location = place ? [place.segment, place.occurrence || 1, place.field || ""] : ["", "", ""];
  return [...location, [found.code, found.text, "HL70357"].join(subcomponent)].join(component);
}

/** Table 0516: an error, unless a fact `hl7Severity` says warning (W), information (I) or fatal (F). */
function severityOf({ facts }: MitralError): string {
  const said = String(facts.hl7Severity);
  return /^[WIEF]$/.test(said) ? said : "E";
}

function placeOf({ blame, facts }: MitralError): Path | undefined {
  if (blame !== "sender" && blame !== "unsupported") return undefined;
  try {
    return compilePath(String(facts.path));
  } catch {
    return undefined;
  }
}
