import { assert, assertEquals, assertRejects } from "@std/assert";
import { zipSync } from "fflate";
import { unzip, UnzipError } from "../../../adapters/_kit/files/packing/unzip.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const texts = async (archive: Uint8Array, bytesMax = 1e6) =>
  (await unzip(archive, bytesMax)).map(({ name, bytes }) => [name, new TextDecoder().decode(bytes)]);
const troubleOf = async (archive: Uint8Array, bytesMax = 1e6) =>
  (await assertRejects(() => unzip(archive, bytesMax), UnzipError)).trouble;

const archive = () =>
  zipSync({
    "a.hl7": [bytes("first".repeat(100)), { level: 9 }],
    "b/c.hl7": [bytes("second"), { level: 0 }],
    "b/": new Uint8Array(),
    "__MACOSX/a.hl7": bytes("rubbish"),
    ".hidden": bytes("hidden"),
    "empty.hl7": new Uint8Array(),
  });

/** The offset of the first entry of the directory. */
const directory = (of: Uint8Array) => of.findIndex((_, at) => of[at] === 0x50 && of[at + 2] === 1);

Deno.test("an archive is unpacked in its order, stored and deflated, without folders and hidden files", async () => {
  assertEquals(await texts(archive()), [["a.hl7", "first".repeat(100)], ["b/c.hl7", "second"], [
    "empty.hl7",
    "",
  ]]);
});

Deno.test("an archive is found behind a comment", async () => {
  const commented = new Uint8Array([...archive(), ...bytes("a comment")]);
  assertEquals((await texts(commented)).length, 3);
});

Deno.test("an archive that says it holds more than it may is not unpacked", async () => {
  assertEquals(await troubleOf(archive(), 505), "excessive");
  assertEquals((await texts(archive(), 506)).length, 3);
});

Deno.test("an archive that holds more than it says is not unpacked further than that", async () => {
  const bomb = zipSync({ "a": new Uint8Array(5_000_000) });
  new DataView(bomb.buffer).setUint32(directory(bomb) + 24, 1_000, true);
  assertEquals(await troubleOf(bomb), "damaged");
});

Deno.test("an archive with another checksum than is listed is damaged", async () => {
  const wrong = archive();
  wrong[directory(wrong) + 16] ^= 1;
  assertEquals(await troubleOf(wrong), "damaged");
});

Deno.test("an archive that is encrypted, packed by another method, or in the 64-bit form is told apart", async () => {
  for (const [offset, value] of [[8, 1], [10, 14], [20, 0xffffffff]]) {
    const other = archive();
    const view = new DataView(other.buffer);
    if (offset === 20) view.setUint32(directory(other) + offset, value, true);
    else view.setUint16(directory(other) + offset, value, true);
    assertEquals(await troubleOf(other), "unsupported");
  }
});

Deno.test("an archive that is cut short, or of any damaged byte, is unpacked right or refused", async () => {
  const whole = archive(), expected = JSON.stringify(await texts(whole));
  for (let at = 0; at < whole.length; at++) {
    assert(["damaged", "excessive", "unsupported"].includes(await troubleOf(whole.subarray(0, at))));
    const damaged = whole.slice();
    damaged[at] ^= 0xff;
    const found = await texts(damaged).catch((error) => error);
    if (found instanceof UnzipError) continue;
    // A name or a flag that nobody checks may differ: contents may not.
    const contents = (found as string[][]).map(([, text]) => text);
    for (const text of contents) assert(expected.includes(text) || ["rubbish", "hidden"].includes(text));
  }
});
