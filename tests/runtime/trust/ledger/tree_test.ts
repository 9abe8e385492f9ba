import { assert, assertEquals } from "@std/assert";
import {
  consistencyProof,
  EMPTY_ROOT,
  inclusionProof,
  leafHash,
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

const SIZES = Array.from({ length: 131 }, (_, size) => size);

Deno.test("every entry of every small tree is shown to be in it, and none to be another", () => {
  const tree = new NaiveTree(130);
  for (const size of SIZES) {
    const root = tree.root(size);
    assertEquals(rootOf(size, tree), root);
    for (let number = 0; number < size; number++) {
      const proof = inclusionProof(number, size, tree);
      const claim = { leaf: leafOf(number), number, size, proof, root };
      assert(verifyInclusion(claim), `${number} of ${size}`);
      assert(size === 1 || !verifyInclusion({ ...claim, leaf: leafOf((number + 1) % size) }));
      assert(size === 1 || !verifyInclusion({ ...claim, number: (number + 1) % size }));
      assert(!verifyInclusion({ ...claim, number: size }));
      assert(!verifyInclusion({ ...claim, root: tree.root(size - 1) }));
    }
  }
});

Deno.test("every small tree is shown to have grown out of every smaller one, and of no other", () => {
  const tree = new NaiveTree(130);
  const other = new NaiveTree();
  for (let number = 0; number < 130; number++) other.append(leafOf(number + 1));
  for (const size of SIZES) {
    for (let from = 0; from <= size; from++) {
      const proof = consistencyProof(from, size, tree);
      const claim = {
        from: { size: from, root: tree.root(from) },
        to: { size, root: tree.root(size) },
        proof,
      };
      assert(verifyConsistency(claim), `${from} to ${size}`);
      if (from === 0) continue;
      assert(!verifyConsistency({ ...claim, from: { size: from, root: other.root(from) } }));
      assert(!verifyConsistency({ ...claim, to: { size, root: other.root(size) } }));
      assert(!verifyConsistency({ ...claim, to: { size: size + 1, root: tree.root(size) } }));
      assert(from === size || !verifyConsistency({ ...claim, from: claim.to, to: claim.from }));
    }
  }
});
