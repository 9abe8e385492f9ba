import { assert, assertStringIncludes } from "@std/assert";
import settings from "../../deno.json" with { type: "json" };
import { ROOT } from "./_tree.ts";

/** What can be imported by name, but for the contract kits: those are documented by their example. */
const entries = Object.entries(settings.exports).filter(([name]) => name !== "./testing").map(([, path]) =>
  path
);

/** Runs this Deno in the project's root; what it said, on both streams, without colours. */
async function deno(...args: readonly string[]): Promise<{ readonly ok: boolean; readonly said: string }> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { ok: success, said: decoder.decode(stdout) + decoder.decode(stderr) };
}

/** Lets `use` work with a file of this text. */
async function withFile(name: string, text: string, use: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/${name}`, text);
    await use(`${folder}/${name}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("every public symbol has documentation, and every type it shows is public", async () => {
  const { ok, said } = await deno("doc", "--lint", ...entries);
  assert(ok, said);
});

Deno.test("a public symbol without documentation is found out", async () => {
  await withFile("mod.ts", "export interface Parcel { weight: number }\n", async (path) => {
    const { ok, said } = await deno("doc", "--lint", path);
    assert(!ok);
    assertStringIncludes(said, "missing-jsdoc");
  });
});

Deno.test("mistakes in components do not compile", async () => {
  const { ok, said } = await deno("check", "tests/types/contract_types.ts");
  assert(ok, said);
});

Deno.test("a mistake that compiles is found out", async () => {
  const text = 'import { text } from "mitral";\n// @ts-' + 'expect-error\ntext("Host.");\n';
  await withFile("types.ts", text, async (path) => {
    const { ok, said } = await deno("check", "--config", "deno.json", path);
    assert(!ok);
    assertStringIncludes(said, "Unused");
  });
});

Deno.test("the examples in documents and in documentation compile", async () => {
  const pages: string[] = ["README.md", "CONTRIBUTING.md", "runtime/README.md"];
  for (const folder of ["docs", "docs/guide"]) {
    for await (const { name } of Deno.readDir(new URL(folder, ROOT))) {
      if (name.endsWith(".md")) pages.push(`${folder}/${name}`);
    }
  }
  const { ok, said } = await deno("check", "--doc", ...Object.values(settings.exports), ...pages);
  assert(ok, said);
});
