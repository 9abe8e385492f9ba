import { EMPTY_ROOT, leafHash, nodeHash } from "../../../../runtime/trust/ledger/tree.ts";

/** The tree as RFC 6962 section 2.1 defines it, with all hashes in memory: what the ledger's own is compared with. */
export class NaiveTree {
  readonly levels: Uint8Array[][] = [];
  readonly #roots = new Map<number, Uint8Array>();

  /** A tree of so many entries, each its number. */
  constructor(size = 0) {
    for (let number = 0; number < size; number++) this.append(leafOf(number));
  }

  append(leaf: Uint8Array, level = 0): void {
    const hashes = this.levels[level] ??= [];
    hashes.push(leaf);
    if (hashes.length % 2 === 0) this.append(nodeHash(hashes.at(-2)!, hashes.at(-1)!), level + 1);
  }

  hash(level: number, index: number): Uint8Array {
    return this.levels[level]![index]!;
  }

  root(size: number): Uint8Array {
    let root = this.#roots.get(size);
    if (!root) this.#roots.set(size, root = size === 0 ? EMPTY_ROOT : this.#range(0, size));
    return root;
  }

  #range(start: number, end: number): Uint8Array {
    if (end - start === 1) return this.levels[0]![start]!;
    let split = 1;
    while (split * 2 < end - start) split *= 2;
    return nodeHash(this.#range(start, start + split), this.#range(start + split, end));
  }
}

/** Hash of an entry that says its number. */
export function leafOf(number: number): Uint8Array {
  return leafHash(new TextEncoder().encode(String(number)));
}
