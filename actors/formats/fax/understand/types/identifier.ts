import type { Note } from "../notes.ts";
import { trimmed, type TypeReader } from "./match.ts";

/**
 * Identifiers whose shape nobody knows. Characters that look alike are told apart only where everything around them is
 * of one kind; elsewhere they stay as they were read, and nobody can be sure of them.
 */
export const identifierReader: TypeReader = {
  wordsMax: 3,
  read(text) {
    const notes: Note[] = [];
    let certainty = 1;
    const parts = trimmed(text).replace(/[–—]/gu, "-").replace(/^#\s*/, "").split(/\s+/);
    // Words of letters beside it are other text; pieces of an identifier have digits.
    if (parts.length > 1) {
      if (!parts.every((part) => /\d/.test(part) || /^[A-Z]{1,4}-?$/.test(part))) return undefined;
      notes.push("joined");
      certainty *= 0.9;
    }
    const plain = parts.join("");
    if (
      !/\d/.test(plain) || !/^[A-Za-z0-9](?:[A-Za-z0-9./|-]*[A-Za-z0-9])?$/.test(plain) || plain.length < 2
    ) return undefined;
    let value = "";
    for (const run of plain.split(/([./-])/)) {
      const [repaired, sureness] = repairedRun(run);
      value += repaired;
      certainty *= sureness;
    }
    if (value !== plain) notes.push("repaired");
    // An S before digits is a digit to both passes.
    else if (/^5\d{3}/.test(plain)) notes.push("ambiguous");
    else if (certainty < (parts.length > 1 ? 0.9 : 1)) notes.push("ambiguous");
    return { value, certainty, notes };
  },
};

const AS_DIGIT: Readonly<Record<string, string>> = { O: "0", o: "0", I: "1", l: "1", "|": "1" };

function repairedRun(run: string): readonly [string, number] {
  if (run.length < 2) return [run, /^[OIl|]$/.test(run) ? 0.8 : 1];
  // Digits with what looks like digits among them, digits on both sides.
  if (/^\d[\dOoIl|]*\d$/.test(run)) {
    const value = run.replace(/[OoIl|]/g, (character) => AS_DIGIT[character]);
    return [value, value === run ? 1 : 0.93];
  }
  // Capitals, then digits: what stands where one kind meets the other may be either.
  const mixed = /^([A-Z]+)(\d+)$/.exec(run);
  if (mixed) {
    return [
      run,
      /[OISBZ]$/.test(mixed[1]) && mixed[1].length > 1 || /^[01]/.test(mixed[2]) && mixed[1].length > 1
        ? 0.96
        : 0.995,
    ];
  }
  if (/^[A-Z]+$/.test(run)) return [run, 1];
  return [run, /[OoIl|SsBZ]/.test(run) ? 0.75 : 0.93];
}
