import { digitsOf, joined, repairNotes, trimmed, type TypeReader } from "./match.ts";
import type { Note } from "../notes.ts";

/** Numbers that name something. */
export function digitsReader(lengths: readonly number[]): TypeReader {
  return {
    wordsMax: 3,
    read(text) {
      const digits = digitsOf(trimmed(joined(text)));
      if (!digits || digits.text === "" || !/\d/.test(text)) return undefined;
      const isLong = lengths.length === 0 || lengths.includes(digits.text.length);
      const pieces = text.includes(" ");
      // Of a short number more than half may be repairs: then it was a word.
      if (digits.certainty < 0.7) return undefined;
      const notes: Note[] = [...repairNotes(digits.certainty)];
      if (!isLong) notes.push("length");
      if (pieces) notes.push("joined");
      const certainty = digits.certainty * (isLong ? 1 : 0.4) * (pieces ? 0.9 : 1);
      return { value: digits.text, certainty, notes, isStrict: lengths.length > 0 && isLong };
    },
  };
}
