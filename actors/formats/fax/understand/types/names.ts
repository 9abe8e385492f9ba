import { SHARED, type TypeReader } from "./match.ts";
import { plainText } from "./words.ts";

/** Names of people, their order as on the page. */
export const nameReader: TypeReader = {
  wordsMax: 8,
  read(text) {
    const plain = plainText(text).replace(ENDS, "").replace(/\s+,/g, ",");
    const value = plain.split(" ").map(repairedWord).join(" ");
    if (!/\p{L}{2}/u.test(value) || !/\p{Lu}/u.test(value) || /[^\p{L}\p{M} .,'()-]/u.test(value)) {
      return undefined;
    }
    const certainty = value === plain ? 1 : 0.9;
    return { value, certainty, notes: certainty < 1 ? ["repaired"] : [], shared: SHARED.name };
  },
};

const ENDS = /^[|_~*•:;,.\-–—=\s]+|[|_~*•:;,\-–—=\s]+$/gu;
/** Words of a name that begin with a small `l`. */
const PARTICLES = /^l[aeio]s?$/;

/** There are no digits in names, and what is abbreviated before and behind them is known. */
function repairedWord(word: string): string {
  if (/^[O0]r\.?$/.test(word)) return word.replace(/^[O0]/, "D");
  if (/^[DM]0$/.test(word)) return word.replace("0", word.startsWith("D") ? "O" : "D");
  if (word === "MO") return "MD";
  const letters = word
    .replace(/(?<=\p{Ll})0/gu, "o")
    .replace(/0(?=['\p{L}])|(?<=\p{Lu})0/gu, "O")
    .replace(/(?<=\p{Ll})[1|!](?=\p{Ll})/gu, "l")
    .replace(/^[1|!](?=\p{L})|^[1|!]$/u, "I");
  return /^l\p{Ll}{2}/u.test(letters) && !PARTICLES.test(letters) ? `I${letters.slice(1)}` : letters;
}
