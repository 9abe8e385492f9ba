import type { MitralError } from "../../../../runtime/contract/error.ts";
import type { NumberVerdict } from "../../../../runtime/contract/format.ts";
import { errors } from "../errors.ts";

/** What a sequence number means to the receiver of a message. */
export interface SequenceVerdict {
  /**
   * - `accept`: it is the next, or the first after a resynchronisation.
   * - `duplicate`: the last one again, since the acknowledgment was lost. It is not processed again.
   * - `start`: 0, the initiator (re)starts the link and asks what comes next. The message has no other meaning.
   * - `resync`: -1, whatever positive number comes next is the base. The message has no other meaning.
   * - `refuse`: a gap, a number of long ago, or none at all.
   */
  readonly result: "accept" | "duplicate" | "start" | "resync" | "refuse";
  /** MSA-4 of the acknowledgment: the number echoed, or the one that is expected; -1 where none is known. */
  readonly expected: number;
  /** The last number accepted, from now on; `null`: none is known. */
  readonly last: number | null;
  /** Why it is refused: HL7V2_SEQUENCE_BROKEN, HL7V2_SEQUENCE_INVALID. */
  readonly error?: MitralError;
}

/**
 * The receiver's side of the sequence number protocol (HL7 v2.9.1 section 2.9.1): what MSH-13 means after the last
 * number that was accepted on the same link, and what MSA-4 says. The caller keeps `last`, and MUST store it before it
 * acknowledges.
 *
 * A number below the last one is refused, not taken for a duplicate: an initiator that has lost its count would
 * otherwise be told that messages were taken which nobody has seen.
 */
export function judgeSequence(sequenceNumber: string, last: number | null): SequenceVerdict {
  const expected = last === null ? NONE : last + 1;
  const refuse = (code: "HL7V2_SEQUENCE_BROKEN" | "HL7V2_SEQUENCE_INVALID"): SequenceVerdict => ({
    result: "refuse",
    expected,
    last,
    error: errors.error(code, { path: "MSH-13", expected }),
  });
  const number = readNumber(sequenceNumber);
  if (number === undefined) return refuse("HL7V2_SEQUENCE_INVALID");
  if (number === START) return { result: "start", expected, last };
  if (number === RESYNC) return { result: "resync", expected: RESYNC, last: null };
  if (last === null || number === expected) return { result: "accept", expected: number, last: number };
  if (number === last) return { result: "duplicate", expected, last };
  return refuse("HL7V2_SEQUENCE_BROKEN");
}

/** The same in the words of the contract. */
export function judgeNumber(number: string, last: number | null): NumberVerdict {
  const { result, error, ...numbers } = judgeSequence(number, last);
  if (error) return { kind: "refused", error, ...numbers };
  return { kind: result === "accept" ? "next" : result === "duplicate" ? "repeated" : "link", ...numbers };
}

const START = 0, RESYNC = -1, NONE = -1;

/** A positive whole number, 0 or -1, as an NM field may write it: with a sign, with zeros in front or as decimals. */
function readNumber(text: string): number | undefined {
  const digits = /^\s*([+-]?\d+)(?:\.0*)?\s*$/.exec(text)?.[1];
  const number = Number(digits);
  return Number.isSafeInteger(number) && number >= RESYNC ? number + 0 : undefined;
}
