import type { MitralError } from "../../../../runtime/contract/error.ts";
import type { AnswerFacts } from "../../../../runtime/contract/format.ts";
import type { Answer, Outcome } from "../../../../runtime/contract/message.ts";
import { utf8 } from "../charsets/utf8.ts";
import { wideCharsetOf } from "../charsets/wide.ts";
import { HL7V2_TYPE } from "../hl7_message.ts";
import { findHeader, type Header } from "../syntax/header.ts";
import { bytesOf, controlIdOf, timestamp, trimmed } from "../syntax/own_segment.ts";
import { errorSegments } from "./_error_segments.ts";
import { ownText } from "./_own_text.ts";
import { versionOf } from "./_version.ts";

/** Length of MSA-3, which was withdrawn with v2.7. */
const SAYS_LENGTH = 80;

/**
 * The acknowledgment of a received message (HL7 v2.9.1 sections 2.8.2 and 2.8.3), for whatever has an MSH at the start
 * of a line; `null` where none is found, or where the sender wants none.
 *
 * - MSH-15 and MSH-16 both empty is original mode: always answered, with AA, AE or AR.
 * - Otherwise MSH-15 says whether an accept acknowledgment is wanted (CA, CE, CR), and MSH-16 whether an application
 *   acknowledgment is (AA, AE, AR): AL, ER, SU, NE. Empty beside one that is not is NE.
 * - Where there is only one answer, it is the accept acknowledgment if that is wanted, else the application's.
 *
 * What is wrong with the message is an error (AE, CE); what this gateway does not take, and its own trouble, is a
 * reject (AR, CR). Everything taken from the message goes back byte for byte, between its own delimiters.
 */
export function answer(received: Uint8Array, outcome: Outcome, facts: AnswerFacts): Answer | null {
  const { which } = facts;
  const given = outcome.kind === "filtered" ? undefined : outcome.answer;
  if (given && which === undefined) return given;
  const header = findHeader(received);
  if (header === undefined) return null;
  const error = outcome.kind === "rejected" || outcome.kind === "failed" ? outcome.error : undefined;
  const letter = answerLetter(header, error === undefined, which);
  if (letter === null) return null;
  if (given) return given;
  const code = letter + (error === undefined ? "A" : error.blame === "sender" ? "E" : "R");
  const segments = [acknowledgmentHeader(header, facts), ...acknowledgment(header, code, error, facts)];
  const bytes = bytesOf(segments.join("\r") + "\r");
  return { bytes: asWideAs(received, bytes), contentType: HL7V2_TYPE };
}

/** In UTF-16 or UTF-32 where the message is, as MSH-18 of the answer then says. */
function asWideAs(received: Uint8Array, bytes: Uint8Array): Uint8Array {
  return wideCharsetOf(received)?.encode(utf8.decode(bytes)) ?? bytes;
}

/**
 * True in enhanced mode where MSH-16 asks for an application acknowledgment. A sender that leaves MSH-15 empty waits for
 * one answer: it is answered once.
 */
export function isAnsweredTwice(received: Uint8Array): boolean {
  const header = findHeader(received);
  return header !== undefined && conditionIn(header, 15) !== "" &&
    ["AL", "ER", "SU"].includes(conditionIn(header, 16));
}

/** `A` for an application acknowledgment, `C` for an accept acknowledgment, `null` for none. */
function answerLetter(header: Header, isPositive: boolean, which: AnswerFacts["which"]): "A" | "C" | null {
  const accept = conditionIn(header, 15), application = conditionIn(header, 16);
  if (accept === "" && application === "") return "A";
  if (which !== "second" && which !== "apart" && isWanted(accept, isPositive)) return "C";
  return which !== "first" && isWanted(application, isPositive) ? "A" : null;
}

/** Table 0155. A word it does not have is taken for AL: too much is said rather than too little. */
function isWanted(condition: string, isPositive: boolean): boolean {
  if (condition === "" || condition === "NE") return false;
  return condition === "ER" ? !isPositive : condition === "SU" ? isPositive : true;
}

function conditionIn(header: Header, field: number): string {
  const value = header.component(field, 1);
  return value === '""' ? "" : value;
}

function acknowledgmentHeader(header: Header, { id, atMs, which }: AnswerFacts): string {
  const { field, encoding } = header.delimiters;
  // A message of its own wants to know that it arrived, an answer to an answer would have no end.
  const [accept, application] = which === "apart"
    ? ["AL", "NE"]
    : which === "second"
    ? ["NE", "NE"]
    : ["", ""];
  const fields = [
    "MSH",
    encoding,
    header.field(5),
    header.field(6),
    header.field(3),
    header.field(4),
    timestamp(atMs),
    "",
    acknowledgmentType(header),
    controlIdOf(id),
    header.field(11),
    header.field(12),
    "",
    "",
    accept,
    application,
    "",
    header.field(18),
  ];
  return trimmed(fields, field);
}

/** MSH-9: `ACK` in v2.1, with the event from v2.2 on, and with the structure from v2.3.1 on. */
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
  const version = versionOf(header);
  const says = error && version < 70 ? ownText(error.message, SAYS_LENGTH, delimiters) : "";
  const msa = trimmed(["MSA", code, header.field(10), says, expected ?? ""], delimiters.field);
  return error === undefined ? [msa] : [msa, ...errorSegments(error, version, delimiters)];
}
