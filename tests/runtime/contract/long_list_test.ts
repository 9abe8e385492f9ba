import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { LongList } from "../../../runtime/contract/long_list.ts";

const numbers = (length: number) => Array.from({ length }, (_, at) => at);

Deno.test("a long list is what an array would be after the same changes, and stays what it was", () => {
  const change = fc.tuple(fc.nat(3000), fc.nat(700), fc.array(fc.nat(), { maxLength: 900 }));
  fc.assert(
    fc.property(fc.nat(2000), fc.array(change, { maxLength: 12 }), (length, changes) => {
      let array = numbers(length), list = LongList.of(array);
      for (const [at, remove, items] of changes) {
        const index = Math.min(at, array.length);
        const before = array, listBefore = list;
        array = array.toSpliced(index, remove, ...items);
        list = list.spliced(index, remove, items);
        assertEquals([...listBefore], before);
        assertEquals([...list], array);
        assertEquals(list.length, array.length);
        assertEquals([list.at(index), list.at(-1), list.at(array.length)], [
          array.at(index),
          array.at(-1),
          undefined,
        ]);
      }
    }),
  );
});

Deno.test("a long list that changes shares all but one block with the one before", () => {
  const before = LongList.of(numbers(100_000));
  const after = before.with(50_000, -1);
  assertEquals([before.at(50_000), after.at(50_000), after.length], [50_000, -1, 100_000]);
  assertEquals(after.blocks.filter((block) => !before.blocks.includes(block)).length, 1);
  let grown = LongList.of<number>([]);
  for (let n = 0; n < 10_000; n++) grown = grown.spliced(n, 0, [n]);
  assert(grown.blocks.every((block) => block.length <= 512));
  assertEquals([...grown], numbers(10_000));
});
