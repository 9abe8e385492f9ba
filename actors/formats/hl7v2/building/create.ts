import type { AnswerFacts } from "../../../../runtime/contract/format.ts";
import { controlIdOf, timestamp, trimmed } from "../syntax/own_segment.ts";
import { structureIdOf } from "../structures/structure.ts";
import { RECOMMENDED } from "../syntax/delimiters.ts";
import { errors } from "../errors.ts";
import { Hl7Message } from "../hl7_message.ts";

const TYPE = /^([A-Z0-9]{3})(?:\^([A-Z0-9]{3})(?:\^[A-Z0-9_]{3,7})?)?$/;

/**
 * A message with nothing in it but what all of its type must have (HL7 v2.5.1 section 2.15.9 and, for EVN, 3.4.1): MSH
 * with the recommended delimiters, time, type, control id, processing id P and version 2.5.1; for ADT also EVN with the
 * event and the time. MSH-18 says UTF-8, which is what it is written in. `what` is the type as MSH-9 has it: `ORU`, `ADT^A04`, `ADT^A04^ADT_A01`; a structure that is left
 * out is added where it is known.
 *
 * Errors: HL7V2_TYPE_INVALID.
 */
export function create(what: string, facts: AnswerFacts): Hl7Message {
  const parts = TYPE.exec(what);
  if (parts === null) return errors.fail("HL7V2_TYPE_INVALID", { what });
  const [, kind, event = ""] = parts;
  const { field, encoding, component } = RECOMMENDED;
  const time = timestamp(facts.atMs);
  const structure = what.split(component).length > 2 ? "" : structureIdOf({ kind, event }, "2.5.1") ?? "";
  const type = trimmed([what, structure], component);
  const segments = [
    [
      "MSH",
      encoding,
      "",
      "",
      "",
      "",
      time,
      "",
      type,
      controlIdOf(facts.id),
      "P",
      "2.5.1",
      "",
      "",
      "",
      "",
      "",
      "UNICODE UTF-8",
    ],
    ...(kind === "ADT" ? [["EVN", event, time]] : []),
  ];
  return Hl7Message.parse(segments.map((parts) => parts.join(field)).join("\r"));
}
