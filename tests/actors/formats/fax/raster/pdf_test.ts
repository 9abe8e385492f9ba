import { assert, assertEquals, assertRejects } from "@std/assert";
import { deflateSync } from "node:zlib";
import { MitralError } from "../../../../../runtime/contract/error.ts";
import { isTextPage, openPages } from "../../../../../actors/formats/fax/raster/pages.ts";
import { likeWriting, negative } from "./_tiff_writer.ts";
import { type TestPage, withText, writeImage, writePdf } from "./_pdf.ts";

const LINES = "BT /F 12 Tf 72 700 Td (Invoice 12.50) Tj 0 -40 Td (Total:) Tj ET";

/** Reads one page of a PDF. */
async function read(page: TestPage) {
  using pages = await openPages(writePdf(page));
  return pages.read(1);
}

async function refusal(bytes: Uint8Array): Promise<MitralError> {
  const error = await assertRejects(async () => {
    using pages = await openPages(bytes);
    for (let page = 1; page <= pages.count; page++) pages.read(page);
  }, MitralError);
  assert(error.blame === "sender" && error.retry === "never");
  return error;
}

Deno.test("a PDF that never was paper gives its words, each with its place on the picture", async () => {
  const page = await read({ content: LINES });
  assert(isTextPage(page));
  assertEquals(page.words.map(({ text }) => text), ["Invoice", "12.50", "Total:"]);
  assertEquals([page.bitmap.width, page.bitmap.height, page.xDpi, page.yDpi], [1734, 2244, 204, 204]);
  assertEquals([page.grey.width, page.grey.height], [1734, 2244]);
  for (const { box } of page.words) {
    // 72 points from the left; 92 or 132 from the top to the foot of a letter, 12 points high.
    assert(box.x0 >= 203 && box.x0 < box.x1 && box.y0 < box.y1 && box.y1 - box.y0 <= 34, JSON.stringify(box));
    assert(hasBlack(page.bitmap, box), "nothing is black where the word stands");
  }
  assert(Math.abs(page.words[0].box.y1 - 92 / 72 * 204) <= 2);
  assert(Math.abs(page.words[2].box.y1 - 132 / 72 * 204) <= 2);
});

Deno.test("words of a page that is turned stand where its picture has them", async () => {
  const page = await read({ content: LINES, entries: "/Rotate 90" });
  assert(isTextPage(page));
  assertEquals([page.bitmap.width, page.bitmap.height], [2244, 1734]);
  for (const { box } of page.words) assert(hasBlack(page.bitmap, box), JSON.stringify(box));
});

Deno.test("a page that is a scan shows its own pixels, whatever resolution they have", async () => {
  for (
    const [width, height, box, dpi] of [[1728, 1078, "0 0 610 792", [204, 98]], [850, 1100, "0 0 612 792", [
      100,
      100,
    ]]] as const
  ) {
    const scan = likeWriting(width, height);
    const [, , right, top] = box.split(" ");
    const page = await read({
      box,
      content: `q ${right} 0 0 ${top} 0 0 cm /I Do Q`,
      resources: (pdf) => `/XObject<</I ${writeImage(pdf, width, height, negative(scan).bits)} 0 R>>`,
    });
    assert(!isTextPage(page));
    assertEquals(page.bitmap, scan);
    assertEquals([Math.round(page.xDpi), Math.round(page.yDpi)], [...dpi]);
  }
});

Deno.test("words that somebody read from a scan are no text layer to rely on", async () => {
  const scan = likeWriting(1728, 2156);
  const image = {
    resources: (pdf: Parameters<NonNullable<TestPage["resources"]>>[0]) =>
      `/XObject<</I ${writeImage(pdf, 1728, 2156, negative(scan).bits)} 0 R>>`,
  };
  const shown = "q 612 0 0 792 0 0 cm /I Do Q ";
  for (
    const content of [shown + LINES.replace("BT", "BT 3 Tr"), shown + LINES, LINES.replace("BT", "BT 3 Tr")]
  ) {
    assert(!isTextPage(await read({ ...image, content })));
  }
});

Deno.test("words that people do not see are no text layer to rely on: white, covered, or beyond the edge", async () => {
  const name = "BT /F 12 Tf 72 600 Td (Patient ROE) Tj ET ";
  const hidden = {
    white: `1 g ${name} 0 g`,
    "behind a white box": `${name} 1 g 70 590 100 30 re f 0 g`,
    "behind a black box": `${name} 70 590 100 30 re f`,
    "one letter that is covered": "BT /F 12 Tf 72 600 Td (F) Tj ET 60 590 40 30 re f",
    "right of the page": name.replace("72 600", "700 600"),
    "left of the page": name.replace("72 600", "-200 600"),
    "above the page": name.replace("72 600", "72 900"),
  };
  for (const [how, content] of Object.entries(hidden)) {
    assert(!isTextPage(await read({ content: `${content} ${LINES}` })), how);
  }
  const seen = {
    "on a dark ground": `0.2 g 70 590 100 30 re f 1 g ${name} 0 g`,
    grey: `0.6 g ${name} 0 g`,
    "of one letter": "BT /F 12 Tf 72 600 Td (I) Tj 0 -20 Td (1) Tj 0 -20 Td (- .) Tj ET",
    turned: "BT /F 12 Tf 0 1 -1 0 300 300 Tm (Patient ROE) Tj ET",
  };
  for (const [how, content] of Object.entries(seen)) {
    assert(isTextPage(await read({ content: `${content} ${LINES}` })), how);
  }
});

Deno.test("a page that was cut to less has no words of what was cut off", async () => {
  const content = `BT /F 12 Tf 72 100 Td (Patient ROE) Tj ET ${LINES}`;
  assert(!isTextPage(await read({ content, entries: "/CropBox[0 400 612 792]" })));
});

Deno.test("what a PDF would do when it is opened is not done: it is read as others are", async () => {
  const script = "app.launchURL('http://127.0.0.1:9/');this.getField('x').value=1";
  const actions = [
    `<</S/JavaScript/JS(${script})>>`,
    "<</S/Launch/F(/bin/sh)>>",
    "<</S/URI/URI(http://127.0.0.1:9/)>>",
    "<</S/SubmitForm/F<</FS/URL/F(http://127.0.0.1:9/)>>>>",
    "<</S/GoToR/F(/etc/passwd)/D[0/Fit]>>",
  ];
  for (const action of actions) {
    const pdf = writePdf({ content: LINES, entries: `/AA<</O ${action}>>` });
    const opened = withText(pdf, "/Type/Catalog", `/OpenAction ${action}/Type/Catalog`);
    using pages = await openPages(opened);
    const page = pages.read(1);
    assert(isTextPage(page));
    assertEquals(page.words.length, 3);
  }
});

Deno.test("a PDF with fields is read as people see it: what was filled in is in no text layer", async () => {
  const pdf = writePdf({ content: LINES });
  const form = withText(pdf, `/Type/Catalog`, `/AcroForm<</Fields[]/NeedAppearances true>>/Type/Catalog`);
  using pages = await openPages(form);
  assert(!isTextPage(pages.read(1)));
});

Deno.test("mail may have put lines before a PDF", async () => {
  const pdf = writePdf({ content: LINES });
  using pages = await openPages(
    Uint8Array.from([..."X-Fax: 1\r\n\r\n"].map((each) => each.charCodeAt(0)).concat(...pdf)),
  );
  assertEquals(pages.count, 1);
});

Deno.test("a PDF that needs a password is refused", async () => {
  const secret = "00".repeat(32);
  const lock = `/Encrypt<</Filter/Standard/V 1/R 2/Length 40/P -4/O<${secret}>/U<${secret}>>>/ID[<00><00>]`;
  const locked = withText(writePdf({ content: LINES }), "trailer\n<<", `trailer\n<<${lock}`);
  assertEquals((await refusal(locked)).code, "FAX_PDF_LOCKED");
});

Deno.test("a PDF that is cut off, or is none, is refused", async () => {
  const pdf = writePdf({ content: LINES });
  for (const share of [0.05, 0.5, 0.95]) {
    assertEquals((await refusal(pdf.slice(0, Math.floor(pdf.length * share)))).code, "FAX_PDF_DAMAGED");
  }
  const nothing = new TextEncoder().encode("%PDF-1.4\nnothing of this is a PDF\n%%EOF\n");
  assertEquals((await refusal(nothing)).code, "FAX_PDF_DAMAGED");
});

Deno.test("a PDF of more pages than may be is refused", async () => {
  assertEquals((await refusal(writePdf({ content: LINES, times: 1_001 }))).code, "FAX_PAGES_TOO_MANY");
});

Deno.test("a page of a PDF that is too large is refused before it is shown", async () => {
  const error = await refusal(writePdf({ content: LINES, box: "0 0 200000 200000" }));
  assertEquals([error.code, error.facts.rule], ["FAX_IMAGE_TOO_LARGE", "widthMax"]);
});

Deno.test("a PDF that unpacks to far more than it is, is refused, and the next one is read", async () => {
  const forms = (pdf: Parameters<NonNullable<TestPage["resources"]>>[0]) => {
    let form = pdf.writeStream(
      "/Type/XObject/Subtype/Form/BBox[0 0 9 9]",
      new TextEncoder().encode("0 0 9 9 re f "),
    );
    for (let depth = 0; depth < 9; depth++) {
      const within = `/Resources<</XObject<</X ${form} 0 R>>>>`;
      const content = new TextEncoder().encode("/X Do ".repeat(10));
      form = pdf.writeStream(`/Type/XObject/Subtype/Form/BBox[0 0 9 9]${within}`, content);
    }
    return `/XObject<</X ${form} 0 R>>`;
  };
  assertEquals((await refusal(writePdf({ content: "/X Do", resources: forms }))).code, "FAX_PDF_TOO_LARGE");
  const stream = deflateSync(new Uint8Array(300_000_000).fill(0x20));
  const content = { content: stream as Uint8Array<ArrayBuffer>, contentEntries: "/Filter/FlateDecode" };
  assertEquals((await refusal(writePdf(content))).code, "FAX_PDF_TOO_LARGE");
  const image = (pdf: Parameters<NonNullable<TestPage["resources"]>>[0]) =>
    `/XObject<</I ${writeImage(pdf, 30_000, 30_000, new Uint8Array(9))} 0 R>>`;
  assertEquals(
    (await refusal(writePdf({ content: "q 612 0 0 792 0 0 cm /I Do Q", resources: image }))).code,
    "FAX_IMAGE_TOO_LARGE",
  );
  assert(isTextPage(await read({ content: LINES })));
});

function hasBlack(
  { stride, bits }: { stride: number; bits: Uint8Array },
  { x0, y0, x1, y1 }: { x0: number; y0: number; x1: number; y1: number },
): boolean {
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) if (bits[y * stride + (x >> 3)] & 0x80 >> (x & 7)) return true;
  }
  return false;
}
