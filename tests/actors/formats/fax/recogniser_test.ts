import { assert, assertEquals, assertRejects } from "@std/assert";
import fax from "../../../../actors/formats/fax/mod.ts";
import { TemplateFolder } from "../../../../actors/formats/fax/template_folder.ts";
import { isDocumentBody } from "../../../../runtime/contract/document.ts";
import { MitralError } from "../../../../runtime/contract/error.ts";
import { bindFormat } from "../../../../runtime/contract/format.ts";
import type { Spawn, Thread } from "../../../../runtime/contract/world.ts";
import type { Question } from "../../../../actors/formats/fax/ocr/pool/protocol.ts";
import { denoWorld } from "../../../../runtime/world/deno_world.ts";
import { FakeClock } from "../../../world/fake_clock.ts";
import { configOf, worldWith } from "../../../world/tools.ts";
import { asTiff, LETTER, typed } from "./_pages.ts";
import { writePdf } from "./raster/_pdf.ts";

const never = new AbortController().signal;
const folder = "";
const noProgram: Spawn = {
  ...denoWorld.spawn,
  run: () => Promise.reject(Object.assign(new Error("none"), { code: "ENOENT" })),
};
const open = (given: Parameters<typeof configOf<typeof fax.config>>[1], spawn: Spawn = noProgram) =>
  bindFormat(fax, configOf(fax.config, given)).recogniser!({ world: { ...denoWorld, spawn }, folder });

Deno.test("a fax of two pages is read, and shown page by page", async () => {
  await using recogniser = await open({ threads: 1, pageMsMax: 300_000 });
  const bytes = asTiff([await typed(LETTER), await typed(["Second page", "of the letter"])]);
  const body = await recogniser.recognise(bytes, "image/tiff", never);
  assert(isDocumentBody(body));
  const [first, second] = body.document.pages;
  assert(first.text.includes("chest pain"), "text of the first page");
  assert(second.text.includes("Second page"), "text of the second page");
  assertEquals([first.isGated, body.document.patient, body.toBytes() === bytes], [false, undefined, true]);
  const picture = await recogniser.picture(bytes, "image/tiff", 2);
  const view = new DataView(picture.buffer);
  assertEquals([view.getUint32(16), view.getUint32(20)], [second.width, second.height]);
});

Deno.test("a PDF that never was paper is read by its own words", async () => {
  await using recogniser = await open({ threads: 1 });
  const body = await recogniser.recognise(
    writePdf({ content: "BT /F 12 Tf 72 700 Td (Total 12.50) Tj 0 -20 Td (Next line) Tj ET" }),
    undefined,
    never,
  );
  assert(isDocumentBody(body));
  assertEquals(body.document.pages.map(({ text, quality }) => [text, quality]), [[
    "Total 12.50\nNext line",
    1,
  ]]);
});

Deno.test("a fax that cannot be read is refused by code, and the next one read", async () => {
  await using recogniser = await open({ threads: 1, pageMsMax: 300_000 });
  const good = asTiff([await typed(["Hello"])]);
  for (
    const [bytes, code] of [
      [new Uint8Array(), "FAX_BYTES_MISSING"],
      [new TextEncoder().encode("MSH|^~\\&|"), "FAX_TYPE_UNSUPPORTED"],
      [good.slice(0, good.length - 40), "FAX_IMAGE_TRUNCATED"],
    ] as const
  ) {
    const error = await assertRejects(() => recogniser.recognise(bytes, undefined, never), MitralError);
    assertEquals((error as MitralError).code, code);
  }
  const body = await recogniser.recognise(good, undefined, never);
  assert(isDocumentBody(body) && body.document.pages[0].text.includes("Hello"));
});

Deno.test("a fax that nobody wants any more is not read to its end", async () => {
  await using recogniser = await open({ threads: 1 });
  const life = new AbortController();
  const reading = recogniser.recognise(asTiff([await typed(LETTER)]), undefined, life.signal);
  life.abort(new Error("no longer wanted"));
  await assertRejects(() => reading, Error, "no longer wanted");
});

Deno.test("the program is not done without where it is asked for, and is where nobody asks", async () => {
  const error = await assertRejects(() => open({ ocr: "program" }), MitralError) as MitralError;
  assertEquals(error.code, "FAX_PROGRAM_MISSING");
  await using recogniser = await open({ ocr: "auto", threads: 1 });
  assert(recogniser);
});

const template = (name: string) =>
  `template: ${name}\nkind: invoice\nmatch: { all: ["Acme Billing"] }\nfields: { total: { type: money, at: Total } }\n`;

Deno.test("templates of a site are read again when they change, and kept where one becomes useless", async () => {
  const path = await Deno.makeTempDir();
  const clock = new FakeClock();
  const world = worldWith(clock);
  await Deno.writeTextFile(`${path}/acme.yaml`, template("acme"));
  await Deno.writeTextFile(`${path}/notes.txt`, "no template");
  const refusals: string[] = [];
  const site = await TemplateFolder.open(world, path, (path) => refusals.push(path));
  const names = async () => (await site.current()).map(({ name }) => name);
  assertEquals(await names(), ["acme"]);
  await Deno.writeTextFile(`${path}/other.yaml`, template("other"));
  assertEquals(await names(), ["acme"], "not looked at again so soon");
  await clock.advance(5_000);
  assertEquals(await names(), ["acme", "other"]);
  await Deno.writeTextFile(`${path}/other.yaml`, "template: [");
  await clock.advance(5_000);
  assertEquals(await names(), ["acme", "other"]);
  const refused = await assertRejects(() => TemplateFolder.open(world, path), MitralError) as MitralError;
  assertEquals(refused.code, "FAX_TEMPLATE_INVALID");
  const missing = await assertRejects(
    () => TemplateFolder.open(world, `${path}/none`),
    MitralError,
  ) as MitralError;
  assertEquals([missing.code, missing.retry, missing.facts.path], [
    "FAX_TEMPLATES_MISSING",
    "never",
    `${path}/none`,
  ]);

  // Once for each time that it becomes no use, and not for each look.
  await clock.advance(5_000);
  assertEquals([await names(), refusals], [["acme", "other"], [path]]);
  await Deno.writeTextFile(`${path}/other.yaml`, template("another"));
  await clock.advance(5_000);
  assertEquals(await names(), ["acme", "another"]);
  await Deno.remove(path, { recursive: true });
  await clock.advance(5_000);
  assertEquals([await names(), refusals], [["acme", "another"], [path, path]]);
});

Deno.test("what the pages say together is worked out by a thread, too: of many pages that takes seconds", async () => {
  const asked: string[] = [];
  const unread = bindFormat(fax, configOf(fax.config, {})).parse(
    asTiff([await typed(["Hello"])]),
    "image/tiff",
  );
  assert(isDocumentBody(unread));
  const document = { ...unread.document, kind: "referral" as const };
  const answers = {
    count: 2,
    words: new TextEncoder().encode('"words"'),
    document,
    picture: new Uint8Array(),
  };
  const thread = (): Thread => {
    const made: Thread = {
      receive: () => {},
      died: () => {},
      terminate: () => {},
      post(message) {
        const { question } = message as { readonly question: Question };
        asked.push(question.ask === "document" ? `document of ${question.pages.length}` : question.ask);
        queueMicrotask(() => made.receive({ kind: "answer", answer: answers[question.ask], heldBytes: 0 }));
      },
    };
    return made;
  };
  await using recogniser = await open({ threads: 1 }, { ...noProgram, thread });
  const read = await recogniser.recognise(asTiff([await typed(["Hello"])]), "image/tiff", never);
  assert(isDocumentBody(read));
  assertEquals([read.document.kind, asked], ["referral", ["count", "words", "words", "document of 2"]]);
});
