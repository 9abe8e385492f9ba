import { digitOf, joined, letterOf, type Match, repairNotes, trimmed, type TypeReader } from "./match.ts";

/** Identifiers whose shape is known: `INV-######`. What stands at each place says how it is repaired. */
export function patternReader(patterns: readonly string[]): TypeReader {
  return {
    wordsMax: 3,
    read(text) {
      const pieces = text.includes(" ");
      const plain = trimmed(joined(text));
      let best: Match | undefined;
      for (const pattern of patterns) {
        for (const candidate of candidatesFor(plain, pattern)) {
          const match = fit(candidate.text, pattern, candidate.certainty);
          if (match && (!best || match.certainty > best.certainty)) best = match;
        }
      }
      if (!best || !pieces) return best;
      return { ...best, certainty: best.certainty * 0.97, notes: [...best.notes, "joined"] };
    },
  };
}

/** The text itself, and with a hyphen put in where the pattern has one and the text lacks it. */
function candidatesFor(text: string, pattern: string): readonly { text: string; certainty: number }[] {
  const candidates = [{ text, certainty: 1 }];
  const shape = joined(pattern);
  if (text.length === shape.length - 1) {
    for (const [at, character] of [...shape].entries()) {
      if (!/[\w#@*]/.test(character)) {
        candidates.push({ text: text.slice(0, at) + character + text.slice(at), certainty: 0.9 });
      }
    }
  }
  return candidates;
}

/** Marks that are taken for each other. */
const MARKS = /[-–—_~.,=/\\]/u;

function fit(text: string, pattern: string, certaintySoFar: number): Match | undefined {
  const shape = joined(pattern);
  const characters = [...text];
  if (characters.length !== shape.length) return undefined;
  let value = "";
  let certainty = certaintySoFar;
  for (const [at, wanted] of [...shape].entries()) {
    const found = fitOne(characters[at], wanted);
    if (!found) return undefined;
    value += found[0];
    certainty *= found[1];
  }
  return {
    value,
    certainty,
    notes: repairNotes(certainty),
    isStrict: !shape.includes("*"),
    explainsDoubt: certainty < certaintySoFar,
  };
}

function fitOne(character: string, wanted: string): readonly [string, number] | undefined {
  if (wanted === "#") return digitOf(character);
  if (wanted === "@") return letterOf(character);
  if (wanted === "*") return eitherOf(character);
  if (character === wanted) return [wanted, 1];
  if (MARKS.test(wanted)) return MARKS.test(character) ? [wanted, 0.97] : undefined;
  if (/[lI1|!]/.test(character) && /[lI1]/.test(wanted)) return [wanted, 0.95];
  const alike = /\d/.test(wanted) ? digitOf(character) : letterOf(character);
  return alike?.[0] === wanted.toUpperCase() ? [wanted, alike[1]] : undefined;
}

/** Where either may stand, nothing tells those apart that look alike. */
function eitherOf(character: string): readonly [string, number] | undefined {
  if (/[01258OIZSBQDG]/.test(character)) return [character, 0.97];
  if (/[A-Z0-9]/.test(character)) return [character, 1];
  if (/[a-z]/.test(character)) return [character.toUpperCase(), 0.9];
  return undefined;
}
