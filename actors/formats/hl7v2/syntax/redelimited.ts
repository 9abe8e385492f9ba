import type { Delimiters } from "./delimiters.ts";

const NAMES = ["field", "component", "repetition", "escape", "subcomponent"] as const;
const LETTERS = { field: "F", component: "S", repetition: "R", escape: "E", subcomponent: "T" } as const;

/** Encoded text as it reads with other delimiters. Escape sequences name delimiters by letter, and so stay what they are. */
export function redelimited(text: string, from: Delimiters, to: Delimiters): string {
  const written = new Map<string, string>();
  for (const name of NAMES) written.set(to[name], to.escape + LETTERS[name] + to.escape);
  for (const name of NAMES) written.set(from[name], to[name]);
  return Array.from(text, (character) => written.get(character) ?? character).join("");
}
