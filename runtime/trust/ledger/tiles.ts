import { HASH_BYTES, type HashReader, nodeHash } from "./tree.ts";

/**
 * A tree's hashes, 256 to a tile (C2SP tlog-tiles). A tile's `level` is that of its hashes in the tree: 0, 8, 16…, the L of
 * tlog-tiles times 8; tile `number` has those from 256 × `number` on.
 */

/** Hashes in a full tile. */
export const TILE_HASHES = 256;

/** How many levels of the tree lie between the hashes of a tile and those of the one above it. */
export const TILE_LEVELS = 8;

/** Length of a full tile. */
export const TILE_BYTES: number = TILE_HASHES * HASH_BYTES;

/** Gives a tile, full or as far as it has come; `undefined` where there is none. */
export type TileOf = (level: number, number: number) => Uint8Array | undefined;

/** Reads hashes from tiles. Throws where a hash is asked for that they do not reach. */
export function tileReader(tileOf: TileOf): HashReader {
  const hash = (level: number, index: number): Uint8Array => {
    const inside = level % TILE_LEVELS;
    const count = 2 ** inside;
    const number = Math.floor(index * count / TILE_HASHES);
    const start = (index * count - number * TILE_HASHES) * HASH_BYTES;
    const end = start + count * HASH_BYTES;
    const tile = tileOf(level - inside, number);
    if (tile && tile.length >= end) return foldHashes(tile.subarray(start, end));
    if (level < TILE_LEVELS) throw new RangeError(`Cannot read tree: no tile has the hash ${level}/${index}`);
    // Nobody has kept it: it is the root of tiles further down.
    return nodeHash(hash(level - 1, index * 2), hash(level - 1, index * 2 + 1));
  };
  return { hash };
}

/** Root over hashes that lie behind each other; their count MUST be a power of two. */
export function foldHashes(hashes: Uint8Array): Uint8Array {
  if (hashes.length === HASH_BYTES) return hashes.slice();
  const middle = hashes.length / 2;
  return nodeHash(foldHashes(hashes.subarray(0, middle)), foldHashes(hashes.subarray(middle)));
}

/** Where a tile is in an export: `tile/0/x001/x234/067`, with `.p/112` where it has only so many hashes. */
export function tilePath(level: number, number: number, hashes = TILE_HASHES): string {
  return `tile/${level / TILE_LEVELS}/${numberPath(number)}${partOf(hashes)}`;
}

/** Where a bundle of 256 entries, or of `entries`, is in an export: `tile/entries/x001/x234/067`. */
export function entriesPath(number: number, entries = TILE_HASHES): string {
  return `tile/entries/${numberPath(number)}${partOf(entries)}`;
}

function numberPath(number: number): string {
  const digits = String(number);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, "0").match(/.{3}/g) ?? [];
  return groups.map((group, at) => at < groups.length - 1 ? `x${group}` : group).join("/");
}

function partOf(count: number): string {
  return count === TILE_HASHES ? "" : `.p/${count}`;
}
