import { assertEquals } from "@std/assert";
import settings from "../../deno.json" with { type: "json" };
import { importsOf, importTroubles } from "./_import_rules.ts";
import { isSource, projectFiles } from "./_tree.ts";

const mapped = Object.keys(settings.imports);

Deno.test("imports go one way, and no component imports a sibling", async () => {
  const files = await projectFiles(isSource);
  assertEquals(files.flatMap((file) => importTroubles(file, mapped)), []);
});

Deno.test("the import rule sees every kind of import, and no comment", () => {
  const text = [
    'import a from "./a.ts";',
    'import type { B } from "./b.ts";',
    'import "./c.ts";',
    'export * from "./d.ts";',
    'const e = await import("./e.ts");',
    'const f = new URL("./f.ts", import.meta.url);',
    "import {",
    "  g,",
    '} from "./g.ts";',
    ' * import { no } from "./no.ts";'.replace(" *", "/**\n *") + "\n */",
    '// import "./no.ts";',
  ].join("\n");
  assertEquals(importsOf(text).map(({ name }) => name.slice(2, 3)).join(""), "abcdefg");
});

for (
  const [path, name, allowed] of [
    ["runtime/contract/message.ts", "./error.ts", true],
    ["runtime/contract/message.ts", "node:crypto", false],
    ["runtime/contract/message.ts", "../engine/plan.ts", false],
    ["runtime/engine/line.ts", "../journal/journal.ts", true],
    ["runtime/engine/line.ts", "../config/read_gateway.ts", false],
    ["runtime/engine/line.ts", "../console/main.ts", false],
    ["runtime/engine/line.ts", "../world/deno_world.ts", false],
    ["runtime/engine/line.ts", "../../adapters/mllp/listener.ts", false],
    ["runtime/engine/line.ts", "../../catalog.ts", false],
    ["runtime/config/shape.ts", "yaml", true],
    ["runtime/config/shape.ts", "left-pad", false],
    ["runtime/config/shape.ts", "npm:yaml", false],
    ["runtime/config/shape.ts", "@std/assert", false],
    ["adapters/mllp/listener.ts", "./_session.ts", true],
    ["adapters/mllp/listener.ts", "../file/_reason.ts", false],
    ["adapters/mllp/listener.ts", "../../runtime/contract/adapter.ts", true],
    ["adapters/mllp/listener.ts", "../../runtime/engine/limits.ts", false],
    ["adapters/mllp/listener.ts", "../../actors/filter.ts", false],
    ["adapters/mllp/listener.ts", "mitral", false],
    ["actors/envelopes/hpke/open.ts", "../_kit/receipt.ts", true],
    ["actors/envelopes/_kit/receipt.ts", "../hpke/open.ts", false],
    ["actors/formats/json/mod.ts", "../../envelopes/_kit/json.ts", false],
    ["actors/filter.ts", "./_filter_parser.ts", true],
    ["actors/transforms/set.ts", "./copy.ts", false],
    ["actors/transforms/set.ts", "../formats/hl7v2/mod.ts", false],
    ["actors/formats/hl7v2/mod.ts", "./answer.ts", true],
    ["actors/formats/hl7v2/mod.ts", "../json/mod.ts", false],
    ["tests/actors/parser_test.ts", "../../actors/parser.ts", true],
    ["tests/actors/parser_test.ts", "jsr:@std/assert", false],
  ] as const
) {
  Deno.test(`the import rule ${allowed ? "lets" : "does not let"} ${path} import ${name}`, () => {
    const troubles = importTroubles({ path, text: `import "${name}";\n` }, mapped);
    assertEquals(troubles.length, allowed ? 0 : 1, troubles.join());
  });
}
