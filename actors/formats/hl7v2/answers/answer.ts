import type { MitralError } from "../../../../runtime/contract/error.ts";
import type { AnswerFacts } from "../../../../runtime/contract/format.ts";
import type { Answer, Outcome } from "../../../../runtime/contract/message.ts";
import { bytesOf, controlIdOf, timestamp, trimmed } from "../syntax/own_segment.ts";
import { type Condition, conditionOf } from "./_table_0357.ts";
import type { Delimiters } from "../syntax/delimiters.ts";
import { encodeEscapes } from "../syntax/escape.ts";
import { findHeader, type Header } from "../syntax/header.ts";
import { HL7V2_TYPE } from "../hl7_message.ts";
import { compilePath, type Path } from "../syntax/path.ts";

/**
 * The acknowledgment of a received message (HL7 v2.9.1 sections 2.8.2 and 2.8.3), for whatever has an MSH at the start
 * of a line; `null` where none is found, or where the sender wants none.
 *
 * - MSH-15 says whether an accept acknowledgment is wanted (CA, CE, CR): AL, ER, SU; never where it is NE.
 * - MSH-15 empty and MSH-16 not: the application acknowledgment (AA, AE, AR) comes at once, under MSH-16's condition.
 * - Both empty is original mode: always answered, with AA, AE or AR.
 *
 * What is wrong with the message is an error (AE, CE); what this gateway does not take, and its own trouble, is a
 * reject (AR, CR). Everything taken from the message goes back byte for byte, between its own delimiters.
 */
export function answer(received: Uint8Array, outcome: Outcome, facts: AnswerFacts): Answer | null {
  if (outcome.kind !== "filtered" && outcome.answer) return outcome.answer;
  const header = findHeader(received);
  if (header === undefined) return null;
  const error = outcome.kind === "rejected" || outcome.kind === "failed" ? outcome.error : undefined;
  const letter = answerLetter(header, error === undefined);
  if (letter === null) return null;
  const code = letter + (error === undefined ? "A" : error.blame === "sender" ? "E" : "R");
  const segments = [acknowledgmentHeader(header, facts), ...acknowledgment(header, code, error, facts)];
  return { bytes: bytesOf(segments.join("\r") + "\r"), contentType: HL7V2_TYPE };
}

/** `A` for an application acknowledgment, `C` for an accept acknowledgment, `null` for none. */
function answerLetter(header: Header, isPositive: boolean): "A" | "C" | null {
  const accept = condition(header, 15), application = condition(header, 16);
  if (accept === "" && application === "") return "A";
  const [letter, wanted] = accept === "" ? ["A", application] as const : ["C", accept] as const;
  if (wanted === "NE" || wanted === "ER" && isPositive || wanted === "SU" && !isPositive) return null;
  return letter;
}

function condition(header: Header, field: number): string {
  const value = header.component(field, 1);
  return value === '""' ? "" : value;
}

function acknowledgmentHeader(header: Header, facts: AnswerFacts): string {
  const { field, encoding } = header.delimiters;
  const fields = [
    "MSH",
    encoding,
    header.field(5),
    header.field(6),
    header.field(3),
    header.field(4),
    timestamp(facts.atMs),
    "",
    acknowledgmentType(header),
    controlIdOf(facts.id),
    header.field(11),
    header.field(12),
    "",
    "",
    "",
    "",
    "",
    header.field(18),
  ];
  return trimmed(fields, field);
}

function acknowledgmentType(header: Header): string {
  const { component } = header.delimiters;
  const event = header.component(9, 2), version = versionOf(header);
  if (event === "" || version < 20) return "ACK";
  return ["ACK", event, ...(version >= 31 ? ["ACK"] : [])].join(component);
}

function acknowledgment(
  header: Header,
  code: string,
  error: MitralError | undefined,
  { expected }: AnswerFacts,
): string[] {
  const { delimiters } = header;
  const says = error && versionOf(header) < 50 ? safe(error.message.slice(0, 80), delimiters) : "";
  const msa = trimmed(["MSA", code, header.field(10), says, expected ?? ""], delimiters.field);
  if (error === undefined) return [msa];
  const found = conditionOf(error);
  const place = error.blame === "sender" || error.blame === "unsupported" ? placeOf(error) : undefined;
  return [msa, (versionOf(header) < 50 ? earlyError : currentError)(delimiters, found, place, error)];
}

/** ERR from v2.5 on: location, code, severity, and what happened in words. */
function currentError(
  delimiters: Delimiters,
  found: Condition,
  place: Path | undefined,
  error: MitralError,
): string {
  const { component } = delimiters;
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
    "E",
    "",
    "",
    safe(error.code, delimiters),
    safe(error.message, delimiters),
  ], delimiters.field);
}

/** ERR before v2.5: segment, its occurrence, field, code, all in ERR-1. */
function earlyError(delimiters: Delimiters, found: Condition, place: Path | undefined): string {
  const code = [found.code, found.text, "HL70357"].join(delimiters.subcomponent);
  const location = place ? [place.segment, place.occurrence || 1, place.field || ""] : ["", "", ""];
  return ["ERR", [...location, code].join(delimiters.component)].join(delimiters.field);
}

function placeOf(error: MitralError): Path | undefined {
  try {
    return compilePath(String(error.facts.path));
  } catch {
    return undefined;
  }
}

/** 10 for v2.1, 31 for v2.3.1: the part behind `2.`, in tenths. What has no version is taken for current. */
function versionOf(header: Header): number {
  const parts = /^2\.(\d)(?:\.(\d))?/.exec(header.component(12, 1));
  return parts ? Number(parts[1]) * 10 + Number(parts[2] ?? 0) : Infinity;
}

/** Text of ours in ASCII, which every character set of HL7 includes. */
function safe(text: string, delimiters: Delimiters): string {
  return encodeEscapes(text.replace(/[^\x20-\x7e]/gu, "?"), delimiters, () => undefined);
}
