import { assert, assertEquals } from "@std/assert";
import { RASTER_LIMITS } from "../../../../../actors/formats/fax/raster/limits.ts";
import { openTiff } from "../../../../../actors/formats/fax/raster/tiff/open_tiff.ts";
import { requirePeer } from "../../../../interop/_peers.ts";
import { likeWriting, tagsOf, writeTiff } from "./_tiff_writer.ts";

const libtiff = await requirePeer("libtiff-tools");

const pages = [likeWriting(1728, 300, 1), likeWriting(2432, 120, 2)];
const plain = writeTiff(pages.map((page) => ({ pieces: [page.bits], tags: tagsOf(page, 1) })));

Deno.test({
  name: "whatever libtiff writes is read as it was",
  ignore: libtiff.missing,
  async fn() {
    const folder = await Deno.makeTempDir();
    await Deno.writeFile(`${folder}/plain.tif`, plain);
    for (
      const compression of [
        "none",
        "packbits",
        "lzw",
        "zip",
        "g3:1d",
        "g3:1d:fill",
        "g3:2d",
        "g3:2d:fill",
        "g4",
      ]
    ) {
      for (const layout of [[], ["-r", "1"], ["-r", "64"], ["-t", "-w", "128", "-l", "64"]]) {
        for (const order of [["-B"], ["-L", "-f", "lsb2msb"]]) {
          const options = ["-c", compression, ...layout, ...order];
          const written = await libtiff.command([
            "tiffcp",
            ...options,
            `${folder}/plain.tif`,
            `${folder}/new.tif`,
          ])
            .output();
          assertEquals(written.code, 0, new TextDecoder().decode(written.stderr));
          const { layouts, read } = openTiff(await Deno.readFile(`${folder}/new.tif`), RASTER_LIMITS);
          assertEquals(layouts.length, pages.length);
          for (const { page } of layouts) {
            const { bitmap, damagedLines } = read(page);
            assert(bitmap.bits.every((byte, at) => byte === pages[page - 1].bits[at]), options.join(" "));
            assertEquals([bitmap.height, damagedLines], [pages[page - 1].height, 0]);
          }
        }
      }
    }
    await Deno.remove(folder, { recursive: true });
  },
});
