/** A fax of as many pages as are asked for. */
import { blankBitmap } from "../../actors/formats/fax/raster/bitmap.ts";
import { typed } from "../actors/formats/fax/_pages.ts";
import { encodeG4 } from "../actors/formats/fax/raster/_ccitt_encoder.ts";
import { tagsOf, writeTiff } from "../actors/formats/fax/raster/_tiff_writer.ts";

const G4 = 4;
/** Share of pixels that a line turns round. */
const SPECKS = 0.0015;
const HEAD = [
  "Harbour Street Clinic                      Invoice",
  "Bill No: 20260417     Bill Date: 01/12/2026     NPI: 1234567893",
  "Client: Baxter, Ingrid M     Born: 01/31/1970     Chart No: 100417",
  "Member ID: 8841220     Provider: Helen Abara, MD",
  "",
  "DOS   Proc   Details   ICD-10   Units   Fee   Charges",
];
const ROWS = 20;

/** A TIFF-F of so many pages, packed as G4: an invoice of some two hundred words, with specks, over and over. */
export async function faxOf(pages: number): Promise<Uint8Array> {
  const rows = Array.from(
    { length: ROWS },
    (_, at) =>
      `01/${10 + at % 3}/2026   9921${
        at % 5 + 1
      }   Office visit, established patient   E11.9   1   120.00   120.00`,
  );
  const page = await typed([...HEAD, ...rows, "", "Balance Due: $2,400.00"], { points: 11 });
  const speckled = { ...blankBitmap(page.width, page.height), bits: page.bits.slice() };
  let seed = 1;
  for (let left = page.width * page.height * SPECKS; left > 0; left--) {
    seed = Math.imul(seed, 1_664_525) + 1_013_904_223 >>> 0;
    const at = Math.floor(seed / 2 ** 32 * speckled.bits.length);
    speckled.bits[at] ^= 1 << (seed & 7);
  }
  const written = { pieces: [encodeG4(speckled)], tags: tagsOf(speckled, G4) };
  return writeTiff(Array.from({ length: pages }, () => written));
}
