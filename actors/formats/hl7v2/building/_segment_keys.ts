import { partOf } from "../syntax/parts.ts";
import type { Key } from "./_align.ts";

/** The fields that say what a segment is about, whatever else it says. */
const IDENTITY: Readonly<Record<string, readonly number[]>> = {
  AL1: [3],
  DG1: [3],
  FT1: [7],
  GT1: [3],
  IN1: [2, 3],
  NK1: [2],
  OBR: [4],
  OBX: [3, 4],
  ORC: [2, 3],
  PID: [3],
  PR1: [3],
  PRB: [3],
  ROL: [4],
  RXA: [5],
  RXE: [2],
  SPM: [2, 4],
  TXA: [12],
};

/** What segments are told by, from strict to loose. `field` separates the fields of all of them. */
export function segmentKeys(field: string): readonly Key<string>[] {
  return [
    (segment) => segment,
    // An inserted segment gives those behind it another set id.
    (segment) => {
      const number = partOf(segment, field, 2) ?? "";
      return /^\d+$/.test(number) ? segment.slice(0, 3) + segment.slice(4 + number.length) : undefined;
    },
    (segment) => {
      const id = segment.slice(0, 3);
      const values = IDENTITY[id]?.map((n) => partOf(segment, field, n + 1) ?? "") ?? [];
      return values.some((value) => value !== "") ? [id, ...values].join(field) : undefined;
    },
    (segment) => segment.slice(0, 3),
  ];
}
