import { assertEquals, assertRejects } from "@std/assert";
import { isDocument, projectFiles } from "../tidy/_tree.ts";
import { stepsOf } from "./_page.ts";
import { follow } from "./_reader.ts";

const pages = await projectFiles((path) => isDocument(path) && /^(README\.md|docs\/guide\/)/.test(path));
const only = Deno.env.get("PAGE");

for (const { path, text } of pages) {
  if (only && !path.includes(only)) continue;
  Deno.test(`${path} tells what happens`, () => follow(text));
}
