import type { Box } from "../../../runtime/contract/document.ts";
import { faxArrivalOf } from "../../../runtime/contract/fax_arrival.ts";
import type { Recogniser, RecogniseTools } from "../../../runtime/contract/recogniser.ts";
import { contentTypeOf, FaxBody } from "./document_body.ts";
import { errors } from "./errors.ts";
import { isProgramThere } from "./ocr/engines/program.ts";
import type { ReaderPool } from "./ocr/pool/pool.ts";
import { decodeWords, type EncodedWords, type EngineKind, type Fax } from "./ocr/pool/protocol.ts";
import { sharePool, usualThreads } from "./ocr/pool/shared_pool.ts";
import type { settings } from "./settings.ts";
import { TemplateFolder } from "./template_folder.ts";
import { builtInTemplates } from "./understand/templates/mod.ts";

type Tools = Pick<RecogniseTools<typeof settings, string>, "config" | "world" | "refused">;

/**
 * Opens what reads faxes. Errors: FAX_PROGRAM_MISSING, FAX_TEMPLATES_MISSING, FAX_TEMPLATE_INVALID.
 */
export async function openRecogniser({ config, world, refused }: Tools): Promise<Recogniser<FaxBody>> {
  const site = config.templates === undefined
    ? undefined
    : await TemplateFolder.open(world, config.templates, refused);
  const engine = await chooseEngine({ config, world });
  const shared = sharePool(world, config.threads ?? usualThreads());
  return new FaxRecogniser(shared, engine, config.pageMsMax, site);
}

/** Errors: FAX_PROGRAM_MISSING. */
async function chooseEngine({ config: { ocr }, world }: Tools): Promise<EngineKind> {
  if (ocr === "wasm" || await isProgramThere(world)) return ocr === "wasm" ? "wasm" : "program";
  return ocr === "auto" ? "wasm" : errors.fail("FAX_PROGRAM_MISSING");
}

class FaxRecogniser implements Recogniser<FaxBody> {
  readonly #shared: { readonly pool: ReaderPool } & Disposable;
  readonly #engine: EngineKind;
  readonly #pageMsMax: number;
  readonly #site: TemplateFolder | undefined;
  readonly #life = new AbortController();

  constructor(
    shared: { readonly pool: ReaderPool } & Disposable,
    engine: EngineKind,
    pageMsMax: number,
    site: TemplateFolder | undefined,
  ) {
    this.#shared = shared;
    this.#engine = engine;
    this.#pageMsMax = pageMsMax;
    this.#site = site;
  }

  async recognise(bytes: Uint8Array, said: string | undefined, signal: AbortSignal): Promise<FaxBody> {
    const contentType = contentTypeOf(bytes, said);
    const within = AbortSignal.any([signal, this.#life.signal]);
    const { pool } = this.#shared, fax = pool.take(bytes);
    const pages = await this.#read(fax, within);
    const site = await this.#site?.current() ?? [], from = faxArrivalOf(contentType)?.from;
    // Seconds of work, of a fax of many pages: no more for the thread that serves everybody than reading them.
    const question = { ask: "document", pages, site, facts: from === undefined ? {} : { from } } as const;
    return new FaxBody(
      bytes,
      contentType,
      await pool.ask(fax, question, { msMax: this.#pageMsMax, signal: within }),
    );
  }

  async propose(name: string, examples: readonly Uint8Array[], signal: AbortSignal): Promise<string> {
    const within = AbortSignal.any([signal, this.#life.signal]);
    const { pool } = this.#shared;
    const documents = await Promise.all(examples.map((bytes) => this.#read(pool.take(bytes), within)));
    const { proposeTemplate } = await import("./understand/learn/propose.ts");
    return proposeTemplate(name, documents.map((pages) => pages.map(decodeWords)), builtInTemplates());
  }

  async picture(
    bytes: Uint8Array,
    _contentType: string | undefined,
    page: number,
    box?: Box,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const { pool } = this.#shared;
    const question = { ask: "picture", page, engine: this.#engine, ...(box && { box }) } as const;
    return await pool.ask(pool.take(bytes), question, { msMax: this.#pageMsMax, signal: this.#life.signal });
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#life.abort();
    this.#shared[Symbol.dispose]();
    return Promise.resolve();
  }

  /** All pages, or the error of the first that cannot be read: the others are then not read any more. */
  async #read(fax: Fax, signal: AbortSignal): Promise<readonly EncodedWords[]> {
    const { pool } = this.#shared;
    const failed = new AbortController();
    const options = { msMax: this.#pageMsMax, signal: AbortSignal.any([signal, failed.signal]) };
    const count = await pool.ask(fax, { ask: "count" }, options);
    const words = Array.from(
      { length: count },
      (_, at) => pool.ask(fax, { ask: "words", page: at + 1, engine: this.#engine }, options),
    );
    try {
      return await Promise.all(words);
    } catch (cause) {
      failed.abort(cause);
      await Promise.allSettled(words);
      throw cause;
    }
  }
}
