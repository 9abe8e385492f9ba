import type { PageWords, Word } from "../../../../../actors/formats/fax/ocr/words.ts";
import { readTemplate } from "../../../../../actors/formats/fax/understand/read_template.ts";
import type { Template } from "../../../../../actors/formats/fax/understand/template.ts";
import { pageOf, type Placed } from "../_made_up_pages.ts";

export { pageOf, type Placed };

/** A page of which the passes see different words: what the change makes of the first pass is the second. */
export function readTwice(page: PageWords, change: (word: Word) => Word | undefined): PageWords {
  const [first] = page.passes;
  return { ...page, passes: [first, first.map(change).filter((word) => word !== undefined)] };
}

/** The same words, all read with one confidence. */
export function readWith(page: PageWords, confidence: number): PageWords {
  const passes = page.passes.map((words) => words.map((word) => ({ ...word, confidence })));
  return { ...page, passes: [passes[0], passes[1]] };
}

/** A template for an invoice with these fields and whatever else is said, in YAML. */
export function templateOf(fields: string, more = ""): Template {
  return readTemplate(
    `template: made-up\nkind: invoice\nmatch: { score: 0 }\nfields: ${fields}\n${more}`,
    "made_up.yaml",
  );
}

/** Headings of a laboratory report. */
export const LAB_HEADER: readonly Placed[] = [[150, "Test"], [600, "Result"], [900, "Flag"], [
  1100,
  "Reference Range",
]];

/** A line below them; what is empty does not stand there. */
export const lab = (name: string, value: string, flag: string, range: string): Placed[] =>
  ([[150, name], [600, value], [900, flag], [1100, range]] as const).filter(([, text]) => text !== "").map((
    [x, text],
  ) => [x, text]);
