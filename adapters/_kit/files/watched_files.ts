import type { FileFacts } from "../../../runtime/contract/world.ts";
import { join } from "node:path/posix";
import type { Folder, Listed } from "./folder.ts";

/** A file as it was last seen. Another size or time makes it another file. */
export interface WatchedFile {
  readonly name: string;
  readonly facts: FileFacts;
  /** When it was first seen like this, on the clock that never goes back. */
  readonly sinceMs: number;
  /** What stands beside it and says how it arrived, as it was last seen. */
  sidecar?: Beside;
  /** How often it could not be read or put away. */
  failures: number;
  /** Not looked at before this. */
  restUntilMs: number;
  /** True where it may have been handed over and is not put away: in this life, or in the one before. */
  isOffered: boolean;
  /** What the channel said, where the file could not be put away since. */
  verdict?: Verdict;
  /** True once it is where it belongs after that. */
  isAway?: boolean;
}

/** A file beside another. */
export interface Beside {
  readonly name: string;
  readonly facts: FileFacts;
  /** When it was first seen like this. */
  readonly sinceMs: number;
}

/** What becomes of a file: it was taken, or refused for good. */
export type Verdict = "taken" | "refused";

/** What a look into the folder found. */
export interface Look {
  /** Files that are whole, in the order of their names. */
  readonly whole: WatchedFile[];
  /** How many files may be whole in a while. */
  readonly settling: number;
  /** How many names the system would not say anything about. */
  readonly hidden: number;
  /** How many names are not in UTF-8: no file can be reached by what is shown of them. */
  readonly unnamed: number;
}

/** How to know a whole file. */
export interface Wholeness {
  readonly settleMs: number;
  /** Where given, a file is whole when this marker stands beside it, and `settleMs` does not matter. */
  readonly marker?: string | undefined;
  /** Where given, a file is whole once this stands beside it, too, or after a while without. */
  readonly sidecar?: { readonly extension: string; readonly waitMs: number } | undefined;
  /** Whether an empty file may be whole. */
  readonly emptyFiles: "leave" | "take";
}

/**
 * What is known of the files in a folder from one look to the next.
 *
 * An empty file is not whole unless it is said to be: every writer begins with one, and there is no message in it. A
 * marker older than its file says nothing of it: it was left behind by an earlier file of that name.
 */
export class WatchedFiles {
  readonly #folder: Folder;
  readonly #path: string;
  readonly #wholeness: Wholeness;
  #files = new Map<string, WatchedFile>();
  /** Those of the first look: a life before may have handed them over, if they are whole. */
  #found: WeakSet<WatchedFile> | undefined;

  constructor(folder: Folder, path: string, wholeness: Wholeness) {
    this.#folder = folder;
    this.#path = path;
    this.#wholeness = wholeness;
  }

  /**
   * Looks at `files` among `all` that the folder lists; not at those that `isOver` says are dealt with. What is gone is
   * forgotten.
   */
  async look(
    files: readonly Listed[],
    all: readonly Listed[],
    atMs: number,
    isOver: (name: string, facts: FileFacts) => boolean = () => false,
  ): Promise<Look> {
    const before = this.#files;
    this.#files = new Map();
    const present = new Map(all.map((each) => [each.name, each]));
    const isFirstLook = this.#found === undefined, found = this.#found ??= new WeakSet();
    const whole: WatchedFile[] = [];
    let settling = 0, hidden = 0, unnamed = 0;
    for (const listed of files) {
      const { name } = listed;
      const facts = listed.facts ?? await this.#factsOf(name);
      if (facts === null) hidden++;
      else if (facts === undefined && name.includes("\ufffd")) unnamed++;
      if (facts?.kind !== "file" || isOver(name, facts)) continue;
      const known = before.get(name);
      const file = known && !known.isAway && isSame(known.facts, facts)
        ? known
        : { name, facts, sinceMs: atMs, failures: 0, restUntilMs: atMs, isOffered: false };
      if (isFirstLook) found.add(file);
      this.#files.set(name, file);
      if (file.restUntilMs > atMs) continue;
      const isWhole = await this.#isWhole(file, known === file, present, atMs);
      if (isWhole && await this.#isAccompanied(file, present, atMs)) {
        whole.push(file);
        file.isOffered ||= found.has(file);
      } else if (isWhole || !this.#isEmpty(file) && this.#wholeness.marker === undefined) settling++;
    }
    return { whole, settling, hidden, unnamed };
  }

  /** True where a file that may have been handed over is still where it was. */
  get hasOffered(): boolean {
    return [...this.#files.values()].some(({ isOffered, isAway }) => isOffered && !isAway);
  }

  /** True where the file on disk is still the one that was seen. */
  async isUnchanged({ name, facts }: WatchedFile): Promise<boolean> {
    const now = await this.#factsOf(name);
    return !!now && isSame(now, facts);
  }

  async #isWhole(
    file: WatchedFile,
    seenBefore: boolean,
    present: ReadonlyMap<string, Listed>,
    atMs: number,
  ): Promise<boolean> {
    const { marker, settleMs } = this.#wholeness;
    if (this.#isEmpty(file)) return false;
    if (marker === undefined) return seenBefore && atMs - file.sinceMs >= settleMs;
    const listed = present.get(file.name + marker);
    if (!listed) return false;
    const beside = listed.facts ?? await this.#factsOf(listed.name);
    return beside?.kind === "file" && beside.modifiedMs >= file.facts.modifiedMs;
  }

  /** Whether its sidecar is there, and whole as well, or need not be waited for any longer. */
  async #isAccompanied(
    file: WatchedFile,
    present: ReadonlyMap<string, Listed>,
    atMs: number,
  ): Promise<boolean> {
    const { sidecar, marker, settleMs } = this.#wholeness;
    if (!sidecar) return true;
    const { name } = file, { extension, waitMs } = sidecar;
    const listed = present.get(name + extension) ??
      present.get(name.replace(/\.[^./]*$/, "") + extension);
    const facts = listed && (listed.facts ?? await this.#factsOf(listed.name));
    if (facts?.kind !== "file" || facts.size === 0) {
      delete file.sidecar;
      return atMs - file.sinceMs >= waitMs;
    }
    if (!file.sidecar || !isSame(file.sidecar.facts, facts)) {
      file.sidecar = { name: listed!.name, facts, sinceMs: atMs };
    }
    return marker !== undefined || atMs - file.sidecar.sinceMs >= settleMs;
  }

  /** Nothing to be taken, as long as it stays like this. */
  #isEmpty({ facts: { size } }: WatchedFile): boolean {
    return size === 0 && this.#wholeness.emptyFiles === "leave";
  }

  /** `undefined` where there is nothing, `null` where the system will not say. */
  async #factsOf(name: string): Promise<FileFacts | undefined | null> {
    try {
      return await this.#folder.facts(join(this.#path, name));
    } catch {
      return null;
    }
  }
}

function isSame(one: FileFacts, other: FileFacts): boolean {
  return one.kind === other.kind && one.size === other.size && one.modifiedMs === other.modifiedMs;
}
