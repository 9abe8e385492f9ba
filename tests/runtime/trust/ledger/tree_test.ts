import { assert, assertEquals } from "@std/assert";
import {
  consistencyProof,
  EMPTY_ROOT,
  type HashReader,
  inclusionProof,
  leafHash,
  nodeHash,
  rootOf,
  verifyConsistency,
  verifyInclusion,
} from "../../../../runtime/trust/ledger/tree.ts";
import { leafOf, NaiveTree } from "./naive_tree.ts";

/** Entries and roots that implementations of RFC 6962 have checked each other with since Certificate Transparency's first. */
const REFERENCE = [
  ["", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"],
  ["00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
  ["10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"],
  ["2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"],
  ["3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"],
  ["40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"],
  ["5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"],
  ["606162636465666768696a6b6c6d6e6f", "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"],
] as const;

Deno.test("a tree has the roots that RFC 6962's reference has", () => {
  const tree = new NaiveTree();
  assertEquals(rootOf(0, tree), EMPTY_ROOT);
  assertEquals(EMPTY_ROOT.toHex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  for (const [size, [entry, root]] of REFERENCE.entries()) {
    tree.append(leafHash(Uint8Array.fromHex(entry)));
    assertEquals(rootOf(size + 1, tree).toHex(), root);
  }
});

/** Every small size, and those around the ends of tiles. */
const SMALL = Array.from({ length: 67 }, (_, size) => size);
const AROUND_TILES = [127, 128, 129, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537];
const tree = new NaiveTree(AROUND_TILES.at(-1));
const other = new NaiveTree();
for (let number = 0; number < 600; number++) other.append(leafOf(number + 1));

/** All places below a small count; of a large one the first, the last, and those around powers of two. */
function placesBelow(count: number): readonly number[] {
  const all = count < 130 ? SMALL : [0, 1, 2, 127, 128, 255, 256, 511, 65_535, count - 2, count - 1];
  return [...new Set(all.filter((place) => place < count))];
}

Deno.test("every entry of every tree is shown to be in it, and at no other place", () => {
  for (const size of [...SMALL, ...AROUND_TILES]) {
    const root = tree.root(size);
    assertEquals(rootOf(size, tree), root);
    for (const number of placesBelow(size)) {
      const claim = { leaf: leafOf(number), number, size, proof: inclusionProof(number, size, tree), root };
      assert(verifyInclusion(claim), `${number} of ${size}`);
      assert(!verifyInclusion({ ...claim, number: size }));
      assert(!verifyInclusion({ ...claim, leaf: leafOf(number + 1) }));
      assert(size === 1 || !verifyInclusion({ ...claim, number: (number + 1) % size }));
      assert(!verifyInclusion({ ...claim, root: tree.root(size - 1) }));
      assert(!verifyInclusion({ ...claim, proof: [...claim.proof, root] }));
      assert(size === 1 || !verifyInclusion({ ...claim, proof: claim.proof.slice(1) }));
    }
  }
});

Deno.test("every tree is shown to have grown out of every smaller one, and of no other", () => {
  for (const size of [...SMALL, ...AROUND_TILES]) {
    for (const from of [...placesBelow(size), size]) {
      const [earlier, later] = [{ size: from, root: tree.root(from) }, { size, root: tree.root(size) }];
      const claim = { from: earlier, to: later, proof: consistencyProof(from, size, tree) };
      assert(verifyConsistency(claim), `${from} to ${size}`);
      assert(from === size || !verifyConsistency({ ...claim, from: later, to: earlier }));
      assert(!verifyConsistency({ ...claim, proof: [...claim.proof, later.root] }));
      if (from === 0) continue;
      if (from < 600) assert(!verifyConsistency({ ...claim, from: { size: from, root: other.root(from) } }));
      if (size < 600) assert(!verifyConsistency({ ...claim, to: { size, root: other.root(size) } }));
      assert(!verifyConsistency({ ...claim, to: { size, root: tree.root(from - 1) } }));
      assert(from === size || !verifyConsistency({ ...claim, proof: claim.proof.slice(1) }));
    }
  }
});

Deno.test("no bit of a proof, a root or an entry's hash can be another", () => {
  const size = 37;
  const root = tree.root(size);
  const inclusion = { leaf: leafOf(21), number: 21, size, proof: inclusionProof(21, size, tree), root };
  const from = { size: 22, root: tree.root(22) };
  const consistency = { from, to: { size, root }, proof: consistencyProof(22, size, tree) };
  for (let bit = 0; bit < 256; bit++) {
    assert(!verifyInclusion({ ...inclusion, leaf: flipped(inclusion.leaf, bit) }));
    assert(!verifyInclusion({ ...inclusion, root: flipped(root, bit) }));
    assert(!verifyConsistency({ ...consistency, to: { size, root: flipped(root, bit) } }));
    assert(!verifyConsistency({ ...consistency, from: { size: 22, root: flipped(from.root, bit) } }));
    for (const at of inclusion.proof.keys()) {
      assert(!verifyInclusion({ ...inclusion, proof: flippedAt(inclusion.proof, at, bit) }));
    }
    for (const at of consistency.proof.keys()) {
      assert(!verifyConsistency({ ...consistency, proof: flippedAt(consistency.proof, at, bit) }));
    }
  }
});

Deno.test("numbers beyond 2^53, fractions and hashes of another length are refused without an error", () => {
  const [leaf, root] = [leafOf(0), tree.root(2)];
  const proof = [leafOf(1)];
  for (const number of [-1, 0.5, NaN, Infinity, 2 ** 53, 2 ** 60]) {
    assert(!verifyInclusion({ leaf, number, size: 2 ** 53, proof, root }));
    assert(!verifyInclusion({ leaf, number: 0, size: number, proof, root }));
    assert(!verifyConsistency({ from: { size: 1, root: leaf }, to: { size: number, root }, proof }));
    assert(!verifyConsistency({ from: { size: number, root: leaf }, to: { size: 2, root }, proof }));
  }
  for (const short of [new Uint8Array(), new Uint8Array(31), new Uint8Array(33)]) {
    assert(!verifyInclusion({ leaf, number: 0, size: 2, proof: [short], root }));
    assert(!verifyInclusion({ leaf: short, number: 0, size: 1, proof: [], root: short }));
    assert(!verifyConsistency({ from: { size: 1, root: short }, to: { size: 1, root: short }, proof: [] }));
  }
  const long = Array.from({ length: 1_000_000 }, () => leaf);
  assert(!verifyInclusion({ leaf, number: 0, size: 2 ** 53 - 1, proof: long, root }));
});

Deno.test("entries behind 2^32 others are shown like all others", () => {
  for (const place of [2 ** 31, 2 ** 32 + 4, 2 ** 40 + 2 ** 33, 2 ** 53 - 2]) {
    const far = allAlikeBut(place);
    const size = place + 1, root = rootOf(size, far);
    const claim = { leaf: leafOf(1), number: place, size, proof: inclusionProof(place, size, far), root };
    assert(verifyInclusion(claim), `${place}`);
    assert(!verifyInclusion({ ...claim, number: place % 2 ** 31 }));
    assert(!verifyInclusion({ ...claim, leaf: leafOf(0) }));
    for (const from of [1, 2 ** 31 - 1, 2 ** 31, size - 1]) {
      const earlier = { size: from, root: rootOf(from, far) };
      const proof = consistencyProof(from, size, far);
      assert(verifyConsistency({ from: earlier, to: { size, root }, proof }), `${from} to ${size}`);
      assert(!verifyConsistency({ from: { size: from, root: leafOf(2) }, to: { size, root }, proof }));
    }
  }
});

/** A tree larger than anybody could hold: every entry is the same, but the one at a place. */
function allAlikeBut(place: number): HashReader {
  const [alike, other] = [[leafOf(0)], [leafOf(1)]];
  for (let level = 0, at = place; level < 53; level++, at = Math.floor(at / 2)) {
    const [same, own] = [alike[level]!, other[level]!];
    alike.push(nodeHash(same, same));
    other.push(at % 2 === 1 ? nodeHash(same, own) : nodeHash(own, same));
  }
  return {
    hash: (level, index) => (index === Math.floor(place / 2 ** level) ? other : alike)[level]!,
  };
}

function flipped(hash: Uint8Array, bit: number): Uint8Array {
  const other = hash.slice();
  other[bit >> 3]! ^= 1 << (bit & 7);
  return other;
}

function flippedAt(proof: readonly Uint8Array[], at: number, bit: number): readonly Uint8Array[] {
  return proof.map((hash, place) => place === at ? flipped(hash, bit) : hash);
}
