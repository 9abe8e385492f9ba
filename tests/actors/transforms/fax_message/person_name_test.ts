import { assertEquals } from "@std/assert";
import { personName } from "../../../../actors/transforms/fax_message/_values.ts";

const plain = { middle: "", suffix: "", prefix: "", degree: "" };

for (
  const [text, expected] of [
    ["Dr. Helen Abara, MD", { ...plain, family: "Abara", given: "Helen", prefix: "Dr.", degree: "MD" }],
    ["Voss, Karen MD", { ...plain, family: "Voss", given: "Karen", degree: "MD" }],
    ["De La Cruz, Ana Maria J", { ...plain, family: "De La Cruz", given: "Ana", middle: "Maria J" }],
    ["John Q Public Jr.", { ...plain, family: "Public", given: "John", middle: "Q", suffix: "Jr." }],
    ["Lakeside", { ...plain, family: "Lakeside", given: "" }],
    ["", { ...plain, family: "", given: "" }],
  ] as const
) {
  Deno.test(`the name "${text}" is taken apart`, () => assertEquals(personName(text), expected));
}
