import { join } from "node:path";
import { lateness } from "./lateness.ts";

/** A folder that a gateway writes files to. */
export class Outbox {
  readonly #folder: string;

  /** Makes the folder: a gateway does not. */
  constructor(folder: string) {
    this.#folder = folder;
    Deno.mkdirSync(folder, { recursive: true });
  }

  /** Names of the files, in order; what is still being written has another ending. */
  async names(): Promise<readonly string[]> {
    const names = await Array.fromAsync(Deno.readDir(this.#folder), ({ name }) => name);
    return names.filter((name) => !name.endsWith(".part")).sort();
  }

  /** Resolves with the names once there are so many. */
  async until(count: number): Promise<readonly string[]> {
    const watcher = Deno.watchFs(this.#folder);
    using late = lateness(`${this.#folder} has not got ${count} files`);
    const found = async () => {
      if ((await this.names()).length >= count) return;
      for await (const _ of watcher) if ((await this.names()).length >= count) return;
    };
    await Promise.race([found(), late.promise]).finally(() => watcher.close());
    return await this.names();
  }

  /** The text of a file. */
  read(name: string): Promise<string> {
    return Deno.readTextFile(join(this.#folder, name));
  }
}
