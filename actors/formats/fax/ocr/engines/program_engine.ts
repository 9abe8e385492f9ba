import { writePng } from "../../raster/png.ts";
import { ENGINE_DPI, type Layout, type OcrEngine, SEGMENTATION } from "./engine.ts";
import { LANGUAGE } from "./language_data.ts";
import { readTsv } from "./tsv.ts";

/** The program's name. */
export const PROGRAM = "tesseract";
/** What the file with the language data is called, in the folder the program is started in. */
export const DATA_FILE = `${LANGUAGE}.traineddata`;
/** One thread for each page: the pool is bounded, and so is what it takes. */
export const PROGRAM_ENV: Readonly<Record<string, string>> = { OMP_THREAD_LIMIT: "1" };

/** What the program is told: a picture comes in, TSV goes out, and the language data is where it is started. */
export function programArgs(layout: Layout): readonly string[] {
  return [
    ...["-", "-", "--tessdata-dir", ".", "-l", LANGUAGE, "--oem", "1", "-c", "tessedit_create_tsv=1"],
    ...["--dpi", `${ENGINE_DPI}`, "--psm", `${SEGMENTATION[layout]}`],
  ];
}

/** Tesseract as a program of this machine. `run`: gives it a PNG, and returns the TSV. */
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
