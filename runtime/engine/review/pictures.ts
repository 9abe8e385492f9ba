import type { Box } from "../../contract/document.ts";
import type { Format } from "../../contract/format.ts";
import type { OpenRecogniser, Recogniser } from "../../contract/recogniser.ts";
import type { World } from "../../contract/world.ts";
import { limits } from "../limits.ts";

/** A recogniser, and how many pictures it draws. */
interface Opened {
  readonly recogniser: Promise<Recogniser>;
  drawing: number;
  cancelRest(): void;
}

/**
 * What draws pages for people: opened with the first page of a format, and given up a while after the last. Opening it for
 * each would read all templates each time, and look for programs.
 */
export class Pictures {
  readonly #tools: Parameters<OpenRecogniser>[0];
  readonly #clock: World["clock"];
  readonly #opened = new Map<Format, Opened>();

  constructor(tools: Parameters<OpenRecogniser>[0]) {
    this.#tools = tools;
    this.#clock = tools.world.clock;
  }

  /** A page, or a part of it, as PNG; `undefined` where the format has no pages. Fails as the format's recogniser does. */
  async draw(
    format: Format,
    bytes: Uint8Array,
    contentType: string,
    page: number,
    box?: Box,
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (!format.recogniser) return undefined;
    const opened = this.#opened.get(format) ?? this.#open(format, format.recogniser(this.#tools));
    opened.cancelRest();
    opened.drawing++;
    try {
      return await (await opened.recogniser).picture(bytes, contentType, page, box);
    } finally {
      if (--opened.drawing === 0) this.#rest(format, opened);
    }
  }

  /** Gives everything up. */
  async close(): Promise<void> {
    await Promise.all([...this.#opened].map(([format, opened]) => this.#giveUp(format, opened)));
  }

  #open(format: Format, recogniser: Promise<Recogniser>): Opened {
    const opened = { recogniser, drawing: 0, cancelRest: () => {} };
    this.#opened.set(format, opened);
    // The next picture tries again: somebody may have mended what was missing.
    recogniser.catch(() => this.#opened.delete(format));
    return opened;
  }

  #rest(format: Format, opened: Opened): void {
    // Given up already, or never open.
    if (this.#opened.get(format) !== opened) return;
    opened.cancelRest = this.#clock.after(limits.picturesIdleMs, () => void this.#giveUp(format, opened));
  }

  async #giveUp(format: Format, opened: Opened): Promise<void> {
    opened.cancelRest();
    this.#opened.delete(format);
    // One that could not be opened holds nothing, and whoever asked has been told.
    await opened.recogniser.then((recogniser) => recogniser[Symbol.asyncDispose](), () => {});
  }
}
