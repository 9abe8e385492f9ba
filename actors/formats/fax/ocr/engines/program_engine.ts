import { writePng } from "../../raster/png.ts";
import type { Layout, OcrEngine } from "./engine.ts";
import { readTsv } from "./tsv.ts";

/** Tesseract as a program of this machine. `run`: gives it a PNG, and resolves with its TSV. */
export function programEngine(
  run: (png: Uint8Array<ArrayBuffer>, layout: Layout) => Promise<Uint8Array>,
): OcrEngine {
  return {
    heldBytes: 0,
    async read(page, layout) {
      return readTsv(new TextDecoder().decode(await run(writePng(page), layout)));
    },
  };
}
