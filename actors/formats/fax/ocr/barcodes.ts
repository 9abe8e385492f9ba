import type { Box, ReadBarcode } from "../../../../runtime/contract/document.ts";
import { type Ink, release } from "../prepare/ink.ts";

/** What is looked for: what stands on papers of hospitals, laboratories and insurers. */
const FORMATS = [
  "QRCode",
  "DataMatrix",
  "Aztec",
  "PDF417",
  "Code128",
  "Code39",
  "Codabar",
  "ITF",
  "EAN13",
  "EAN8",
  "UPCA",
] as const;
const CODES_MAX = 20;

/** Finds codes on a page. */
export type ReadBarcodes = (page: Ink) => Promise<readonly ReadBarcode[]>;

/** Loads the package, by the way of reading files that is at hand. */
export async function openBarcodes(read: (url: URL) => Promise<Uint8Array>): Promise<ReadBarcodes> {
  const { prepareZXingModule, readBarcodes } = await import("zxing-wasm/reader");
  const wasm = await read(new URL(import.meta.resolve("zxing-wasm/reader/zxing_reader.wasm")));
  await prepareZXingModule({
    overrides: { wasmBinary: wasm.buffer as ArrayBuffer },
    fireImmediately: true,
  });
  return async (page) => {
    const seen = picture(page);
    const found = await readBarcodes(seen, {
      formats: [...FORMATS],
      tryHarder: true,
      tryRotate: true,
      tryInvert: false,
      // The page is black and white: nothing tells better where one ends.
      binarizer: "FixedThreshold",
      maxNumberOfSymbols: CODES_MAX,
    });
    release(seen.data);
    return found.map(({ format, text, position }) => ({
      format: `${format}`,
      text,
      box: boxOf(Object.values(position)),
    }));
  };
}

interface Point {
  readonly x: number;
  readonly y: number;
}

function boxOf(corners: readonly Point[]): Box {
  const xs = corners.map(({ x }) => x);
  const ys = corners.map(({ y }) => y);
  return { x0: Math.min(...xs), y0: Math.min(...ys), x1: Math.max(...xs) + 1, y1: Math.max(...ys) + 1 };
}

/** The package takes pictures as browsers have them: red, green, blue and opacity. */
function picture({ width, height, ink }: Ink): ImageData {
  const data = new Uint8ClampedArray(4 * ink.length);
  const pixels = new Uint32Array(data.buffer);
  const [white, black] = [0xffffffff, 0xff000000];
  for (let at = 0; at < ink.length; at++) pixels[at] = ink[at] === 0 ? white : black;
  return { width, height, data, colorSpace: "srgb" } as ImageData;
}
