import { assertEquals, assertRejects } from "@std/assert";
import { reader } from "../../actors/reader.ts";
import fax from "../../actors/formats/fax/mod.ts";
import hl7v2 from "../../actors/formats/hl7v2/mod.ts";
import { denoWorld as world } from "../../runtime/world/deno_world.ts";
import { writePdf } from "./formats/fax/raster/_pdf.ts";

const never = new AbortController().signal;

Deno.test("a fax is read without a gateway, and nothing is left of its threads", async () => {
  await using faxes = await reader(fax, { ocr: "wasm", threads: 1 }, { world });
  const bytes = writePdf({ content: "BT /F 12 Tf 72 700 Td (Total 12.50) Tj ET" });
  const { document } = await faxes.recognise(bytes, "application/pdf", never);
  assertEquals(document.pages.map(({ text }) => text), ["Total 12.50"]);
});

Deno.test("what has no images has no reader", async () => {
  await assertRejects(() => reader(hl7v2, {}, { world }), TypeError, "hl7v2 has no images");
});
