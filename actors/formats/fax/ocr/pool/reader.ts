import { MitralError } from "../../../../../runtime/contract/error.ts";
import { cropBitmap, cropGrey } from "../../raster/bitmap.ts";
import { openPages, type Pages } from "../../raster/pages.ts";
import { writePng } from "../../raster/png.ts";
import { openBarcodes, type ReadBarcodes } from "../barcodes.ts";
import type { Layout, OcrEngine } from "../engines/engine.ts";
import { programEngine } from "../engines/program_engine.ts";
import { openWasmEngine } from "../engines/wasm_engine.ts";
import { readPage, showPage } from "../read_page.ts";
import { builtInTemplates } from "../../understand/templates/mod.ts";
import { understand } from "../../understand/understand.ts";
import { type Answers, decodeWords, type EncodedWords, encodeWords, type EngineKind } from "./protocol.ts";
import type { Fax, FromThread, Question } from "./protocol.ts";
import type { PageWords } from "../words.ts";

/** What a reader is given of the thread it lives in. */
export interface ReaderParts {
  readFile(url: URL): Promise<Uint8Array>;
  /** Has the program read a PNG; resolves with its TSV. */
  run(png: Uint8Array<ArrayBuffer>, layout: Layout): Promise<Uint8Array>;
}

/** What a thread of the pool does. It keeps the last fax it was asked about open, and its engines. */
export class Reader {
  readonly #parts: ReaderParts;
  #open: { readonly fax: number; readonly pages: Pages } | undefined;
  #wasm: Promise<OcrEngine> | undefined;
  #opened: OcrEngine | undefined;
  #barcodes: Promise<ReadBarcodes> | undefined;

  constructor(parts: ReaderParts) {
    this.#parts = parts;
  }

  /** Answers a question; one at a time. */
  async answer(fax: Fax, question: Question): Promise<FromThread> {
    try {
      const answer = await this.#answer(fax, question);
      return { kind: "answer", answer, heldBytes: this.#heldBytes() };
    } catch (cause) {
      if (!(cause instanceof MitralError)) return { kind: "broken", cause };
      return { kind: "refused", code: cause.code, facts: cause.facts, heldBytes: this.#heldBytes() };
    }
  }

  async #answer(fax: Fax, question: Question): Promise<Answers[Question["ask"]]> {
    if (question.ask === "document") {
      const { pages, site, facts } = question;
      return understand(decoded(pages), [...site, ...builtInTemplates()], facts);
    }
    const pages = await this.#pagesOf(fax);
    if (question.ask === "count") return pages.count;
    const image = pages.read(question.page);
    if (question.ask === "words") {
      const engine = () => this.#engine(question.engine);
      const words = await readPage(question.page, image, { engine, barcodes: await this.#openBarcodes() });
      return encodeWords(words);
    }
    const picture = await showPage(image, () => this.#engine(question.engine));
    const { box } = question;
    if (!box) return writePng(picture);
    return writePng("bits" in picture ? cropBitmap(picture, box) : cropGrey(picture, box));
  }

  async #pagesOf({ fax, bytes }: Fax): Promise<Pages> {
    if (this.#open?.fax === fax) return this.#open.pages;
    this.#open?.pages[Symbol.dispose]();
    this.#open = undefined;
    // Not all that reads them takes bytes that are shared.
    const pages = await openPages(new Uint8Array(bytes).slice());
    this.#open = { fax, pages };
    return pages;
  }

  async #engine(kind: EngineKind): Promise<OcrEngine> {
    if (kind === "program") return programEngine((png, layout) => this.#parts.run(png, layout));
    return this.#opened = await (this.#wasm ??= openWasmEngine((url) => this.#parts.readFile(url)));
  }

  #heldBytes(): number {
    return this.#opened?.heldBytes ?? 0;
  }

  #openBarcodes(): Promise<ReadBarcodes> {
    return this.#barcodes ??= openBarcodes((url) => this.#parts.readFile(url));
  }
}

/** Decodes a page whenever its turn comes: all of a long fax at once take half as much again as they do encoded. */
function decoded(pages: readonly EncodedWords[]): Iterable<PageWords> {
  return { [Symbol.iterator]: () => pages.values().map(decodeWords) };
}
