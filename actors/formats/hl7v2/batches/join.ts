import type { AnswerFacts } from "../../../../runtime/contract/format.ts";
import { joinBytes } from "../charsets/utf8.ts";
import { RECOMMENDED } from "../syntax/delimiters.ts";
import { findHeader, Header } from "../syntax/header.ts";
import { bytesOf, controlIdOf, timestamp, trimmed } from "../syntax/own_segment.ts";
import { CR, unwrap } from "../syntax/wire.ts";

/**
 * One file of one batch (HL7 v2.9.1 section 2.9.3): FHS, BHS, the messages, BTS with their count, FTS with the count of
 * batches. Delimiters, applications and facilities are those of the first message, byte for byte. FHS-11 and BHS-11 are
 * its control id.
 */
export function join(payloads: readonly Uint8Array[], facts: AnswerFacts): Uint8Array {
  const first = (payloads.length > 0 ? findHeader(payloads[0]) : undefined) ?? new Header("", RECOMMENDED);
  const { field, encoding } = first.delimiters;
  const common = [
    encoding,
    ...[3, 4, 5, 6].map((n) => first.field(n)),
    timestamp(facts.atMs),
    "",
    "",
    "",
    controlIdOf(facts.id),
  ];
  const segment = (...parts: (string | number)[]) => bytesOf(trimmed(parts, field) + "\r");
  return joinBytes([
    segment("FHS", ...common),
    segment("BHS", ...common),
    ...payloads.flatMap(terminated),
    segment("BTS", payloads.length),
    segment("FTS", 1),
  ]);
}

/** A message with CR behind its last segment. */
export function terminated(payload: Uint8Array): Uint8Array[] {
  const message = unwrap(payload);
  return message.at(-1) === CR ? [message] : [message, Uint8Array.of(CR)];
}
