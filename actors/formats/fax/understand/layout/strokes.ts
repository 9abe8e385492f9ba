/** Letters that blur into each other, as the upright strokes that are left of them; what is round is one. */
const STROKES: Readonly<Record<string, string>> = {
  m: "lll",
  n: "ll",
  u: "ll",
  h: "ll",
  r: "l",
  t: "l",
  f: "l",
  j: "l",
  y: "v",
  e: "o",
  c: "o",
};

/**
 * A folded text as the strokes it is made of. Where strokes lie close, lines of standard resolution do not say which of them
 * belong together: `Joint` becomes `Jomt`, `Patient` becomes `Pauent`, and their strokes are the same.
 */
export function strokesOf(folded: string): string {
  let strokes = "";
  for (const letter of folded) strokes += STROKES[letter] ?? letter;
  return strokes;
}

/** Shorter words have the strokes of too many others. */
export const STROKED_MIN = 5;

/** Whether strokes tell a phrase from running text: letters stand among them that nothing blurs. */
export const isTelling = (strokes: string): boolean => strokes.replace(/[lov]/g, "").length >= LETTERS_MIN;
const LETTERS_MIN = 2;
