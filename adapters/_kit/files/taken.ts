import type { Memory } from "../../../runtime/contract/adapter.ts";
import type { FileFacts } from "../../../runtime/contract/world.ts";

/** Size and time of a file when it was taken. */
type Mark = readonly [size: number, modifiedMs: number];

/**
 * Which files were taken and are still where they were, over restarts. They are remembered in shares by their names, so
 * that another file makes only one small share anew, and so that all can be found again.
 */
export class Taken {
  readonly #memory: Memory;
  readonly #shares: Map<string, Mark>[];

  private constructor(memory: Memory, shares: Map<string, Mark>[]) {
    this.#memory = memory;
    this.#shares = shares;
  }

  /** Reads what was remembered. */
  static async open(memory: Memory): Promise<Taken> {
    const texts = await Promise.all(Array.from({ length: SHARES }, (_, share) => memory.get(keyOf(share))));
    return new Taken(memory, texts.map((text) => new Map(Object.entries(JSON.parse(text ?? "{}")))));
  }

  /** True for a file that was taken as it is now. */
  has(name: string, { size, modifiedMs }: FileFacts): boolean {
    const mark = this.#shares[shareOf(name)].get(name);
    return mark !== undefined && mark[0] === size && mark[1] === modifiedMs;
  }

  /** Resolves when it is remembered for good. */
  async add(name: string, { size, modifiedMs }: FileFacts): Promise<void> {
    const share = shareOf(name);
    this.#shares[share].set(name, [size, modifiedMs]);
    await this.#keep(share);
  }

  /** Forgets what is not among these names. */
  async forgetOthers(present: ReadonlySet<string>): Promise<void> {
    for (const [share, marks] of this.#shares.entries()) {
      const gone = [...marks.keys()].filter((name) => !present.has(name));
      for (const name of gone) marks.delete(name);
      if (gone.length > 0) await this.#keep(share);
    }
  }

  async #keep(share: number): Promise<void> {
    const marks = this.#shares[share];
    if (marks.size === 0) await this.#memory.delete(keyOf(share));
    else await this.#memory.set(keyOf(share), JSON.stringify(Object.fromEntries(marks)));
  }
}

const SHARES = 256;

function keyOf(share: number): string {
  return `taken.${share}`;
}

/** FNV-1a: names that differ little are spread all the same. */
function shareOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  return (hash >>> 0) % SHARES;
}
