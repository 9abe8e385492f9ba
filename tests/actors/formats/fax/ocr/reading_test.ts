import { assert, assertEquals } from "@std/assert";
import { languageFile, readByProgram } from "../../../../../actors/formats/fax/ocr/engines/program.ts";
import { programEngine } from "../../../../../actors/formats/fax/ocr/engines/program_engine.ts";
import { openWasmEngine } from "../../../../../actors/formats/fax/ocr/engines/wasm_engine.ts";
import { decodeWords } from "../../../../../actors/formats/fax/ocr/pool/protocol.ts";
import { sharePool } from "../../../../../actors/formats/fax/ocr/pool/shared_pool.ts";
import type { PageWords } from "../../../../../actors/formats/fax/ocr/words.ts";
import type { Box } from "../../../../../runtime/contract/document.ts";
import { pack } from "../../../../../actors/formats/fax/prepare/ink.ts";
import { smooth } from "../../../../../actors/formats/fax/prepare/grey.ts";
import { squarePage } from "../../../../../actors/formats/fax/prepare/page.ts";
import { turn } from "../../../../../actors/formats/fax/prepare/rotate.ts";
import type { Bitmap } from "../../../../../actors/formats/fax/raster/bitmap.ts";
import { denoWorld } from "../../../../../runtime/world/deno_world.ts";
import { requirePeer } from "../../../../interop/_peers.ts";
import { asTiff, LETTER, typed, typedInk } from "../_pages.ts";

const tesseract = await requirePeer("tesseract-ocr");
const options = { msMax: 300_000, signal: new AbortController().signal };
const wanted = LETTER.join(" ").split(/\s+/).filter((word) => word !== "");

/** Share of the letter's words that were read as they stand. */
function share(words: readonly { readonly text: string }[]): number {
  const read = new Set(words.map(({ text }) => text));
  return wanted.filter((word) => read.has(word)).length / wanted.length;
}

async function wordsOf(page: Bitmap): Promise<PageWords> {
  using shared = sharePool(denoWorld, 1);
  const question = { ask: "words", page: 1, engine: "wasm" } as const;
  return decodeWords(await shared.pool.ask(shared.pool.take(asTiff([page])), question, options));
}

async function pictureOf(page: Bitmap, box: Box): Promise<Uint8Array> {
  using shared = sharePool(denoWorld, 1);
  const question = { ask: "picture", page: 1, engine: "wasm", box } as const;
  return await shared.pool.ask(shared.pool.take(asTiff([page])), question, options);
}

Deno.test("a page is read twice in a thread, by WebAssembly, and its words stand where they are", async () => {
  const page = await wordsOf(await typed(LETTER));
  assertEquals([page.page, page.source, page.damagedLines, page.barcodes], [1, "ocr", 0, []]);
  assert(page.quality > 0.9, `quality ${page.quality}`);
  for (const pass of page.passes) assert(share(pass) > 0.95, `read ${share(pass)}`);
  assert(page.text.includes("Springfield Regional Hospital\n"));
  const { box } = page.passes[0].find(({ text }) => text === "7486688")!;
  // 204 pixels to the inch; the second line's base stands 116 points from the top.
  assert(Math.abs(box.y1 - 116 / 72 * 204) < 8, JSON.stringify(box));
  assert(box.x0 > 204 && box.x1 - box.x0 > 60 && box.x1 < page.width, JSON.stringify(box));
});

Deno.test("a page that stands on its head is turned, and so is its picture", async () => {
  const upright = await typedInk(LETTER);
  const onHead = pack(turn(upright, 2));
  const page = await wordsOf(onHead);
  assert(share(page.passes[0]) > 0.95, `read ${share(page.passes[0])}`);
  const box = { x0: 150, y0: 200, x1: 1_200, y1: 400 };
  const crop = await pictureOf(onHead, box);
  assertEquals([...crop.subarray(1, 4)], [0x50, 0x4e, 0x47]);
  assertEquals(crop, await pictureOf(pack(upright), box));
});

Deno.test("an empty page has no words, and nothing is wrong with it", async () => {
  const page = await wordsOf(pack({ width: 1728, height: 400, ink: new Uint8Array(1728 * 400) }));
  assertEquals([page.passes, page.quality, page.text], [[[], []], 1, ""]);
});

Deno.test("a page is read the same, whatever was read before it", async () => {
  const engine = await openWasmEngine((url) => Deno.readFile(url));
  const page = smooth(squarePage(await typedInk(LETTER.slice(0, 4)), 0, 0));
  const first = await engine.read(page, "columns");
  await engine.read(
    smooth(squarePage(await typedInk(["Something else altogether 12345"]), 0, 0)),
    "gathered",
  );
  assertEquals(await engine.read(page, "columns"), first);
  assert(engine.heldBytes > 1_000_000);
});

Deno.test({
  name: "Debian's program reads what WebAssembly reads, from the same language data",
  ignore: tesseract.missing,
  async fn() {
    const data = await languageFile(denoWorld);
    const program = programEngine((png, layout) =>
      readByProgram(denoWorld, data, png, layout, options.signal)
    );
    const wasm = await openWasmEngine((url) => Deno.readFile(url));
    const page = smooth(squarePage(await typedInk(LETTER), 0, 0), { across: 1.5, down: 1.5 });
    for (const layout of ["columns", "gathered"] as const) {
      const texts = [];
      for (const engine of [program, wasm]) {
        texts.push((await engine.read(page, layout)).words.map(({ text }) => text));
      }
      assertEquals(texts[0], texts[1]);
    }
  },
});
