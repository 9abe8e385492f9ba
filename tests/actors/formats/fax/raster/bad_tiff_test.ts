import { assert, assertEquals, assertThrows } from "@std/assert";
import { deflateSync } from "node:zlib";
import { MitralError } from "../../../../../runtime/contract/error.ts";
import { RASTER_LIMITS } from "../../../../../actors/formats/fax/raster/limits.ts";
import { sniff } from "../../../../../actors/formats/fax/raster/sniff.ts";
import { TAG } from "../../../../../actors/formats/fax/raster/tiff/directory.ts";
import { openTiff } from "../../../../../actors/formats/fax/raster/tiff/open_tiff.ts";
import { encodeG3, encodeG4 } from "./_ccitt_encoder.ts";
import {
  firstDirectory,
  likeWriting,
  stripsOf,
  tagsOf,
  writeTiff,
  writeTiffAhead,
  type WrittenPage,
} from "./_tiff_writer.ts";

const page = likeWriting(300, 200);
const g4 = { pieces: [encodeG4(page)], tags: tagsOf(page, 4) };

function written(
  tags: WrittenPage["tags"],
  pieces: readonly Uint8Array[] = g4.pieces,
  compression = 4,
): Uint8Array {
  return writeTiff([{ pieces, tags: { ...tagsOf(page, compression), ...tags } }]);
}

/** Opens a fax and reads every page; the error it is refused by. */
function refusal(bytes: Uint8Array, limits = RASTER_LIMITS): MitralError {
  const error = assertThrows(() => {
    assertEquals(sniff(bytes), "tiff");
    const { layouts, read } = openTiff(bytes, limits);
    for (const { page } of layouts) read(page);
  }, MitralError);
  assert(error.blame !== "operator" && error.retry === "never");
  return error;
}

function assertRefused(bytes: Uint8Array, code: string, limits = RASTER_LIMITS): void {
  assertEquals(refusal(bytes, limits).code, code);
}

Deno.test("a fax without bytes is refused", () => assertRefused(new Uint8Array(), "FAX_BYTES_MISSING"));

Deno.test("what is neither TIFF nor PDF is refused, whatever it is called, and told by name", () => {
  for (
    const [head, found] of [["\xff\xd8\xff\xe0\0\x10JFIF", "JPEG"], ["\x89PNG\r\n", "PNG"], [
      "hello",
      "unknown",
    ]]
  ) {
    const error = refusal(Uint8Array.from(head, (letter) => letter.charCodeAt(0)));
    assertEquals([error.code, error.facts.found], ["FAX_TYPE_UNSUPPORTED", found]);
  }
});

Deno.test("a TIFF that is cut off anywhere is refused", () => {
  const behind = writeTiff([g4]), [strip] = g4.pieces;
  const ahead = writeTiffAhead(g4), start = ahead.length - strip.length;
  assertEquals(openTiff(ahead).read(1).bitmap.bits, page.bits);
  for (const share of [0.02, 0.3, 0.6, 0.9, 0.99]) {
    const cut = Math.max(8, Math.floor((firstDirectory(behind) + 20) * share));
    assertRefused(behind.slice(0, cut), "FAX_IMAGE_TRUNCATED");
    assertRefused(ahead.slice(0, start + Math.floor(strip.length * share)), "FAX_IMAGE_TRUNCATED");
  }
  assertRefused(behind.slice(0, 6), "FAX_IMAGE_TRUNCATED");
});

Deno.test("a page that is too large is refused before it is unpacked, with its size", () => {
  const error = refusal(written({ [TAG.imageWidth]: 60_000 }));
  assertEquals(error.code, "FAX_IMAGE_TOO_LARGE");
  assertEquals(error.facts, { page: 1, width: 60_000, height: 200, rule: "widthMax", max: 10_000 });
  assertEquals(refusal(written({ [TAG.imageLength]: 40_001 })).facts.rule, "heightMax");
  assertEquals(
    refusal(written({ [TAG.imageLength]: 40_000, [TAG.imageWidth]: 10_000 })).facts.rule,
    "pagePixelsMax",
  );
  const tile = { [TAG.tileWidth]: 16, [TAG.tileLength]: 4_000_000_000 };
  assertEquals(refusal(written({ ...tile })).code, "FAX_IMAGE_TOO_LARGE");
  const two = writeTiff([g4, g4]);
  assertEquals(refusal(two, { ...RASTER_LIMITS, pixelsMax: 300 * 300 }).facts.rule, "pixelsMax");
});

Deno.test("a table of strips without an end is refused", () => {
  const endless = writeTiff([g4]), view = new DataView(endless.buffer);
  view.setUint32(
    firstDirectory(endless) + 2 + 12 * tagIndex(endless, TAG.stripOffsets) + 4,
    0xffffffff,
    true,
  );
  assertRefused(endless, "FAX_STRIPS_WRONG");
  const many = Array.from({ length: 201 }, () => 8);
  assertRefused(written({ [TAG.stripOffsets]: many }), "FAX_STRIPS_WRONG");
  assertRefused(written({ [TAG.stripOffsets]: undefined }), "FAX_STRIPS_WRONG");
});

Deno.test("strips that lie on one another, so that a small file is a lot of work, are refused", () => {
  const count = 100, strip = encodeG4(page);
  const tags = {
    [TAG.rowsPerStrip]: 2,
    [TAG.stripOffsets]: Array.from({ length: count }, () => 8),
    [TAG.stripByteCounts]: Array.from({ length: count }, () => strip.length),
  };
  assertRefused(written(tags, [strip]), "FAX_STRIPS_WRONG");
});

Deno.test("too few tiles, and tiles without a size, are refused", () => {
  for (const [tileWidth, tileLength] of [[16, 16], [0, 16], [16, 0]]) {
    assertRefused(written({ [TAG.tileWidth]: tileWidth, [TAG.tileLength]: tileLength }), "FAX_STRIPS_WRONG");
  }
});

Deno.test("directories that lead in a circle are refused", () => {
  const one = writeTiff([g4]);
  assertRefused(writeTiff([g4], { next: firstDirectory(one) }), "FAX_DIRECTORY_WRONG");
});

Deno.test("directories that say nothing are refused", () => {
  assertRefused(written({ [TAG.imageWidth]: undefined }), "FAX_DIRECTORY_WRONG");
  assertRefused(written({ [TAG.imageLength]: 0 }), "FAX_DIRECTORY_WRONG");
  assertRefused(Uint8Array.of(0x49, 0x49, 42, 0, 0, 0, 0, 0), "FAX_DIRECTORY_WRONG");
  assertRefused(written({ [TAG.newSubfileType]: 1 }), "FAX_DIRECTORY_WRONG");
});

Deno.test("more pages than may be are refused", () => {
  const small = { pieces: [encodeG4(likeWriting(8, 1))], tags: tagsOf(likeWriting(8, 1), 4) };
  const pages = Array.from({ length: RASTER_LIMITS.pagesMax + 1 }, () => small);
  assertRefused(writeTiff(pages), "FAX_PAGES_TOO_MANY");
});

Deno.test("JPEG within a TIFF, and other compressions, are refused with their number", () => {
  for (const compression of [6, 7, 34661, 99]) {
    const error = refusal(written({ [TAG.compression]: compression }));
    assertEquals([error.code, error.facts.compression], ["FAX_COMPRESSION_UNSUPPORTED", compression]);
  }
});

Deno.test("pixels that are no fax are refused", () => {
  for (
    const tags of [
      { [TAG.bitsPerSample]: 4 },
      { [TAG.bitsPerSample]: 8 },
      { [TAG.photometric]: 3 },
      { [TAG.samplesPerPixel]: 3 },
      {
        [TAG.samplesPerPixel]: 3,
        [TAG.bitsPerSample]: 8,
        [TAG.photometric]: 2,
        [TAG.compression]: 1,
        [TAG.planarConfiguration]: 2,
      },
    ]
  ) assertRefused(written(tags), "FAX_PIXELS_UNSUPPORTED");
});

Deno.test("damaged G4 is refused with how many lines were good, and asks for the fax again", () => {
  const pieces = stripsOf(page, 50).map((strip) => encodeG4(strip));
  pieces[2].fill(0, 30, 40);
  const error = refusal(written({ [TAG.rowsPerStrip]: 50 }, pieces));
  assertEquals([error.code, error.facts.page, error.facts.lines], ["FAX_IMAGE_DAMAGED", 1, 200]);
  const good = Number(error.facts.linesGood);
  assert(good >= 100 && good < 150, String(good));
  assert(error.message.endsWith("it has to be sent again"), error.message);
});

Deno.test("G4 whose lines are followed by more lines is refused: they need not be those that were sent", () => {
  assertRefused(written({ [TAG.imageLength]: 150, [TAG.rowsPerStrip]: 150 }), "FAX_IMAGE_DAMAGED");
});

Deno.test("a page damaged beyond half of its lines is refused, also in G3", () => {
  const data = encodeG3(page);
  for (let at = 20; at < data.length; at += 12) data[at] ^= 0x5a;
  assertRefused(written({}, [data], 3), "FAX_IMAGE_DAMAGED");
});

Deno.test("G3 that lacks more lines than a bad line loses was cut off", () => {
  const rows = (share: number) => encodeG3(page).slice(0, Math.floor(encodeG3(page).length * share));
  assertRefused(written({}, [rows(0.5)], 3), "FAX_IMAGE_TRUNCATED");
  const { bitmap, damagedLines } = openTiff(written({}, [rows(0.97)], 3)).read(1);
  assertEquals(bitmap.height, 200);
  assert(damagedLines > 0 && damagedLines <= 20, String(damagedLines));
});

Deno.test("a strip that unpacks to more than its rows, or is broken, is refused", () => {
  const bomb = deflateSync(new Uint8Array(10_000_000));
  assertRefused(written({}, [bomb], 8), "FAX_IMAGE_DAMAGED");
  assertRefused(written({}, [bomb.fill(0x55, 10, 40)], 8), "FAX_IMAGE_DAMAGED");
  // A code of LZW that stands for nothing yet.
  assertRefused(written({}, [Uint8Array.of(0x80, 0x7f, 0xff, 0xff)], 5), "FAX_IMAGE_DAMAGED");
  assertRefused(written({}, [deflateSync(page.bits.slice(0, 900))], 8), "FAX_IMAGE_TRUNCATED");
});

/** Which entry of the first directory a tag is. */
function tagIndex(tiff: Uint8Array, tag: number): number {
  const view = new DataView(tiff.buffer), first = firstDirectory(tiff);
  const count = view.getUint16(first, true);
  return Array.from({ length: count }, (_, at) => view.getUint16(first + 2 + 12 * at, true)).indexOf(tag);
}
