import { assertEquals } from "@std/assert";
import { assertLeafLaws, assertPlaceLaws } from "../contract/path_laws.ts";
import { Lines } from "./_lines.ts";

Deno.test("lines, the body other tests are made with, keeps the laws of bodies with paths", () => {
  const reread = (bytes: Uint8Array) => new Lines(new TextDecoder().decode(bytes));
  const body = new Lines("A=1\nB=2\nC=3\nB=4\nD=5");
  assertLeafLaws(body, reread);
  for (const path of ["A", "B", "B#2", "Z"]) assertPlaceLaws(body, path, reread);
  assertEquals(body.places("B"), ["B#1", "B#2"]);
  assertEquals(body.split("B").map((part) => new TextDecoder().decode(part.toBytes())), [
    "A=1\nB=2\nC=3",
    "A=1\nB=4\nD=5",
  ]);
});
