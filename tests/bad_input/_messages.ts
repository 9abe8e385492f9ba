import { PATIENT } from "./_reference.ts";

const encoder = new TextEncoder();

/** Bytes of a text. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/** An HL7 v2 message of a type, `ADT^A01` where left out, about the one patient of these tests. */
export function hl7(controlId: string, type = "ADT^A01"): string {
  return [
    `MSH|^~\\&|ADMIT|WEST|LAB|EAST|20260105093000||${type}|${controlId}|P|2.5.1`,
    "EVN||20260105093000",
    `PID|1||4711^^^WEST^MR||${PATIENT}^Ada||19700101|F`,
  ].join("\r") + "\r";
}

/** A JSON document about the same patient. */
export function json(number: number): string {
  return JSON.stringify({ number, patient: { family: PATIENT } });
}

/** An acknowledgement taken apart by hand: no parser of the product judges the product's answers here. */
export class Ack {
  readonly #segments: readonly (readonly string[])[];

  constructor(text: string) {
    this.#segments = text.split("\r").filter((line) => line !== "").map((line) => line.split("|"));
  }

  /** A field, by its HL7 number; empty where it is absent. */
  field(segment: string, number: number): string {
    const found = this.#segments.find(([name]) => name === segment);
    return found?.[segment === "MSH" ? number - 1 : number] ?? "";
  }

  /** MSA-1 and MSA-2: `AE 17`. */
  get verdict(): string {
    return `${this.field("MSA", 1)} ${this.field("MSA", 2)}`;
  }

  /** The code of table 0357 in ERR-3. */
  get condition(): string {
    return this.field("ERR", 3).split("^")[0];
  }

  /** Our code and sentence, in ERR-5 and ERR-8. */
  get error(): { code: string; says: string } {
    return { code: this.field("ERR", 5).split("^")[0], says: unescaped(this.field("ERR", 8)) };
  }
}

function unescaped(text: string): string {
  const marks: Readonly<Record<string, string>> = { F: "|", S: "^", T: "&", R: "~", E: "\\" };
  return text.replace(/\\([FSTRE])\\/g, (_, mark: string) => marks[mark]);
}
