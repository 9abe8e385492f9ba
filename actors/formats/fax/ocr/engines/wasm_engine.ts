import type { Grey } from "../../raster/bitmap.ts";
import { ENGINE_DPI, type Layout, type OcrEngine, type Reading, SEGMENTATION } from "./engine.ts";
import { LANGUAGE, languageData } from "./language_data.ts";
import { readTsv } from "./tsv.ts";

const CORE = "tesseract.js-core/tesseract-core-relaxedsimd-lstm.js";
const LSTM_ONLY = 1;
/** Tesseract's answer to `Init` where it has its data. */
const READY = 0;

/** What is called of Tesseract's API (tesseract/baseapi.h), as the package has it. */
interface BaseApi {
  Init(folder: null, language: string, mode: number): number;
  SetPageSegMode(mode: number): void;
  SetImage(at: number, width: number, height: number, bytesPerPixel: number, bytesPerLine: number): void;
  SetSourceResolution(dpi: number): void;
  Recognize(monitor: null): number;
  GetTSVText(page: number): string;
  Clear(): void;
}

/** What is used of the module that Emscripten has made of it. */
interface Core {
  readonly FS: { writeFile(path: string, bytes: Uint8Array): void; unlink(path: string): void };
  readonly TessBaseAPI: new () => BaseApi;
  _malloc(bytes: number): number;
  _free(at: number): void;
}

type Instantiated = (instance: WebAssembly.Instance, module: WebAssembly.Module) => void;
type MakeCore = (options: {
  instantiateWasm(imports: WebAssembly.Imports, done: Instantiated): object;
  print(line: string): void;
  printErr(line: string): void;
}) => Promise<Core>;

/**
 * Tesseract 5 as WebAssembly. Pages go into its memory as they are: no file format is between. Loads its packages, and
 * takes about 100 MB.
 */
export async function openWasmEngine(read: (url: URL) => Promise<Uint8Array>): Promise<OcrEngine> {
  const { core, memory } = await loadCore(read);
  core.FS.writeFile(`${LANGUAGE}.traineddata`, await languageData(read));
  const api = new core.TessBaseAPI();
  if (api.Init(null, LANGUAGE, LSTM_ONLY) !== READY) {
    throw new Error("Tesseract does not take its language data");
  }
  core.FS.unlink(`${LANGUAGE}.traineddata`);
  return {
    read: (page, layout) => Promise.resolve(readPage(core, api, memory, page, layout)),
    get heldBytes() {
      return memory.buffer.byteLength;
    },
  };
}

function readPage(core: Core, api: BaseApi, memory: WebAssembly.Memory, page: Grey, layout: Layout): Reading {
  const { width, height, pixels } = page;
  const at = core._malloc(pixels.length);
  if (at === 0) throw new RangeError("Tesseract has no memory for the page");
  new Uint8Array(memory.buffer).set(pixels, at);
  try {
    api.SetPageSegMode(SEGMENTATION[layout]);
    api.SetImage(at, width, height, 1, width);
  } finally {
    core._free(at);
  }
  api.SetSourceResolution(ENGINE_DPI);
  api.Recognize(null);
  const reading = readTsv(api.GetTSVText(0));
  api.Clear();
  return reading;
}

/** The module gives its memory to nobody: it is taken where the module is made. */
async function loadCore(
  read: (url: URL) => Promise<Uint8Array>,
): Promise<{ core: Core; memory: WebAssembly.Memory }> {
  const { default: makeCore } = await import(
    "tesseract.js-core/tesseract-core-relaxedsimd-lstm.js"
  ) as unknown as { default: MakeCore };
  const wasm = await read(new URL(import.meta.resolve(CORE).replace(/\.js$/, ".wasm")));
  const module = await WebAssembly.compile(wasm as BufferSource);
  let memory: WebAssembly.Memory | undefined;
  const core = await makeCore({
    instantiateWasm(imports, done) {
      const instance = new WebAssembly.Instance(module, imports);
      memory = Object.values(instance.exports).find((each) => each instanceof WebAssembly.Memory);
      done(instance, module);
      return {};
    },
    print: () => {},
    printErr: () => {},
  });
  if (!memory) throw new Error("Tesseract's module has no memory of its own");
  return { core, memory };
}
