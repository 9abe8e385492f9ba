import { assert } from "@std/assert";

/** A patient nobody has: wherever the name turns up, content has leaked. */
export const CANARY = "Wrenquillson";

const plain = new TextEncoder().encode(CANARY);

/** The name as somebody may have written it: plain, as hexadecimal digits, as base64 wherever it starts in its text. */
const guises = [
  CANARY.toLowerCase(),
  plain.toHex(),
  // What stands in front shifts the digits; what touches the neighbours is left out.
  ...[0, 1, 2].map((shift) =>
    Uint8Array.of(...new Uint8Array(shift), ...plain).toBase64({ omitPadding: true }).slice(shift + 1, -2)
  ),
];

/** Fails where a text holds the canary. The text must be there: a place that says nothing proves nothing. */
export function assertQuiet(place: string, text: string): void {
  assert(text.length > 0, `${place} says nothing`);
  for (const guise of guises) {
    const isExact = guise !== CANARY.toLowerCase();
    const at = (isExact ? text : text.toLowerCase()).indexOf(guise);
    assert(at < 0, `${place} tells the name: ${text.slice(Math.max(0, at - 200), at + 100)}`);
  }
}

/** Segments of a message of each type. What stands behind MSH is the canary, all of it. */
const SEGMENTS: Readonly<Record<string, readonly string[]>> = {
  "ADT^A01": ["EVN", "PID", "PD1", "NK1", "PV1", "PV2", "AL1", "DG1", "GT1", "IN1", "IN2", "ZPD"],
  "ADT^A40": ["EVN", "PID", "PD1", "MRG", "PV1", "ZMG"],
  "ORU^R01": ["PID", "PV1", "ORC", "OBR", "NTE", "OBX", "OBX", "NTE", "SPM", "ZRS"],
  "ORM^O01": ["PID", "PV1", "IN1", "GT1", "AL1", "ORC", "OBR", "DG1", "ZOR"],
  "SIU^S12": ["SCH", "NTE", "PID", "PV1", "RGS", "AIS", "AIG", "AIL", "AIP", "ZSI"],
  "DFT^P03": ["EVN", "PID", "PV1", "FT1", "PR1", "GT1", "IN1", "ZBI"],
  "MDM^T02": ["EVN", "PID", "PV1", "TXA", "OBX", "ZDC"],
};

/** Every type there is a message of. */
export const types: readonly string[] = Object.keys(SEGMENTS);

/** More fields than any segment has. */
const FIELDS = 50;
/** A field with components, a subcomponent and a repetition, each the canary. */
const field = `${CANARY}^${CANARY}&${CANARY}^^${CANARY}~${CANARY}^${CANARY}`;

/**
 * A message of a type with the canary in every field, component, subcomponent and repetition of every segment, and in
 * each field of MSH that is free text or a name. `controlId` and the type are what operators may see.
 */
export function canaryMessage(type: string, controlId: string): string {
  const header = [
    "MSH",
    "^~\\&",
    ...[3, 4, 5, 6].map(() => `${CANARY}^${CANARY}^${CANARY}`),
    CANARY,
    CANARY,
    type,
    controlId,
    `P^${CANARY}`,
    `2.5.1^${CANARY}&${CANARY}`,
    CANARY,
    CANARY,
    "",
    "",
    CANARY,
    "UNICODE UTF-8",
    ...Array.from({ length: 7 }, () => field),
  ].join("|");
  const line = (segment: string) => [segment, ...Array.from({ length: FIELDS }, () => field)].join("|");
  return [header, ...SEGMENTS[type].map(line)].join("\r") + "\r";
}

/** Fields of MSH an acknowledgement has to give back (HL7 v2.9.1 section 2.8): who, to whom, MSH-11, MSH-12, MSH-18. */
const GIVEN_BACK = [3, 4, 5, 6, 11, 12, 18];

/** What of an acknowledgement is the gateway's own words. */
export function ownWordsOf(ack: string): string {
  return ack.split("\r").map((line) => {
    const fields = line.split("|");
    // MSH-1 is the separator itself, so field n stands at n - 1.
    return line.startsWith("MSH") ? fields.filter((_, at) => !GIVEN_BACK.includes(at + 1)).join("|") : line;
  }).join("\r");
}
