import { join } from "node:path/posix";
import type { Reply } from "../../../runtime/contract/adapter.ts";
import { untilAborted } from "../../../runtime/contract/signal.ts";
import { ahead } from "./ahead.ts";
import type { Listed } from "./folder.ts";
import type { InboxTools } from "./inbox_spec.ts";
import { nameFilter } from "./name_filter.ts";
import { moveInto, removeIfThere } from "./put_away.ts";
import { Reader } from "./reader.ts";
import { reasonOf } from "./reason.ts";
import { type Verdict, type WatchedFile, WatchedFiles } from "./watched_files.ts";

/** Where files go once the channel has said what becomes of them. */
export interface Folders {
  readonly done: string;
  readonly failed: string;
}

/**
 * What should follow a round: the next one soon, or after a longer rest; `idle`: there was nothing to take, and there
 * will be nothing unless somebody writes it or what is left alone for a while has rested.
 */
export type RoundEnd = "idle" | "calm" | "troubled";

/** A file whose turn comes. */
interface Ready extends Disposable {
  readonly file: WatchedFile;
  /** Left out where there is nothing to hand over: the channel has answered for it before, or it is to be refused unread. */
  readonly bytes?: Uint8Array;
  /** True where it cannot be taken now; others can. */
  readonly isPassedOver?: true;
}

/**
 * The watched folder, one round at a time. A file stays where it is until the channel has answered for it: taken files
 * are then moved or deleted, refused ones are always moved, everything else is read again in a later round. So a crash
 * at any point means that a file is handed over again, never that it is lost.
 */
export class Inbox {
  readonly #tools: InboxTools;
  readonly #folders: Folders;
  readonly #files: WatchedFiles;
  readonly #reader: Reader;
  readonly #isMessage: (name: string) => boolean;
  readonly #stopping: AbortSignal;
  readonly #dropped: AbortSignal;

  /** `stopping` ends a round before its next file, `dropped` also ends the wait for the channel's answer. */
  constructor(tools: InboxTools, folders: Folders, stopping: AbortSignal, dropped: AbortSignal) {
    const { config, folder } = tools;
    this.#tools = tools;
    this.#folders = folders;
    this.#stopping = stopping;
    this.#dropped = dropped;
    this.#files = new WatchedFiles(folder, config.path, config);
    this.#reader = new Reader(tools, stopping);
    this.#isMessage = nameFilter(config.pattern, config.marker);
  }

  /** Takes every file that is whole, in order. */
  async round(): Promise<RoundEnd> {
    const { config, folder, world, report, words } = this.#tools;
    let all: readonly Listed[];
    try {
      all = (await folder.list(config.path)).toSorted(byName);
    } catch (cause) {
      const { code, facts } = words.error("FOLDER_UNREADABLE", { reason: reasonOf(cause) }, cause);
      report({ name: "folderUnreadable", facts: { code, ...facts } });
      return "troubled";
    }
    const files = all.filter(({ name }) => this.#isMessage(name));
    const { whole, settling, hidden } = await this.#files.look(files, all, world.clock.elapsedMs());
    if (hidden > 0) report({ name: "filesHidden", facts: { count: hidden } });
    if (await this.#takeAll(this.#inOrder(whole)) === "troubled") return "troubled";
    if (whole.length > 0) return "calm";
    return hidden > 0 ? "troubled" : settling > 0 ? "calm" : "idle";
  }

  #inOrder(files: WatchedFile[]): WatchedFile[] {
    // Names come sorted, and sorting is stable.
    return this.#tools.config.order === "name"
      ? files
      : files.sort((one, other) => one.facts.modifiedMs - other.facts.modifiedMs);
  }

  async #takeAll(files: readonly WatchedFile[]): Promise<RoundEnd> {
    const { readsAtOnce } = this.#tools.config;
    for await (using ready of ahead(files, readsAtOnce, (file) => this.#prepare(file))) {
      if (this.#stopping.aborted) break;
      // What the channel cannot take now, it cannot take of the next file either; and order is kept.
      if (await this.#take(ready) === "troubled") return "troubled";
    }
    return "calm";
  }

  /** Reads what is to be handed over. Never rejects. */
  async #prepare(file: WatchedFile): Promise<Ready> {
    const { config: { fileBytesMax }, intake, report } = this.#tools;
    const nothing = { file, [Symbol.dispose]() {} };
    if (file.verdict !== undefined || file.facts.size > fileBytesMax) return nothing;
    const passedOver = { ...nothing, isPassedOver: true } as const;
    try {
      await intake.opened(this.#stopping);
      const fetched = await this.#reader.fetch(file);
      const { bytes } = fetched;
      if (bytes && await this.#files.isUnchanged(file)) {
        return { file, bytes, [Symbol.dispose]: () => fetched[Symbol.dispose]() };
      }
      fetched[Symbol.dispose]();
      report({ name: "fileChanged" });
    } catch (cause) {
      if (!this.#stopping.aborted) this.#rest(file, "fileUnreadable", "READ_FAILED", cause);
    }
    return passedOver;
  }

  async #take(ready: Ready): Promise<RoundEnd> {
    const { file, isPassedOver } = ready;
    if (isPassedOver) return "calm";
    if (file.verdict === undefined) {
      const reply = await this.#offer(ready);
      if (!reply) return "calm";
      if (reply.outcome.kind === "failed") return "troubled";
      file.verdict = reply.outcome.kind === "rejected" ? "refused" : "taken";
    }
    await this.#putAway(file, file.verdict);
    return "calm";
  }

  /** The channel's reply; `undefined` where nobody waits any longer. */
  async #offer(ready: Ready): Promise<Reply | undefined> {
    const { config: { fileBytesMax }, intake, words } = this.#tools;
    const { file: { name: peer }, bytes } = ready;
    try {
      await intake.opened(this.#stopping);
    } catch {
      return undefined;
    }
    // From here on the channel counts them.
    ready[Symbol.dispose]();
    if (bytes) return await untilAborted(intake.receive({ bytes, peer }), this.#dropped);
    // Without its bytes, which nothing bounds: the original itself is kept, in the folder for refused files.
    const refusal = words.error("SIZE_EXCESSIVE", { fileBytesMax });
    return await untilAborted(intake.refuse({ bytes: new Uint8Array(), peer }, refusal), this.#dropped);
  }

  async #putAway(file: WatchedFile, verdict: Verdict): Promise<void> {
    const { config, folder, world: { clock } } = this.#tools;
    const path = join(config.path, file.name);
    // Written anew meanwhile: what lies there now is the next message.
    if (!await this.#files.isUnchanged(file)) return;
    try {
      if (verdict === "taken" && config.after === "delete") await removeIfThere(folder, path);
      else {await moveInto(
          folder,
          path,
          this.#folders[verdict === "taken" ? "done" : "failed"],
          clock.nowMs(),
        );}
      if (config.marker !== undefined) await removeIfThere(folder, path + config.marker);
    } catch (cause) {
      this.#rest(file, "fileStuck", "MOVE_FAILED", cause);
    }
  }

  /** Says what went wrong with a file and leaves it alone for a while, longer each time. Others go on. */
  #rest(file: WatchedFile, event: string, code: "READ_FAILED" | "MOVE_FAILED", cause: unknown): void {
    const { config, world, report, words } = this.#tools;
    const restMs = restAfter(++file.failures, config.everyMs);
    file.restUntilMs = world.clock.elapsedMs() + restMs;
    const { code: told, facts } = words.error(code, { reason: reasonOf(cause) }, cause);
    report({ name: event, facts: { code: told, ...facts, failures: file.failures, againInMs: restMs } });
  }
}

function byName({ name: one }: Listed, { name: other }: Listed): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** How long to rest after so many failures in a row: twice as long each time, up to a minute. */
export function restAfter(failures: number, everyMs: number): number {
  return Math.max(everyMs, Math.min(everyMs * 2 ** failures, REST_MS_MAX));
}

const REST_MS_MAX = 60_000;
