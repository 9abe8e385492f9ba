import type { Live } from "../contract/actor.ts";
import type { World } from "../contract/world.ts";
import { limits } from "./limits.ts";

/** Files a stage reads again when they have changed, for as long as it lives. */
export class LiveFiles implements Disposable {
  readonly #world: World;
  readonly #refused: (file: string) => void;
  readonly #watched: (() => Promise<void>)[] = [];
  #forget = () => {};

  /** `refused` is told of a file that could not be used any more, by its path as it was written. */
  constructor(world: World, refused: (file: string) => void) {
    this.#world = world;
    this.#refused = refused;
  }

  /** Reads a file now, and again whenever its size or its time has changed. `path` is absolute. */
  async watch<T>(path: string, file: string, read: (text: string) => T): Promise<Live<T>> {
    const { disk } = this.#world;
    let seen = await this.#stampOf(path);
    const live = { value: read(await disk.readText(path)) };
    this.#watched.push(async () => {
      const now = await this.#stampOf(path);
      if (now === seen) return;
      seen = now;
      try {
        live.value = read(await disk.readText(path));
      } catch {
        // What was good goes on to be used.
        this.#refused(file);
      }
    });
    if (this.#watched.length === 1) this.#wait();
    return live;
  }

  [Symbol.dispose](): void {
    this.#forget();
    this.#watched.length = 0;
  }

  #wait(): void {
    this.#forget = this.#world.clock.after(limits.liveFileMs, async () => {
      await Promise.all(this.#watched.map((look) => look()));
      if (this.#watched.length > 0) this.#wait();
    });
  }

  async #stampOf(path: string): Promise<string> {
    const facts = await this.#world.disk.facts(path).catch(() => undefined);
    return facts ? `${facts.size} ${facts.modifiedMs}` : "";
  }
}
