import { fold } from "../layout/fold.ts";
import { strokesOf } from "../layout/strokes.ts";
import type { Note } from "../notes.ts";
import { commonNames } from "./lexicons/common_names.ts";
import { SHARED, type TypeReader } from "./match.ts";
import { plainText } from "./words.ts";

/** Names of people, their order as on the page. */
export const nameReader: TypeReader = {
  wordsMax: 8,
  read(text) {
    const plain = plainText(text).replace(ENDS, "").replace(/\s+,/g, ",");
    // Nothing as long is abbreviated: the comma behind a family name lost its tail.
    const value = plain.split(" ").map(repairedWord).join(" ").replace(/(?<=\p{L}{5})\.(?= )/gu, ",");
    if (!/\p{L}{2}/u.test(value) || !/\p{Lu}/u.test(value) || /[^\p{L}\p{M} .,'()-]/u.test(value)) {
      return undefined;
    }
    const words = value.split(/[\s,]+/).filter((word) => /\p{L}/u.test(word));
    if (words.some((word) => NO_NAMES.has(word.toLowerCase()))) return undefined;
    const notes: Note[] = value === plain ? [] : ["repaired"];
    // Nobody has one name alone on a form: the other is lost, or this is no name.
    if (words.length < 2) notes.push("length");
    const isOther = words.some(mayBeOther);
    if (isOther) notes.push("ambiguous");
    const certainty = (value === plain ? 1 : 0.9) * (words.length < 2 ? 0.4 : 1) * (isOther ? OTHER : 1);
    return { value, certainty, notes, shared: SHARED.name };
  },
};

const OTHER = 0.5;
const common = new Set(commonNames);
const byStrokes = Map.groupBy(commonNames, (name) => strokesOf(fold(name)));

/** Both passes read `Juha` where `Julia` stands: what has the strokes of a common name, and is none, may be that. */
function mayBeOther(word: string): boolean {
  return word.length > 3 && !common.has(word.toLowerCase()) && byStrokes.has(strokesOf(fold(word)));
}

/** What stands beside labels of people, and is nobody's name. */
const NO_NAMES = new Set(
  ("account address admission age authorization birth chart claim clinic consultation date department diagnosis dob fax " +
    "financial form hospital id information insurance invoice laboratory mrn name number of order patient payment " +
    "phone physician policy provider reason record referral regarding report request results routine services sex " +
    "signature specimen statement status subject telephone the total unknown urgent visit").split(" "),
);

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
