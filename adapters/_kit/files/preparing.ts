import { MitralError } from "../../../runtime/contract/error.ts";
import { Claims } from "./claims.ts";
import type { InboxTools } from "./inbox_spec.ts";
import type { Open, Opened } from "./opener.ts";
import { Reader } from "./reader.ts";
import { rest } from "./rest.ts";
import { type TypeOf, typeOf } from "./sidecar/arrival_type.ts";
import type { WatchedFile, WatchedFiles } from "./watched_files.ts";

/** What is handed over of a file: all of it, or one of those that are packed in it. */
export interface Content {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly peer: string;
  /** Where the name of the file, or what stands beside it, says so. */
  readonly contentType?: string;
  /** The same for the same file, whatever happens in between. */
  readonly key: string;
  readonly isKnownById: true;
}

/** A file whose turn comes. */
export interface Ready extends AsyncDisposable {
  readonly file: WatchedFile;
  /** What to hand over, in order; nothing of an empty file, and of one that the channel has answered for before. */
  readonly contents: readonly Content[];
  /** Why it is refused, and the bytes to keep with that. */
  readonly refusal?: { readonly bytes: Uint8Array; readonly error: MitralError };
  /** True where it cannot be taken now; others can. */
  readonly isPassedOver?: true;
  /** Lets its share of the gateway's memory go: the channel counts the bytes from now on. */
  free(): void;
}

/** Makes files ready to be handed over: claims, reads, opens. */
export class Preparing {
  readonly claims: Claims;
  readonly #tools: InboxTools;
  readonly #files: WatchedFiles;
  readonly #open: Open;
  readonly #mark: () => number;
  readonly #reader: Reader;
  readonly #stopping: AbortSignal;
  /** Resolves once those before have their memory, or need none: otherwise files could wait for each other's for ever. */
  #turn: Promise<void> = Promise.resolve();

  /** `mark` tells files that come back from what they were: see `RoundsMark`. */
  constructor(
    tools: InboxTools,
    files: WatchedFiles,
    open: Open,
    mark: () => number,
    stopping: AbortSignal,
  ) {
    this.#mark = mark;
    this.#tools = tools;
    this.#files = files;
    this.#open = open;
    this.claims = new Claims(tools);
    this.#reader = new Reader(tools, stopping);
    this.#stopping = stopping;
  }

  /** Never rejects. */
  async prepare(file: WatchedFile): Promise<Ready> {
    const { intake } = this.#tools;
    const turn = this.#turn, next = Promise.withResolvers<void>();
    this.#turn = next.promise;
    let letGo = async () => {}, free = () => {};
    const ready = (what: Partial<Ready> = {}): Ready => ({
      file,
      contents: [],
      ...what,
      free: () => free(),
      async [Symbol.asyncDispose]() {
        free();
        await letGo();
      },
    });
    try {
      await intake.opened(this.#stopping);
      const claimed = await this.#claim(file);
      if (!claimed) return ready({ isPassedOver: true });
      letGo = claimed;
      if (file.verdict !== undefined || file.facts.size === 0) return ready();
      const tooLarge = this.#tooLarge(file);
      if (tooLarge) return ready(tooLarge);
      await turn;
      const fetched = await this.#reader.fetch(file, next.resolve);
      free = () => fetched[Symbol.dispose]();
      if (fetched.bytes && await this.#files.isUnchanged(file)) {
        const opened = await this.#opened(
          file,
          fetched.bytes,
          await typeOf(file, this.#tools, this.#stopping),
        );
        const made = opened.contents.filter(({ bytes }) => bytes !== fetched.bytes);
        if (made.length > 0) fetched.grows(made.reduce((sum, { bytes }) => sum + bytes.length, 0));
        return ready(opened);
      }
      this.#tools.report({ name: "fileChanged" });
    } catch (cause) {
      if (!this.#stopping.aborted) rest(this.#tools, file, "fileUnreadable", "READ_FAILED", cause);
    } finally {
      next.resolve(turn);
    }
    return ready({ isPassedOver: true });
  }

  /** Where another has taken the file meanwhile, there is nothing to claim any more. */
  async #claim(file: WatchedFile): Promise<(() => Promise<void>) | undefined> {
    const letGo = await this.claims.claim(file.name);
    if (!letGo || this.#tools.config.lock === undefined || await this.#files.isUnchanged(file)) return letGo;
    await letGo();
    return undefined;
  }

  #tooLarge({ facts: { size } }: WatchedFile): Pick<Ready, "refusal"> | undefined {
    const { config: { fileBytesMax }, words } = this.#tools;
    if (size <= fileBytesMax) return undefined;
    // Without its bytes, which nothing bounds: the original itself is kept, in the folder for refused files.
    return { refusal: { bytes: new Uint8Array(), error: words.error("SIZE_EXCESSIVE", { fileBytesMax }) } };
  }

  async #opened(
    { name, facts: { size, modifiedMs } }: WatchedFile,
    bytes: Uint8Array<ArrayBuffer>,
    typed: TypeOf,
  ): Promise<Pick<Ready, "contents" | "refusal">> {
    // Of two files of one name, size and second the content tells which is which.
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
    const key = [this.#mark(), name, size, modifiedMs, digest].join("\n");
    let opened: readonly Opened[];
    try {
      opened = await this.#open(name, bytes);
    } catch (error) {
      // Sealed as it came: nobody without the key reads it in quarantine either.
      if (error instanceof MitralError) return { contents: [], refusal: { bytes, error } };
      throw error;
    }
    const isAlone = opened.length === 1;
    const contents = opened.map((each, at) => ({
      bytes: each.bytes,
      ...typed(each.name),
      peer: isAlone ? name : `${name}/${each.name}`,
      // By its place, too: an archive may hold two files of one name.
      key: isAlone ? key : `${key}\n${at} ${each.name}`,
      // The same message may come again in another file.
      isKnownById: true as const,
    }));
    return { contents };
  }
}
