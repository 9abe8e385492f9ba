import { assertEquals } from "@std/assert";
import { readTsv } from "../../../../../actors/formats/fax/ocr/engines/tsv.ts";

Deno.test("Tesseract's TSV is read as words, line by line", () => {
  const tsv = [
    "1\t1\t0\t0\t0\t0\t0\t0\t600\t800\t-1\t",
    "4\t1\t1\t1\t1\t0\t10\t20\t90\t12\t-1\t",
    "5\t1\t1\t1\t1\t1\t10\t20\t40\t12\t96.5\tTotal:",
    "5\t1\t1\t1\t1\t2\t60\t20\t40\t12\t31\t12.50",
    "5\t1\t1\t1\t2\t1\t10\t40\t5\t12\t95\t ",
    "5\t1\t1\t2\t1\t1\t10\t60\t30\t12\t0\tüber",
    "",
  ].join("\n");
  assertEquals(readTsv(tsv), {
    words: [
      { text: "Total:", confidence: 0.965, box: { x0: 10, y0: 20, x1: 50, y1: 32 } },
      { text: "12.50", confidence: 0.31, box: { x0: 60, y0: 20, x1: 100, y1: 32 } },
      { text: "über", confidence: 0, box: { x0: 10, y0: 60, x1: 40, y1: 72 } },
    ],
    text: "Total: 12.50\nüber",
  });
  assertEquals(readTsv(""), { words: [], text: "" });
});
