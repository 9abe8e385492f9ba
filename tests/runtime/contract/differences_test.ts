import { assertEquals } from "@std/assert";
import { differences } from "../../../runtime/contract/differences.ts";
import { Lines } from "../../actors/_lines.ts";

Deno.test("differences names every leaf that is other, missing or added, in the order of the expected body", () => {
  assertEquals(differences(new Lines("A=1\nB=2\nB=3"), new Lines("C=4\nB=2\nA=0")), [
    { path: "A#1", expected: "1", actual: "0" },
    { path: "B#2", expected: "3" },
    { path: "C#1", actual: "4" },
  ]);
});

Deno.test("differences finds none between bodies that read the same", () => {
  assertEquals(differences(new Lines("A=1\nB=2"), new Lines("B=2\nA=1")), []);
});
