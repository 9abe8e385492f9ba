import type { PageWords, Word } from "../../../../actors/formats/fax/ocr/words.ts";

/** Text on a page: from the left in pixels, its words one after the other. */
export type Placed = readonly [x: number, text: string];

const WIDE = 11, HIGH = 20, APART = 8, LINE = 36;

/** A page as two passes read it that made no mistake: each line has texts at their places. */
export function pageOf(lines: readonly (readonly Placed[])[], page = 1): PageWords {
  const words: Word[] = lines.flatMap((line, at) =>
    line.flatMap(([x, text]) => {
      let x0 = x;
      return text.split(" ").map((each) => {
        const box = { x0, y0: 100 + at * LINE, x1: x0 + each.length * WIDE, y1: 100 + at * LINE + HIGH };
        x0 = box.x1 + APART;
        return { text: each, confidence: 0.97, box };
      });
    })
  );
  return {
    page,
    width: 1728,
    height: 2200,
    passes: [words, words],
    quality: 1,
    barcodes: [],
    text: lines.map((line) => line.map(([, text]) => text).join(" ")).join("\n"),
    source: "ocr",
    damagedLines: 0,
  };
}

/** An invoice in a layout of its own. */
export function invoicePage(
  { number, name, born, record, amounts }: {
    readonly number: string;
    readonly name: string;
    readonly born: string;
    readonly record: string;
    readonly amounts: readonly string[];
  },
): PageWords {
  const total = amounts.reduce((sum, amount) => sum + Math.round(Number(amount) * 100), 0);
  return pageOf([
    [[150, "Harbour Street Clinic"], [1400, "Invoice"]],
    [],
    [[150, "Client:"], [420, name], [950, "Bill No:"], [1250, number]],
    [[150, "Born:"], [420, born], [950, "Chart No:"], [1250, record]],
    [],
    [[150, "DOS"], [400, "Proc"], [600, "Details"], [1400, "Charges"]],
    ...amounts.map((amount, at): Placed[] => [
      [150, `0${at + 1}/11/2026`],
      [400, `9921${at + 2}`],
      [600, "Office visit"],
      [1400, amount],
    ]),
    [],
    [[1100, "Balance Due:"], [1400, `$${(total / 100).toFixed(2)}`]],
  ]);
}
