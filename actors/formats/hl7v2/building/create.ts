import type { AnswerFacts } from "../../../../runtime/contract/format.ts";
import type { Hl7Message } from "../hl7_message.ts";
import { controlIdOf, timestamp } from "../syntax/own_segment.ts";
import { Dtm } from "../values/dtm.ts";
import { build } from "./build.ts";

/**
 * A message with nothing in it but what all of its type must have (HL7 v2.5.1 section 2.15.9 and, for EVN, 3.4.1): MSH
 * as {@linkcode build} makes it, with processing id P and version 2.5.1; for ADT also EVN with the event and the time.
 * `what` is the type as MSH-9 has it: `ORU`, `ADT^A04`, `ADT^A04^ADT_A01`.
 *
 * Errors: HL7V2_TYPE_INVALID.
 */
export function create(what: string, facts: AnswerFacts): Hl7Message {
  const time = Dtm.parse(timestamp(facts.atMs)) as Dtm;
  const made = build({ type: what, controlId: controlIdOf(facts.id), time });
  const [kind, event] = what.split("^");
  return kind === "ADT" ? made.withSegment("EVN", { 1: event, 2: time }) : made;
}
