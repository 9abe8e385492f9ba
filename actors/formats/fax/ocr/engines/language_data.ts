import { gunzipSync } from "node:zlib";

/** The language that pages are read in, by Tesseract's name. */
export const LANGUAGE = "eng";

/** Where the package has it: trained with floating point numbers, stored as whole ones; nothing smaller reads as well. */
const PATH = "./4.0.0_best_int/eng.traineddata.gz";

/** What Tesseract knows of the language, by the way of reading files that is at hand. */
export async function languageData(read: (url: URL) => Promise<Uint8Array>): Promise<Uint8Array> {
  const data = await import("@tesseract.js-data/eng").then(() =>
    import.meta.resolve("@tesseract.js-data/eng")
  );
  return gunzipSync(await read(new URL(PATH, data)));
}
