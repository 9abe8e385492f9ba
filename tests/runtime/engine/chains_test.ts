import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import type { Piece } from "../../../runtime/contract/format.ts";
import { type Chain, Chains } from "../../../runtime/engine/chains.ts";

let seqs = 0;
const piece = (place: Piece, sender = "S") => ({ seq: ++seqs, id: `${seqs}`, size: 1, sender, place });

const isWhole = ({ after, until }: Chain) => after === undefined && until === undefined;

Deno.test("pieces are a whole when the last of them is there, in order, whatever order they came in", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 9 }), fc.infiniteStream(fc.nat(1_000)), (count, chance) => {
      const pieces = Array.from({ length: count }, (_, at) =>
        piece({
          ...(at > 0 ? { after: `p${at}` } : {}),
          ...(at < count - 1 ? { until: `p${at + 1}` } : {}),
        }));
      const keyed = pieces.map((each) => [chance.next().value ?? 0, each] as const);
      const shuffled = keyed.toSorted(([a], [b]) => a - b).map(([, each]) => each);
      const chains = new Chains();
      const made = shuffled.map((each) => {
        const chain = chains.add(each)!;
        return { chain, isWhole: isWhole(chain) };
      });
      assertEquals(made.map(({ isWhole }) => isWhole), shuffled.map((_, at) => at === count - 1));
      assertEquals(made.at(-1)!.chain.pieces.map(({ seq }) => seq), pieces.map(({ seq }) => seq));
    }),
    { numRuns: 200 },
  );
});

Deno.test("pieces of different senders, or with other names, stay apart", () => {
  const chains = new Chains();
  assert(!isWhole(chains.add(piece({ until: "a" }))!));
  assert(!isWhole(chains.add(piece({ after: "a" }, "T"))!));
  assert(!isWhole(chains.add(piece({ after: "b" }))!));
  assertEquals(chains.add(piece({ after: "a" }))!.pieces.length, 2);
});

Deno.test("a place that is taken, and a ring, are refused, and change nothing", () => {
  const chains = new Chains();
  chains.add(piece({ until: "a" }));
  assertEquals(chains.add(piece({ until: "a" })), undefined);
  chains.add(piece({ after: "b", until: "c" }));
  assertEquals(chains.add(piece({ after: "b" })), undefined);
  assertEquals(chains.add(piece({ after: "x", until: "x" })), undefined);
  assertEquals(chains.add(piece({ after: "c", until: "b" })), undefined);
  assertEquals(chains.add(piece({ after: "a" }))!.pieces.length, 2);
});

Deno.test("the wait of a chain ends when it becomes part of another, and that of every chain at the end", () => {
  const chains = new Chains(), ended: string[] = [];
  const wait = (chain: Chain, name: string) => chain.stopWaiting = () => ended.push(name);
  const left = chains.add(piece({ until: "a" }))!, right = chains.add(piece({ after: "b", until: "c" }))!;
  wait(left, "left");
  wait(right, "right");
  const both = chains.add(piece({ after: "a", until: "b" }))!;
  assertEquals([both === left, both.pieces.length, ended], [true, 3, ["right"]]);
  chains.clear();
  assertEquals(ended, ["right", "left"]);
});

Deno.test("what was removed is no neighbour any more", () => {
  const chains = new Chains();
  chains.remove(chains.add(piece({ until: "c" }))!);
  assertEquals(chains.add(piece({ after: "c" }))!.pieces.length, 1);
});
