import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import jsr from "../../deno.jsr.json" with { type: "json" };
import settings from "../../deno.json" with { type: "json" };
import { importsOf } from "./_import_rules.ts";
import { isSource, projectFiles, ROOT } from "./_tree.ts";

type Imports = Readonly<Record<string, string>>;

/** A file of ours in front of a package finds the package itself. */
const imports: Imports = { ...settings.imports, ...settings.scopes["./tests/std/"] };

/** What is wrong with the import map that takes the standard library from JSR. */
function mapTroubles(npm: Imports, jsr: Imports): readonly string[] {
  const names = [...new Set([...Object.keys(npm), ...Object.keys(jsr)])].sort();
  return names.flatMap((name) => {
    const [here, there] = [npm[name], jsr[name]];
    if (here === undefined || there === undefined) return [`${name} is in one map only`];
    if (name.startsWith("@std/")) {
      return there.startsWith(`jsr:${name}@`) ? [] : [`${name} is not the package on JSR: ${there}`];
    }
    return here === there ? [] : [`${name} is ${here} in one map and ${there} in the other`];
  });
}

Deno.test("both import maps have the same names, and the same npm versions", () => {
  assertEquals(mapTroubles(imports, jsr.imports), []);
  for (const part of ["name", "version", "license", "exports", "compilerOptions"] as const) {
    assertEquals<unknown>(jsr[part], settings[part], part);
  }
  for (const [name, set] of Object.entries(jsr.permissions)) {
    assertEquals<unknown>(set, settings.permissions[name as keyof typeof jsr.permissions], name);
  }
});

Deno.test("an import map that differs is found out", () => {
  const npm = { "@std/assert": "./tests/std/assert.ts", yaml: "npm:yaml@2.9.1", hono: "npm:hono@4.0.0" };
  const troubles = mapTroubles(npm, { "@std/assert": "jsr:@std/testing@1", yaml: "npm:yaml@2.9.0" });
  assertEquals(troubles.length, 3);
  assertStringIncludes(troubles[0], "@std/assert is not the package");
  assertStringIncludes(troubles[1], "hono is in one map only");
  assertStringIncludes(troubles[2], "yaml is npm:yaml@2.9.1");
});

Deno.test("every npm package is pinned to one version, used, and named in the decisions", async () => {
  const decisions = await Deno.readTextFile(new URL("docs/decisions/dependencies.md", ROOT));
  const used = new Set(
    (await projectFiles(isSource)).flatMap(({ text }) => importsOf(text).map(({ name }) => name)),
  );
  for (const [name, target] of Object.entries(imports)) {
    if (!target.startsWith("npm:")) continue;
    assert(/@\d+\.\d+\.\d+(-\w+)?\/?$/.test(target), `${name} is not pinned: ${target}`);
    const plain = name.replace(/\/$/, "");
    assert([...used].some((use) => use === plain || use.startsWith(`${plain}/`)), `${name} is not used`);
    assertStringIncludes(decisions, `\`${plain}\``);
  }
});
