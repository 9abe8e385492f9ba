import { TILE_BYTES, TILE_HASHES, TILE_LEVELS, tileReader } from "./tiles.ts";
import { EMPTY_ROOT, HASH_BYTES, type HashReader, nodeHash, nodeHashInto } from "./tree.ts";

/** Takes a tile that is full: its `level` is a multiple of 8, as in tiles.ts. The bytes are the taker's. */
export type TakeTile = (level: number, number: number, hashes: Uint8Array) => void;

/** The right edge of a tree that grows: what is needed to append to it, and what no full tile has yet. */
export class TreeEdge {
  /** By level, the hash of the last complete subtree; it counts where the size has that bit. */
  readonly #peaks: Uint8Array[] = [];
  /** By level / 8, the tile that is filled. */
  readonly #tiles: Uint8Array[] = [];
  readonly #take: TakeTile;
  /** Of the subtree that is being appended. New arrays would cost more than all hashes. */
  readonly #hash = new Uint8Array(HASH_BYTES);
  #size = 0;

  /** An edge of the tree without entries. `take` is told of each tile as soon as it is full. */
  constructor(take: TakeTile = () => {}) {
    this.#take = take;
  }

  /**
   * The edge of a tree whose first entries are all in `fullTiles` tiles of level 0, which `reader` reads: those behind them
   * are to be appended.
   */
  static restore(fullTiles: number, reader: HashReader, take?: TakeTile): TreeEdge {
    const edge = new TreeEdge(take);
    edge.#size = fullTiles * TILE_HASHES;
    for (let level = 0, count = edge.#size; count > 0; level++, count = Math.floor(count / 2)) {
      if (count % 2 === 1) edge.#peaks[level] = reader.hash(level, count - 1).slice();
      if (level % TILE_LEVELS > 0) continue;
      const first = count - count % TILE_HASHES;
      const tile = edge.#tileAt(level);
      for (let at = first; at < count; at++) tile.set(reader.hash(level, at), (at - first) * HASH_BYTES);
    }
    return edge;
  }

  /** How many entries the tree has. */
  get size(): number {
    return this.#size;
  }

  /** Appends an entry by its hash, which is copied. */
  append(leaf: Uint8Array): void {
    const hash = this.#hash;
    hash.set(leaf);
    let [level, place] = [0, this.#size];
    this.#put(level, place, hash);
    while (place % 2 === 1) {
      nodeHashInto(hash, this.#peaks[level]!, hash);
      place = (place - 1) / 2;
      this.#put(++level, place, hash);
    }
    (this.#peaks[level] ??= new Uint8Array(HASH_BYTES)).set(hash);
    this.#size++;
  }

  /** Root of the tree as it is. */
  root(): Uint8Array {
    let root: Uint8Array | undefined;
    for (let level = 0, rest = this.#size; rest > 0; level++, rest = Math.floor(rest / 2)) {
      if (rest % 2 === 0) continue;
      root = root ? nodeHash(this.#peaks[level]!, root) : this.#peaks[level]!.slice();
    }
    return root ?? EMPTY_ROOT;
  }

  /** The tile that is being filled, as far as it has come; `undefined` where it is another, or empty. */
  tile(level: number, number: number): Uint8Array | undefined {
    const count = Math.floor(this.#size / 2 ** level);
    if (level % TILE_LEVELS > 0 || number !== Math.floor(count / TILE_HASHES)) return undefined;
    const hashes = count % TILE_HASHES;
    return hashes > 0 ? this.#tileAt(level).subarray(0, hashes * HASH_BYTES) : undefined;
  }

  /** Reads hashes of the whole tree, where `tileOf` gives the tiles that are full. */
  reader(tileOf: (level: number, number: number) => Uint8Array | undefined): HashReader {
    return tileReader((level, number) => this.tile(level, number) ?? tileOf(level, number));
  }

  #put(level: number, place: number, hash: Uint8Array): void {
    if (level % TILE_LEVELS > 0) return;
    const at = place % TILE_HASHES;
    const tile = this.#tileAt(level);
    tile.set(hash, at * HASH_BYTES);
    if (at < TILE_HASHES - 1) return;
    this.#tiles[level / TILE_LEVELS] = new Uint8Array(TILE_BYTES);
    this.#take(level, (place - at) / TILE_HASHES, tile);
  }

  #tileAt(level: number): Uint8Array {
    return this.#tiles[level / TILE_LEVELS] ??= new Uint8Array(TILE_BYTES);
  }
}
