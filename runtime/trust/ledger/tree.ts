import { sha256Into } from "./sha256.ts";

/**
 * The hash tree of a ledger (RFC 6962 section 2.1). Numbers of entries and sizes may reach 2^53, so nothing here uses
 * operators that cut them to 32 bits.
 */

/** Length of a hash. */
export const HASH_BYTES = 32;

/** More hashes than the longest proof has: a tree of 2^53 entries is 53 high, and a consistency proof may name one more. */
export const PROOF_HASHES_MAX = 54;

/** Root of the tree without entries. */
export const EMPTY_ROOT: Uint8Array = sha256(new Uint8Array());

/** Gives hashes of complete subtrees. */
export interface HashReader {
  /** Of the subtree over the 2^`level` entries from `index` × 2^`level` on; all of them MUST be in the tree. */
  hash(level: number, index: number): Uint8Array;
}

// Room for entries as they mostly are: a new one for each would be most of the garbage.
const leafInput = new Uint8Array(4096);

/** Hash of an entry: SHA-256 of a zero byte and its bytes. */
export function leafHash(bytes: Uint8Array): Uint8Array {
  const length = 1 + bytes.length;
  const input = length > leafInput.length ? new Uint8Array(length) : leafInput.subarray(0, length);
  input.set(bytes, 1);
  return sha256(input);
}

/** Writes the same of an entry that lies behind a zero byte into 32 bytes. */
export function leafHashInto(hash: Uint8Array, zeroAndBytes: Uint8Array): void {
  sha256Into(hash, zeroAndBytes);
}

// Likewise: nothing waits while it is filled and hashed.
const nodeInput = new Uint8Array(1 + 2 * HASH_BYTES);
nodeInput[0] = 1;

/** Hash of two subtrees that lie side by side: SHA-256 of a one byte and both. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  const node = new Uint8Array(HASH_BYTES);
  nodeHashInto(node, left, right);
  return node;
}

/** Writes the same into 32 bytes, which may be those of one of them. */
export function nodeHashInto(node: Uint8Array, left: Uint8Array, right: Uint8Array): void {
  nodeInput.set(left, 1);
  nodeInput.set(right, 1 + HASH_BYTES);
  sha256Into(node, nodeInput);
}

/** Root of the tree that the first `size` entries make. */
export function rootOf(size: number, reader: HashReader): Uint8Array {
  return size === 0 ? EMPTY_ROOT : hashOf(0, size, reader);
}

/** What shows that entry `number` is in the tree of a size, from the leaf's sibling up (RFC 6962 section 2.1.1). */
export function inclusionProof(number: number, size: number, reader: HashReader): Uint8Array[] {
  const proof: Uint8Array[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + splitOf(end - start);
    if (number < middle) {
      proof.push(hashOf(middle, end, reader));
      end = middle;
    } else {
      proof.push(hashOf(start, middle, reader));
      start = middle;
    }
  }
  return proof.reverse();
}

/** What shows that the tree of `size` grew out of the one of `from` (RFC 6962 section 2.1.2); empty where `from` is 0. */
export function consistencyProof(from: number, size: number, reader: HashReader): Uint8Array[] {
  if (from === 0 || from === size) return [];
  const proof: Uint8Array[] = [];
  let [start, end] = [0, size];
  while (end !== from) {
    const middle = start + splitOf(end - start);
    if (from <= middle) {
      proof.push(hashOf(middle, end, reader));
      end = middle;
    } else {
      proof.push(hashOf(start, middle, reader));
      start = middle;
    }
  }
  // Where it is the whole earlier tree, whoever checks has its root.
  if (start > 0) proof.push(hashOf(start, end, reader));
  return proof.reverse();
}

/** An entry, and what is said to show where it is. */
export interface InclusionClaim {
  /** Hash of the entry. */
  readonly leaf: Uint8Array;
  /** Number of the entry, from 0. */
  readonly number: number;
  readonly size: number;
  readonly proof: readonly Uint8Array[];
  readonly root: Uint8Array;
}

/** True where the entry is in that tree (RFC 9162 section 2.1.3.2). Whatever it is given, it does not throw. */
export function verifyInclusion({ leaf, number, size, proof, root }: InclusionClaim): boolean {
  if (!isCount(number) || !isCount(size) || number >= size) return false;
  if (proof.length > PROOF_HASHES_MAX || ![leaf, root, ...proof].every(isHash)) return false;
  let [place, last, hash] = [number, size - 1, leaf];
  for (const sibling of proof) {
    if (last === 0) return false;
    if (isOdd(place) || place === last) {
      hash = nodeHash(sibling, hash);
      while (!isOdd(place) && place > 0) [place, last] = [half(place), half(last)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && isSame(hash, root);
}

/** How large a tree is, and its root. */
export interface TreeHead {
  readonly size: number;
  readonly root: Uint8Array;
}

/** Two heads, and what is said to show that one tree grew out of the other. */
export interface ConsistencyClaim {
  readonly from: TreeHead;
  readonly to: TreeHead;
  readonly proof: readonly Uint8Array[];
}

/** True where the tree `to` is `from` and more (RFC 9162 section 2.1.4.2). Whatever it is given, it does not throw. */
export function verifyConsistency({ from, to, proof }: ConsistencyClaim): boolean {
  if (!isCount(from.size) || !isCount(to.size) || from.size > to.size) return false;
  if (proof.length > PROOF_HASHES_MAX || ![from.root, to.root, ...proof].every(isHash)) return false;
  if (from.size === to.size) return proof.length === 0 && isSame(from.root, to.root);
  if (from.size === 0) return proof.length === 0 && isSame(from.root, EMPTY_ROOT);
  const [first, ...rest] = isPowerOfTwo(from.size) ? [from.root, ...proof] : proof;
  if (first === undefined) return false;
  let [place, last] = [from.size - 1, to.size - 1];
  while (isOdd(place)) [place, last] = [half(place), half(last)];
  let [earlier, later] = [first, first];
  for (const hash of rest) {
    if (last === 0) return false;
    if (isOdd(place) || place === last) {
      earlier = nodeHash(hash, earlier);
      later = nodeHash(hash, later);
      while (!isOdd(place) && place > 0) [place, last] = [half(place), half(last)];
    } else {
      later = nodeHash(later, hash);
    }
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && isSame(earlier, from.root) && isSame(later, to.root);
}

/** True where both have the same bytes. Hashes of a ledger are no secrets. */
export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

/** Hash of the entries from `start` up to `end`, where `start` is a multiple of a power of two that is no less than their count. */
function hashOf(start: number, end: number, reader: HashReader): Uint8Array {
  const count = end - start;
  if (isPowerOfTwo(count)) return reader.hash(levelOf(count), start / count);
  const middle = start + splitOf(count);
  return nodeHash(hashOf(start, middle, reader), hashOf(middle, end, reader));
}

/** The largest power of two below a count of 2 or more. */
function splitOf(count: number): number {
  let split = 1;
  while (split * 2 < count) split *= 2;
  return split;
}

function levelOf(powerOfTwo: number): number {
  let level = 0;
  for (let rest = powerOfTwo; rest > 1; rest /= 2) level++;
  return level;
}

function isPowerOfTwo(count: number): boolean {
  let rest = count;
  while (rest > 1 && !isOdd(rest)) rest /= 2;
  return rest === 1;
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function isHash(value: Uint8Array): boolean {
  return value.length === HASH_BYTES;
}

function isOdd(value: number): boolean {
  return value % 2 === 1;
}

function half(value: number): number {
  return Math.floor(value / 2);
}

function sha256(bytes: Uint8Array): Uint8Array {
  const made = new Uint8Array(HASH_BYTES);
  sha256Into(made, bytes);
  return made;
}
