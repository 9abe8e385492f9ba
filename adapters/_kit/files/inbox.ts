import { dirname, join } from "node:path/posix";
import type { Reply } from "../../../runtime/contract/adapter.ts";
import { untilAborted } from "../../../runtime/contract/signal.ts";
import { ahead } from "./ahead.ts";
import { type ArchiveFolders, archiveFolders, folderOn, steadyPart } from "./archive_folders.ts";
import type { InboxTools } from "./inbox_spec.ts";
import { type NameFilter, nameFilter } from "./name_filter.ts";
import type { Open } from "./opener.ts";
import { Preparing, type Ready } from "./preparing.ts";
import { moveInto, removeIfThere } from "./put_away.ts";
import { reasonOf } from "./reason.ts";
import { rest } from "./rest.ts";
import { RoundsMark } from "./rounds_mark.ts";
import { Taken } from "./taken.ts";
import { listTree, type Tree } from "./tree.ts";
import { type Verdict, type WatchedFile, WatchedFiles } from "./watched_files.ts";

/**
 * What should follow a round: the next one soon, or after a longer rest; `idle`: there was nothing to take, and there
 * will be nothing unless somebody writes it or what is left alone for a while has rested.
 */
export type RoundEnd = "idle" | "calm" | "troubled";

/**
 * The watched folder, one round at a time. A file stays where it is until the channel has answered for it: taken files
 * are then moved, deleted or remembered, refused ones are always moved or remembered, everything else is read again in a
 * later round. So a crash at any point means that a file is handed over again, never that it is lost; and its key tells
 * the channel that it is.
 */
export class Inbox {
  readonly #tools: InboxTools;
  readonly #archive: ArchiveFolders;
  readonly #files: WatchedFiles;
  readonly #filter: NameFilter;
  readonly #preparing: Preparing;
  readonly #stopping: AbortSignal;
  readonly #dropped: AbortSignal;
  #taken: Taken | undefined;
  #mark: RoundsMark | undefined;

  /** `stopping` ends a round before its next file, `dropped` also ends the wait for the channel's answer. */
  constructor(tools: InboxTools, open: Open, stopping: AbortSignal, dropped: AbortSignal) {
    const { config, folder } = tools;
    this.#tools = tools;
    this.#archive = archiveFolders(tools);
    this.#stopping = stopping;
    this.#dropped = dropped;
    this.#files = new WatchedFiles(folder, config.path, config);
    this.#filter = nameFilter(config);
    this.#preparing = new Preparing(tools, this.#files, open, () => this.#mark!.number, stopping);
  }

  /** Takes every file that is whole, in order. */
  async round(): Promise<RoundEnd> {
    const { config, world, memory, report, words } = this.#tools;
    this.#mark ??= await RoundsMark.open(memory);
    if (config.after === "keep") this.#taken ??= await Taken.open(memory);
    const tree = await this.#list();
    if (!tree) return "troubled";
    const files = tree.entries.filter(({ name }) => this.#filter.isMessage(name));
    const look = await this.#files.look(
      files,
      tree.entries,
      world.clock.elapsedMs(),
      (name, facts) => this.#taken?.has(name, facts) ?? false,
    );
    const { whole, settling } = look, hidden = look.hidden + tree.hidden;
    if (hidden > 0) report({ name: "filesHidden", facts: { count: hidden } });
    if (look.unnamed > 0) {
      const error = words.error("NAME_UNFIT");
      report({ name: "filesUnnamed", facts: { code: error.code, count: look.unnamed }, error });
    }
    await this.#forgetOthers(tree);
    if (await this.#takeAll(this.#inOrder(whole)) === "troubled") return "troubled";
    if (whole.length > 0) return "calm";
    return hidden > 0 ? "troubled" : settling > 0 ? "calm" : "idle";
  }

  async #list(): Promise<Tree | undefined> {
    const { config: { path }, folder, report, words } = this.#tools;
    try {
      const enters = this.#filter.enters;
      return await listTree(folder, path, enters && ((name) => enters(name) && !this.#isArchive(name)));
    } catch (cause) {
      const error = words.error("FOLDER_UNREADABLE", { reason: reasonOf(cause) }, cause);
      report({ name: "folderUnreadable", facts: { code: error.code, ...error.facts }, error });
      return undefined;
    }
  }

  #isArchive(name: string): boolean {
    const path = join(this.#tools.config.path, name);
    return Object.values(this.#archive).some((folder) => join(steadyPart(folder)) === path);
  }

  /** What is gone is nobody's any more. A look that finds nothing at all may be into a share that is not mounted. */
  async #forgetOthers({ entries, hidden }: Tree): Promise<void> {
    const present = new Set(entries.map(({ name }) => name));
    this.#preparing.claims.forgetOthers(present);
    if (hidden === 0 && entries.length > 0) await this.#taken?.forgetOthers(present);
  }

  #inOrder(files: WatchedFile[]): WatchedFile[] {
    // Names come sorted, and sorting is stable.
    return this.#tools.config.order === "name"
      ? files
      : files.sort((one, other) => one.facts.modifiedMs - other.facts.modifiedMs);
  }

  async #takeAll(files: readonly WatchedFile[]): Promise<RoundEnd> {
    const { readsAtOnce } = this.#tools.config;
    const prepare = (file: WatchedFile) => this.#preparing.prepare(file);
    let away = 0;
    for await (const next of ahead(files, readsAtOnce, prepare)) {
      await using ready = next;
      if (this.#stopping.aborted) break;
      // What the channel cannot take now, it cannot take of the next file either; and order is kept.
      if (await this.#take(ready) === "troubled") return "troubled";
      if (ready.file.isAway) away++;
    }
    if (away > 0 && !this.#taken && !this.#files.hasOffered) await this.#mark!.grow();
    return "calm";
  }

  async #take(ready: Ready): Promise<RoundEnd> {
    const { file, isPassedOver } = ready;
    if (isPassedOver) return "calm";
    if (file.verdict === undefined) {
      const outcome = await this.#offer(ready);
      if (outcome === undefined) return "calm";
      if (outcome === "failed") return "troubled";
      file.verdict = outcome === "rejected" ? "refused" : "taken";
    }
    await this.#putAway(file, file.verdict);
    return "calm";
  }

  /** The worst of the channel's outcomes; `undefined` where nobody waits any longer. */
  async #offer(ready: Ready): Promise<Reply["outcome"]["kind"] | undefined> {
    const { file: { name: peer }, contents, refusal } = ready;
    const { intake } = this.#tools;
    let worst: Reply["outcome"]["kind"] = "accepted";
    const offers = refusal
      ? [() => intake.refuse({ bytes: refusal.bytes, peer }, refusal.error)]
      : contents.map((content) => () => intake.receive(content));
    for (const offer of offers) {
      ready.file.isOffered = true;
      const reply = await this.#whenOpen(ready, offer);
      if (!reply || reply.outcome.kind === "failed") return reply?.outcome.kind;
      if (reply.outcome.kind === "rejected") worst = "rejected";
    }
    return worst;
  }

  async #whenOpen(ready: Ready, offer: () => Promise<Reply>): Promise<Reply | undefined> {
    try {
      await this.#tools.intake.opened(this.#stopping);
    } catch {
      return undefined;
    }
    ready.free();
    return await untilAborted(offer(), this.#dropped);
  }

  async #putAway(file: WatchedFile, verdict: Verdict): Promise<void> {
    const { config, folder, world: { clock } } = this.#tools;
    // Written anew meanwhile: what lies there now is the next message.
    if (!await this.#files.isUnchanged(file)) return void (file.isAway = true);
    if (this.#taken) return await this.#taken.add(file.name, file.facts);
    const path = join(config.path, file.name);
    const put = async (path: string) => {
      if (verdict === "taken" && config.after === "delete") return await removeIfThere(folder, path);
      const archive = folderOn(this.#archive[verdict === "taken" ? "done" : "failed"], clock.nowMs());
      await moveInto(folder, path, join(archive, dirname(file.name)), clock.nowMs());
    };
    try {
      await put(path);
      if (file.sidecar && await folder.facts(join(config.path, file.sidecar.name))) {
        await put(join(config.path, file.sidecar.name));
      }
      if (config.marker !== undefined) await removeIfThere(folder, path + config.marker);
      file.isAway = true;
    } catch (cause) {
      rest(this.#tools, file, "fileStuck", "MOVE_FAILED", cause);
    }
  }
}
