import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { catalog } from "../../catalog.ts";
import { COMPONENT_KINDS, type ComponentSpec, loadCatalog } from "../../runtime/config/catalog_specs.ts";
import { exampleOf } from "../../runtime/config/describe_spec.ts";
import { settingsSchema } from "../../runtime/config/json_schema.ts";
import type { ComponentKind } from "../../runtime/config/shape.ts";
import { asField, type Field } from "../../runtime/contract/spec.ts";
import { renderCatalog } from "../../tools/_render.ts";
import { generate, stalePaths } from "../../tools/generate.ts";

Deno.test("generated files are fresh", async () => {
  const files = await generate();
  assert(files.has("catalog.ts") && files.has("docs/reference/gateway.schema.json"));
  assertEquals(await stalePaths(files), [], "run deno task generate");
});

Deno.test("a stale, a missing and an extra generated file are named", async () => {
  const page = "docs/reference/errors.md";
  const files = new Map(await generate());
  files.set("catalog.ts", "something else");
  files.set("docs/reference/not_there.md", "");
  files.delete(page);
  assertEquals(await stalePaths(files), ["catalog.ts", page, "docs/reference/not_there.md"]);
});

Deno.test("the catalog imports each component when it is needed, transforms by their spec", () => {
  const text = renderCatalog([
    { kind: "formats", name: "hl7v2", path: "actors/formats/hl7v2/mod.ts" },
    { kind: "transforms", name: "map-codes", path: "actors/transforms/map-codes.ts" },
  ]);
  assertStringIncludes(text, `hl7v2: () => import("./actors/formats/hl7v2/mod.ts").then((m) => m.default),`);
  assertStringIncludes(text, `"map-codes": () => import(`);
  assertStringIncludes(text, ".then((m) => m.default.spec as TransformerSpec)");
  assert(!/^import (?!type)/m.test(text), "an eager import");
});

Deno.test("every component describes itself: names, sentences, defaults and patterns", async () => {
  const specs = await loadCatalog(catalog);
  for (const kind of Object.keys(COMPONENT_KINDS) as ComponentKind[]) {
    for (const [name, spec] of Object.entries<ComponentSpec>(specs[kind])) {
      assertEquals(spec.name, name);
      assert(exampleOf(name, spec).startsWith(name));
      assert(settingsSchema(spec));
      for (const [path, field] of everyField(`${kind}.${name}`, asField(spec.about, spec.config))) {
        assert(/\.$/.test(field.about), `${path} is described by a sentence`);
        if (field.kind === "text" && field.pattern) assert(new RegExp(field.pattern.matches, "u"), path);
      }
      for (const code of Object.keys(spec.errors)) assert(code.startsWith(`${name.toUpperCase()}_`), code);
    }
  }
});

function everyField(path: string, field: Field): [string, Field][] {
  const parts: [string, Field][] = field.kind === "record"
    ? Object.entries(field.fields)
    : field.kind === "list" || field.kind === "map"
    ? [["item", field.item]]
    : [];
  return [[path, field], ...parts.flatMap(([name, part]) => everyField(`${path}.${name}`, part))];
}
