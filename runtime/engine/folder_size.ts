import { join } from "node:path";
import type { Clock, Disk } from "../contract/world.ts";
import { limits } from "./limits.ts";

/** The size of a folder of folders of files. A walk through many takes a while: it is made now and then, one at a time. */
export class FolderSize {
  readonly #folder: string;
  readonly #disk: Pick<Disk, "list" | "facts">;
  readonly #clock: Pick<Clock, "elapsedMs">;
  #bytes: number | undefined;
  #walk: Promise<void> | undefined;
  #walkedAtMs = -Infinity;

  constructor(folder: string, disk: Pick<Disk, "list" | "facts">, clock: Pick<Clock, "elapsedMs">) {
    this.#folder = folder;
    this.#disk = disk;
    this.#clock = clock;
  }

  /** Bytes, as of the last walk; waits for the first. `undefined` where there is no such folder. */
  async read(): Promise<number | undefined> {
    if (this.#clock.elapsedMs() - this.#walkedAtMs >= limits.folderWalkMs) this.#walk ??= this.#renew();
    if (this.#bytes === undefined) await this.#walk;
    return this.#bytes;
  }

  async #renew(): Promise<void> {
    // What comes or goes meanwhile is counted the next time.
    this.#bytes = await this.#sizeOf(this.#folder).catch(() => undefined);
    this.#walkedAtMs = this.#clock.elapsedMs();
    this.#walk = undefined;
  }

  async #sizeOf(folder: string): Promise<number> {
    let bytes = 0;
    for (const name of await this.#disk.list(folder)) {
      const path = join(folder, name);
      const facts = await this.#disk.facts(path);
      bytes += facts?.kind === "folder" ? await this.#sizeOf(path) : facts?.size ?? 0;
    }
    return bytes;
  }
}
