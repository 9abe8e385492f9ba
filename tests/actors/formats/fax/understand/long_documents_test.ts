import { assert, assertEquals } from "@std/assert";
import type { PageWords } from "../../../../../actors/formats/fax/ocr/words.ts";
import { builtInTemplates } from "../../../../../actors/formats/fax/understand/templates/mod.ts";
import { understand } from "../../../../../actors/formats/fax/understand/understand.ts";
import { invoicePage } from "../_made_up_pages.ts";
import { pageOf, templateOf } from "./_pages.ts";

const PAGES = 12;

function invoiceOf(pages: number): PageWords[] {
  return Array.from({ length: pages }, (_, at) => ({
    ...invoicePage({
      number: "20260417",
      name: "Baxter, Ingrid M",
      born: "01/31/1970",
      record: "100417",
      amounts: ["120.00", "35.50"],
    }),
    page: at + 1,
  }));
}

/** Pages of which each can be looked at only until the next one is taken. */
function oneAtATime(pages: readonly PageWords[]): Iterable<PageWords> {
  return {
    *[Symbol.iterator]() {
      for (const page of pages) {
        const { proxy, revoke } = Proxy.revocable(page, {});
        yield proxy;
        revoke();
      }
    },
  };
}

Deno.test("of the pages of a long fax, no more than one is looked at at a time", () => {
  const pages = invoiceOf(PAGES);
  const document = understand(oneAtATime(pages), builtInTemplates());
  assertEquals([document.kind, document.tables.lines.length], ["invoice", 2 * PAGES]);
  assertEquals(document, understand(pages, builtInTemplates()));
});

Deno.test("pages are gone through once to choose templates, and once for each that may be meant", () => {
  const pages = invoiceOf(PAGES);
  let taken = 0;
  const counted = {
    *[Symbol.iterator]() {
      for (const page of pages) {
        taken++;
        yield page;
      }
    },
  };
  const any = templateOf("{ invoiceNo: { at: Bill No, type: identifier } }");
  const other = { ...any, match: { ...any.match, all: ["Certificate of Analysis"] } };
  assertEquals(understand(counted, [any, other]).fields.invoiceNo.value, "20260417");
  assertEquals(taken, 2 * PAGES);
});

Deno.test("what a page says by itself is not taken where a label has a value, be it pages later", () => {
  const template = templateOf("{ f: { at: MRN, text: 'Ref\\. (\\S+)', type: identifier } }");
  const reference = pageOf([[[150, "Ref. HS-10293 of today"]]]);
  const bare = pageOf([[[150, "MRN:"]]], 2);
  const labelled = pageOf([[[150, "MRN:"], [400, "7486688"]]], 3);
  const found = (...pages: PageWords[]) => understand(pages, [template]).fields.f;
  assertEquals(found(reference, bare, labelled).value, "7486688");
  assertEquals(found(reference, pageOf([], 2)).value, "HS-10293");
});

Deno.test("a part of the last page is found, whichever that is", () => {
  const template = templateOf(
    "{ f: { region: { page: -1, left: 0, top: 0, right: 1, bottom: 0.1 }, type: identifier } }",
  );
  const pages = ["A-1001", "A-1002", "A-1003"].map((text, at) => pageOf([[[150, text]]], at + 1));
  for (const count of [1, 2, 3]) {
    const { f } = understand(pages.slice(0, count), [template]).fields;
    assert(f);
    assertEquals([f.value, f.page], [`A-100${count}`, count]);
  }
});
