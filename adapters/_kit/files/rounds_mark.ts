import type { Memory } from "../../../runtime/contract/adapter.ts";

/**
 * A number that grows whenever all that was handed over has been put away. It makes a file that somebody puts back into
 * the folder another delivery than the one that was taken, however alike they are; and after a crash it is the number
 * that it was, so that what was handed over before is the same delivery still.
 */
export class RoundsMark {
  readonly #memory: Memory;
  #number: number;

  private constructor(memory: Memory, number: number) {
    this.#memory = memory;
    this.#number = number;
  }

  /** As it was remembered. */
  static async open(memory: Memory): Promise<RoundsMark> {
    return new RoundsMark(memory, Number(await memory.get(KEY) ?? 0));
  }

  get number(): number {
    return this.#number;
  }

  /** Resolves when it has grown for good. */
  async grow(): Promise<void> {
    await this.#memory.set(KEY, String(this.#number + 1));
    this.#number++;
  }
}

const KEY = "rounds";
