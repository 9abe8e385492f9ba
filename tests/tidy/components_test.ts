import { assert, assertEquals } from "@std/assert";
import { posix } from "node:path";
import type { ComponentKind } from "../../runtime/config/shape.ts";
import { type ComponentFile, findComponents } from "../../tools/_find_components.ts";
import { importsOf } from "./_import_rules.ts";
import { codeOf, type ProjectFile, projectFiles } from "./_tree.ts";

const KITS: Readonly<Record<ComponentKind, string>> = {
  listeners: "testListener",
  senders: "testSender",
  formats: "testFormat",
  envelopes: "testEnvelope",
  transforms: "testTransformer",
};

/** Components that no test file both imports and gives to the contract kit of its kind. */
function untested(components: readonly ComponentFile[], tests: readonly ProjectFile[]): readonly string[] {
  return components.filter(({ kind, path }) =>
    !tests.some((test) =>
      new RegExp(`\\b${KITS[kind]}\\(`).test(codeOf(test.text)) &&
      importsOf(test.text).some(({ name }) => posix.join(posix.dirname(test.path), name) === path)
    )
  ).map(({ kind, name }) => `${kind}.${name}`);
}

Deno.test("every component runs the contract kit of its kind", async () => {
  const components = await findComponents();
  assert(components.length > 10, "the components are not found");
  assertEquals(untested(components, await projectFiles((path) => path.endsWith("_test.ts"))), []);
});

Deno.test("a component without its contract kit is named", () => {
  const mllp: ComponentFile = { kind: "listeners", name: "mllp", path: "adapters/mllp/listener.ts" };
  const test = (text: string) => [{ path: "tests/adapters/mllp_test.ts", text }];
  const imports = 'import mllp from "../../adapters/mllp/listener.ts";\n';
  assertEquals(untested([mllp], test(imports + "testListener(mllp);\n")), []);
  assertEquals(untested([mllp], test(imports)), ["listeners.mllp"]);
  assertEquals(untested([mllp], test("testListener(mllp);\n")), ["listeners.mllp"]);
  assertEquals(untested([mllp], test(imports + "// testListener(mllp);\n")), ["listeners.mllp"]);
});
