/** What holds for every body whose values are read and replaced by path. */
import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { changes } from "../../runtime/contract/differences.ts";
import { MitralError } from "../../runtime/contract/error.ts";
import type { PathBody } from "../../runtime/contract/message.ts";
import { SEED } from "./_seed.ts";

/** Reads a body from bytes again, as its format does. */
export type Reread = (bytes: Uint8Array) => PathBody;

/** Every leaf is found, and can be written, at the path it is listed by; bodies that read the same list the same. */
export function assertLeafLaws(body: PathBody, reread: Reread): void {
  const before = hex(body.toBytes());
  const leaves = [...body.leaves()];
  assertEquals(new Set(leaves.map(([path]) => path)).size, leaves.length, "two leaves with one path");
  for (const [path, value] of leaves) {
    assertEquals(body.get(path), value, path);
    assertEquals(body.getAll(path), [value], path);
    assertEquals(body.places(path), [path], "a leaf's path is exact");
    assertEquals(body.resolve(path, path), path);
    const same = written(body, path, value);
    if (same) assertEquals([...same.leaves()], leaves, `writing what ${path} holds`);
  }
  assertEquals([...reread(body.toBytes()).leaves()], leaves, "after writing and reading");
  assertEquals(changes(body, reread(body.toBytes())), [], "after writing and reading");
  assertEquals(hex(body.toBytes()), before, "reading changed the body");
}

/** The places of a path can be read and resolved; what is split off is a body of the same format. */
export function assertPlaceLaws(body: PathBody, path: string, reread: Reread): void {
  for (const place of body.places(path)) {
    body.get(place);
    assertEquals(body.resolve(place, place), place, `${path} at ${place}`);
  }
  for (const part of splitOff(body, path)) {
    const bytes = part.toBytes();
    const again = reread(bytes);
    assertEquals(hex(again.toBytes()), hex(bytes), path);
    assertEquals([...again.leaves()], [...part.leaves()], path);
  }
}

/** What is written at one path is found there, and nothing else changes. */
export function assertWriteLaws(
  body: PathBody,
  paths: readonly string[],
  reread: Reread,
  unwritable?: RegExp,
): void {
  const before = hex(body.toBytes());
  fc.assert(
    fc.property(fc.constantFrom(...paths), VALUE, (path, value) => {
      const changed = written(body, path, value, unwritable);
      if (changed === undefined) return;
      assertEquals(changed.get(path), value);
      assertEquals(reread(changed.toBytes()).get(path), value, "after writing and reading");
      for (const other of paths.filter((other) => other !== path)) {
        assertEquals(changed.get(other), body.get(other), `${other} changed with ${path}`);
      }
      assertEquals(changed.without(path).get(path), undefined);
      assertEquals(hex(body.toBytes()), before, "the original changed");
    }),
    { seed: SEED, numRuns: 200 },
  );
}

/** Not every path can be split by: a format may refuse one, by code. */
function splitOff(body: PathBody, path: string): readonly PathBody[] {
  try {
    return body.split(path);
  } catch (error) {
    assert(error instanceof MitralError, String(error));
    return [];
  }
}

/** The body with a value; `undefined` where it is refused for a character, and for nothing else it may be. */
function written(
  body: PathBody,
  path: string,
  value: string,
  unwritable: RegExp = /[^\0-\x7f]/,
): PathBody | undefined {
  try {
    return body.with(path, value);
  } catch (error) {
    assert(error instanceof MitralError, String(error));
    assert(unwritable.test(value), error.code);
    return undefined;
  }
}

/** Any but half a surrogate pair. `fast-check` has a unit of its own for it, which takes seconds to make. */
const character = fc.nat({ max: 0x10ffff - 0x800 })
  .map((number) => String.fromCodePoint(number < 0xd800 ? number : number + 0x800));

/** Any text, and text of what formats find hardest. */
const VALUE = fc.oneof(
  fc.string({ minLength: 1, maxLength: 40, unit: character }),
  fc.string({
    minLength: 1,
    maxLength: 12,
    unit: fc.constantFrom(..."|^~\\&#\"'{}[]<>$.,:%HNXZFSTREP0419abr \t\r\n\0é€"),
  }),
);

function hex(bytes: Uint8Array): string {
  return bytes.toHex();
}
