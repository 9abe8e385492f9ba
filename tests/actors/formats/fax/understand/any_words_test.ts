import { assert, assertEquals } from "@std/assert";
import type { PageWords, Word } from "../../../../../actors/formats/fax/ocr/words.ts";
import { PhraseFinder } from "../../../../../actors/formats/fax/understand/layout/phrases.ts";
import { layOut } from "../../../../../actors/formats/fax/understand/layout/page_layout.ts";
import { distance } from "../../../../../actors/formats/fax/understand/layout/fold.ts";
import { builtInTemplates } from "../../../../../actors/formats/fax/understand/templates/mod.ts";
import { understand } from "../../../../../actors/formats/fax/understand/understand.ts";
import { valuesOf } from "../../../../../runtime/contract/document.ts";
import { pageOf } from "./_pages.ts";

/** The same numbers for the same seed, between 0 and 1. */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const PIECES = [
  ..."Patient: DOB: MRN: Invoice No: Total Date CPT Description Amount Qty Subtotal Flag Result LOINC Page INVOICE"
    .split(" "),
  ..."99213 $1,068.40 12.00 11/02/2026 7486688 J1030 M17.11 3.5-5.1 H <5 - | . ~ 0 l O's (x) 4-Sep-26 %"
    .split(" "),
  "\u0000",
  "😀",
  "ﬁ",
  "ß",
  "()[]{}*+?^$\\",
  "9".repeat(300),
  "A".repeat(300),
];

function anyWords(next: () => number, count: number): Word[] {
  return Array.from({ length: count }, () => {
    const x0 = Math.floor(next() * 1700);
    const y0 = Math.floor(next() * 2200);
    const text = PIECES[Math.floor(next() * PIECES.length)];
    const box = { x0, y0, x1: x0 + Math.floor(next() * 200), y1: y0 + Math.floor(next() * 40) };
    return { text, confidence: next(), box };
  });
}

function anyPage(next: () => number, page: number): PageWords {
  const passes = [
    anyWords(next, Math.floor(next() * 300)),
    anyWords(next, Math.floor(next() * 300)),
  ] as const;
  return { ...pageOf([], page), passes, quality: next() };
}

Deno.test("whatever words stand wherever on a page, it is understood without an error", () => {
  const templates = builtInTemplates();
  for (let seed = 1; seed <= 40; seed++) {
    const next = numbersFrom(seed);
    const pages = Array.from({ length: 1 + Math.floor(next() * 3) }, (_, at) => anyPage(next, at + 1));
    const all = templates.map((each) => ({
      ...each,
      match: { ...each.match, any: [], all: [], none: [], score: 0 },
    }));
    for (const templatesOfKind of [templates, ...all.map((each) => [each])]) {
      const document = understand(pages, templatesOfKind);
      assertEquals(document.pages.length, pages.length);
      for (const [path, { confidence, value, page }] of valuesOf(document)) {
        assert(confidence >= 0 && confidence <= 1, path);
        assert(value !== null || confidence === 0, path);
        assert(page === undefined || pages[page - 1].quality >= 0.6 || confidence <= 0.5, path);
      }
      assertEquals(JSON.parse(JSON.stringify(document)), document, "plain data");
    }
  }
});

Deno.test("understanding does not change what it is given, and comes to the same again", () => {
  const pages = [anyPage(numbersFrom(7), 1)];
  const before = structuredClone(pages);
  const first = understand(pages, builtInTemplates());
  assertEquals(understand(pages, builtInTemplates()), first);
  assertEquals(pages, before);
});

Deno.test("a phrase that stands everywhere is looked at a bounded number of times", () => {
  const words = Array.from({ length: 20_000 }, (_, at): Word => {
    const x0 = (at % 50) * 40;
    const y0 = Math.floor(at / 50) * 30;
    return { text: "Total", confidence: 1, box: { x0, y0, x1: x0 + 20, y1: y0 + 20 } };
  });
  const finder = new PhraseFinder(layOut({ ...pageOf([]), passes: [words, []] }));
  assertEquals(finder.find("Total").length, 48);
});

Deno.test("the distance of two texts is the number of changes, up to its limit", () => {
  const next = numbersFrom(1);
  const any = () =>
    Array.from({ length: Math.floor(next() * 8) }, () => "abc"[Math.floor(next() * 3)]).join("");
  for (let turn = 0; turn < 3000; turn++) {
    const [a, b, limit] = [any(), any(), Math.floor(next() * 4)];
    assertEquals(distance(a, b, limit), Math.min(changes(a, b), limit + 1), `${a} ${b} ${limit}`);
  }
});

function changes(a: string, b: string): number {
  if (a === "" || b === "") return Math.max(a.length, b.length);
  if (a[0] === b[0]) return changes(a.slice(1), b.slice(1));
  return 1 + Math.min(changes(a.slice(1), b), changes(a, b.slice(1)), changes(a.slice(1), b.slice(1)));
}
