import { type DemoMessage, patients } from "./messages.ts";
import { bytesOf, fieldsOf } from "../_kit/mllp.ts";

/**
 * What the laboratory's system must receive for a message, byte for byte: the changes the two gateway files ask for,
 * made here a second time without any of the gateway's code, and nothing else changed.
 */
export function expectedAtLab({ bytes, patient }: DemoMessage): Uint8Array<ArrayBuffer> {
  const { number, e164 } = patients[patient];
  const segments = fieldsOf(bytes);
  for (const fields of segments) {
    if (fields[0] === "MSH") [fields[5], fields[6]] = ["LIS", "METRO_LAB"];
    if (fields[0] === "PV1") {
      while (fields.length < 19) fields.push("");
      fields[19] = `ACC${number}`;
    }
    if (fields[0] === "PID") {
      if (e164 !== "") fields[13] = fields[13].replace(/^[^^~]*/, e164);
      // Deleted, but in its place: the separator before it stays.
      if (fields.length > 19) fields[19] = "";
    }
  }
  return bytesOf(segments);
}

/** True where both hold the same bytes. */
export function areEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
