import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  entriesPath,
  foldHashes,
  TILE_BYTES,
  TILE_HASHES,
  tilePath,
} from "../../../../runtime/trust/ledger/tiles.ts";
import { inclusionProof, rootOf, verifyInclusion } from "../../../../runtime/trust/ledger/tree.ts";
import { TreeEdge } from "../../../../runtime/trust/ledger/tree_edge.ts";
import { leafOf, NaiveTree } from "./naive_tree.ts";

/** Tiles as somebody keeps them. */
class Shelf {
  readonly tiles = new Map<string, Uint8Array>();
  readonly take = (level: number, number: number, hashes: Uint8Array) => {
    assertEquals(hashes.length, TILE_BYTES);
    assert(!this.tiles.has(`${level}/${number}`), "no tile is told twice");
    this.tiles.set(`${level}/${number}`, hashes);
  };
  readonly tileOf = (level: number, number: number) => this.tiles.get(`${level}/${number}`);
}

Deno.test("an edge has the root of the whole tree at every size", () => {
  const edge = new TreeEdge(), naive = new NaiveTree(600);
  assertEquals(edge.root(), naive.root(0));
  for (let number = 0; number < 600; number++) {
    edge.append(leafOf(number));
    assertEquals(edge.size, number + 1);
    assertEquals(edge.root(), naive.root(number + 1));
  }
});

Deno.test("an edge tells of each tile when it is full, as C2SP tlog-tiles has it", () => {
  const shelf = new Shelf(), edge = new TreeEdge(shelf.take), naive = new NaiveTree(70_000);
  for (let number = 0; number < 70_000; number++) edge.append(naive.hash(0, number));
  // The example of tlog-tiles: 273 full tiles and one of 112, one full and one of 17, one of 1.
  assertEquals(shelf.tiles.size, 273 + 1);
  assertEquals(edge.tile(0, 273)?.length, 112 * 32);
  assertEquals(edge.tile(8, 1)?.length, 17 * 32);
  assertEquals(edge.tile(16, 0)?.length, 32);
  assertEquals(edge.tile(0, 272), undefined);
  assertEquals(edge.tile(24, 0), undefined);
  for (const [place, tile] of shelf.tiles) {
    const [level, number] = place.split("/").map(Number) as [number, number];
    const hashes = Array.from({ length: TILE_HASHES }, (_, at) => naive.hash(level, number * 256 + at));
    assertEquals(tile.toHex(), hashes.map((hash) => hash.toHex()).join(""));
    assertEquals(foldHashes(tile), naive.hash(level + 8, number));
  }
  const reader = edge.reader(shelf.tileOf);
  for (const size of [1, 255, 256, 257, 65_535, 65_536, 65_537, 69_999, 70_000]) {
    assertEquals(rootOf(size, reader), naive.root(size));
    const number = size >> 1, proof = inclusionProof(number, size, reader);
    const claim = { leaf: leafOf(number), number, size, proof, root: naive.root(size) };
    assert(verifyInclusion(claim), `${number} of ${size}`);
  }
});

Deno.test("an edge is made again from full tiles and the entries behind them", () => {
  const naive = new NaiveTree(66_200);
  for (const size of [0, 1, 255, 256, 257, 511, 512, 5_000, 65_535, 65_536, 65_537, 65_792, 66_000]) {
    const shelf = new Shelf(), before = new TreeEdge(shelf.take);
    for (let number = 0; number < size; number++) before.append(naive.hash(0, number));
    const full = Math.floor(size / TILE_HASHES);
    const edge = TreeEdge.restore(full, before.reader(shelf.tileOf), shelf.take);
    assertEquals(edge.size, full * TILE_HASHES);
    for (let number = edge.size; number < size; number++) edge.append(naive.hash(0, number));
    assertEquals(edge.root(), naive.root(size));
    for (let number = size; number < 66_200; number++) edge.append(naive.hash(0, number));
    assertEquals(edge.root(), naive.root(66_200));
    assertEquals(shelf.tiles.size, 258 + 1);
    assertEquals(rootOf(size, edge.reader(shelf.tileOf)), naive.root(size));
  }
});

Deno.test("full tiles of the lowest level are enough to read a tree and to make its edge again", () => {
  const shelf = new Shelf(), edge = new TreeEdge(shelf.take), naive = new NaiveTree(65_536 + 512);
  for (let number = 0; number < 65_536 + 512; number++) edge.append(naive.hash(0, number));
  const lowest = (level: number, number: number) => level === 0 ? shelf.tileOf(0, number) : undefined;
  const again = TreeEdge.restore(258, new TreeEdge().reader(lowest));
  assertEquals(again.root(), naive.root(65_536 + 512));
  assertEquals(again.tile(8, 1), edge.tile(8, 1));
  assertThrows(() => new TreeEdge().reader(lowest).hash(3, 65_536), RangeError);
});

Deno.test("tiles lie in an export where C2SP tlog-tiles looks for them", () => {
  assertEquals(tilePath(0, 0), "tile/0/000");
  assertEquals(tilePath(0, 1_234_067), "tile/0/x001/x234/067");
  assertEquals(tilePath(8, 1, 17), "tile/1/001.p/17");
  assertEquals(tilePath(16, 1_000), "tile/2/x001/000");
  assertEquals(entriesPath(273, 112), "tile/entries/273.p/112");
  assertEquals(entriesPath(999_999), "tile/entries/x999/999");
});
