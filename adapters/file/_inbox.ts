import { join } from "node:path";
import type { Reply } from "../../runtime/contract/adapter.ts";
import { untilAborted } from "../../runtime/contract/signal.ts";
import type { Tools } from "./_listener_spec.ts";
import { nameFilter } from "./_name_filter.ts";
import { moveInto, removeIfThere } from "./_put_away.ts";
import { reasonOf } from "./_reason.ts";
import { type Verdict, type WatchedFile, WatchedFiles } from "./_watched_files.ts";

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

/**
 * The watched folder, one round at a time. A file stays where it is until the channel has answered for it: taken files
 * are then moved or deleted, refused ones are always moved, everything else is read again in a later round. So a crash
 * at any point means that a file is handed over again, never that it is lost.
 */
export class Inbox {
  readonly #tools: Tools;
  readonly #folders: Folders;
  readonly #files: WatchedFiles;
  readonly #isMessage: (name: string) => boolean;
  readonly #stopping: AbortSignal;
  readonly #dropped: AbortSignal;

  /** `stopping` ends a round before its next file, `dropped` also ends the wait for the channel's answer. */
  constructor(tools: Tools, folders: Folders, stopping: AbortSignal, dropped: AbortSignal) {
    const { config, world } = tools;
    this.#tools = tools;
    this.#folders = folders;
    this.#stopping = stopping;
    this.#dropped = dropped;
    this.#files = new WatchedFiles(world.disk, config.path, config);
    this.#isMessage = nameFilter(config.pattern, config.marker);
  }

  /** Takes every file that is whole, in order, one after the other. */
  async round(): Promise<RoundEnd> {
    const { config, world, report, error } = this.#tools;
    let all: readonly string[];
    try {
      all = await world.disk.list(config.path);
    } catch (cause) {
      const { code, facts } = error("FILE_FOLDER_UNREADABLE", { reason: reasonOf(cause) }, cause);
      report({ name: "folderUnreadable", facts: { code, ...facts } });
      return "troubled";
    }
    const names = all.filter(this.#isMessage);
    const { whole, settling, hidden } = await this.#files.look(names, all, world.clock.elapsedMs());
    if (hidden > 0) report({ name: "filesHidden", facts: { count: hidden } });
    for (const file of this.#inOrder(whole)) {
      if (this.#stopping.aborted) break;
      // What the channel cannot take now, it cannot take of the next file either; and order is kept.
      if (await this.#handle(file) === "troubled") return "troubled";
    }
    if (whole.length > 0) return "calm";
    return hidden > 0 ? "troubled" : settling > 0 ? "calm" : "idle";
  }

  #inOrder(files: WatchedFile[]): WatchedFile[] {
    // Names come sorted, and sorting is stable.
    return this.#tools.config.order === "name"
      ? files
      : files.sort((one, other) => one.facts.modifiedMs - other.facts.modifiedMs);
  }

  async #handle(file: WatchedFile): Promise<RoundEnd> {
    if (file.verdict === undefined) {
      const reply = await this.#offer(file);
      if (!reply) return "calm";
      if (reply.outcome.kind === "failed") return "troubled";
      file.verdict = reply.outcome.kind === "rejected" ? "refused" : "taken";
    }
    await this.#putAway(file, file.verdict);
    return "calm";
  }

  /** The channel's reply; `undefined` where the file could not be offered, or nobody waits any longer. */
  async #offer(file: WatchedFile): Promise<Reply | undefined> {
    const { config: { fileBytesMax }, intake, error } = this.#tools;
    try {
      await intake.opened(this.#stopping);
    } catch {
      return undefined;
    }
    const peer = file.name;
    if (file.facts.size > fileBytesMax) {
      // Without its bytes, which nothing bounds: the original itself is kept, in the folder for refused files.
      const refusal = error("FILE_SIZE_EXCESSIVE", { fileBytesMax });
      return await untilAborted(intake.refuse({ bytes: new Uint8Array(), peer }, refusal), this.#dropped);
    }
    using memory = intake.reading();
    try {
      await memory.holds(file.facts.size, this.#stopping);
    } catch {
      return undefined;
    }
    const bytes = await this.#read(file);
    memory.holds(0, this.#stopping);
    return bytes && await untilAborted(intake.receive({ bytes, peer }), this.#dropped);
  }

  async #read(file: WatchedFile): Promise<Uint8Array | undefined> {
    const { config, world, report } = this.#tools;
    try {
      const bytes = await world.disk.read(join(config.path, file.name));
      if (bytes.length === file.facts.size && await this.#files.isUnchanged(file)) return bytes;
      report({ name: "fileChanged" });
    } catch (cause) {
      this.#rest(file, "fileUnreadable", "FILE_READ_FAILED", cause);
    }
    return undefined;
  }

  async #putAway(file: WatchedFile, verdict: Verdict): Promise<void> {
    const { config, world: { disk, clock } } = this.#tools;
    const path = join(config.path, file.name);
    // Written anew meanwhile: what lies there now is the next message.
    if (!await this.#files.isUnchanged(file)) return;
    try {
      if (verdict === "taken" && config.after === "delete") await removeIfThere(disk, path);
      else await moveInto(disk, path, this.#folders[verdict === "taken" ? "done" : "failed"], clock.nowMs());
      if (config.marker !== undefined) await removeIfThere(disk, path + config.marker);
    } catch (cause) {
      this.#rest(file, "fileStuck", "FILE_MOVE_FAILED", cause);
    }
  }

  /** Says what went wrong with a file and leaves it alone for a while, longer each time. Others go on. */
  #rest(
    file: WatchedFile,
    event: string,
    code: "FILE_READ_FAILED" | "FILE_MOVE_FAILED",
    cause: unknown,
  ): void {
    const { config, world, report, error } = this.#tools;
    const restMs = restAfter(++file.failures, config.everyMs);
    file.restUntilMs = world.clock.elapsedMs() + restMs;
    const { facts } = error(code, { reason: reasonOf(cause) }, cause);
    report({ name: event, facts: { code, ...facts, failures: file.failures, againInMs: restMs } });
  }
}

/** How long to rest after so many failures in a row: twice as long each time, up to a minute. */
export function restAfter(failures: number, everyMs: number): number {
  return Math.max(everyMs, Math.min(everyMs * 2 ** failures, REST_MS_MAX));
}

const REST_MS_MAX = 60_000;
