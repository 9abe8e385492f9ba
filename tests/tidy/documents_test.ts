import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Command } from "commander";
import { dirname } from "node:path";
import { catalog } from "../../catalog.ts";
import settings from "../../deno.json" with { type: "json" };
import { outside } from "../../gateway.ts";
import { readGateway } from "../../runtime/config/read_gateway.ts";
import { addCommands } from "../../runtime/console/cli/program.ts";
import { Session } from "../../runtime/console/cli/session.ts";
import { denoWorld } from "../../runtime/world/deno_world.ts";
import { fileOf } from "../documents/_page.ts";
import { FakeTerminal } from "../runtime/console/fake_terminal.ts";
import { codeTroubles, commandTroubles, fencesOf, type KnownCommands, linkTroubles } from "./_documents.ts";
import { isDocument, projectFiles, ROOT } from "./_tree.ts";

const documents = await projectFiles(isDocument);
const known: KnownCommands = {
  tasks: Object.keys(settings.tasks),
  program: addCommands(new Command("mitral"), new Session(new FakeTerminal([]), outside)),
  catalog,
};

/** The text of a file, `""` for a folder, `undefined` where there is nothing. */
function find(path: string): string | undefined {
  try {
    const url = new URL(path, ROOT);
    return Deno.statSync(url).isDirectory ? "" : Deno.readTextFileSync(url);
  } catch {
    return undefined;
  }
}

Deno.test("every link in every document leads somewhere", () => {
  assert(documents.length > 10, "the documents are not found");
  assertEquals(documents.flatMap((page) => linkTroubles(page, find)), []);
});

Deno.test("every command in every document exists", () => {
  assertEquals(documents.flatMap((page) => commandTroubles(page, known)), []);
});

Deno.test("every error code in every document is declared", () => {
  const reference = documents.find(({ path }) => path === "docs/reference/errors.md")!.text;
  const declared = new Set([...reference.matchAll(/\b[A-Z0-9]+(?:_[A-Z0-9]+)+\b/g)].map(([code]) => code));
  assert(declared.size > 100, "the reference lists no codes");
  assertEquals(documents.flatMap((page) => codeTroubles(page, declared)), []);
});

/** Our names for the partners that a page's commands make. */
function partnersMetIn(text: string): readonly string[] {
  return [...text.matchAll(/mitral partner (?:invite|accept \S+ --name) ([\w.-]+)/g)].map(([, name]) => name);
}

Deno.test("every gateway file in every document is read without a problem", async () => {
  let read = 0;
  for (const page of documents) {
    const folder = await Deno.makeTempDir();
    try {
      const fences = fencesOf(page.text);
      for (const fence of fences) {
        const name = fileOf(fence);
        if (name === undefined) continue;
        await Deno.mkdir(dirname(`${folder}/${name}`), { recursive: true });
        await Deno.writeTextFile(`${folder}/${name}`, fence.text);
      }
      for (const fence of fences) {
        const { text, language } = fence;
        if (language !== "yaml" || !/^(#.*\n)?gateway:/.test(text)) continue;
        const { problems } = await readGateway(
          { text, file: `${folder}/${fileOf(fence) ?? "gateway.yaml"}` },
          {
            catalog,
            loadActor: outside.loadActor,
            env: secretIn,
            timeZone: "UTC",
            comingPartners: partnersMetIn(page.text),
            // Keys, partners, tables and what differs from machine to machine are the reader's own.
            disk: {
              ...denoWorld.disk,
              readText: async (path) => {
                if (path.endsWith(".env")) return variablesIn(text);
                return /\/secrets\//.test(path) ? secretIn(path) : await denoWorld.disk.readText(path);
              },
              facts: async (path) =>
                await denoWorld.disk.facts(path) ??
                  { kind: /\.\w+$/.test(path) ? "file" : "folder", size: 0, modifiedMs: 0 },
            },
          },
        );
        assertEquals(problems.map(({ line, message }) => `${page.path}: line ${line}: ${message}`), []);
        read++;
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }
  assert(read > 0, "no document shows a gateway file");
});

/** A secret that nobody guesses, and another one under another name. */
function secretIn(name: string): string {
  return `${name.replace(/.*\//, "")}.`.padEnd(40, "x");
}

/** A file of variables that sets each a text names, to what a number and a name may both be. */
function variablesIn(text: string): string {
  return [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => `${name}=1\n`).join("");
}

for (
  const [text, trouble] of [
    ["[a](../nowhere.md)", "leads nowhere"],
    ["[a](#nowhere)", "no such heading"],
    ["[a](b.md#gone)", "no such heading"],
  ] as const
) {
  Deno.test(`a document with ${text} is found out`, () => {
    const troubles = linkTroubles(
      { path: "docs/a.md", text: `# A b\n\n${text}\n` },
      (path) => path === "docs/b.md" ? "# Other\n" : undefined,
    );
    assertEquals(troubles.length, 1);
    assertStringIncludes(troubles[0], trouble);
  });
}

for (
  const [line, trouble] of [
    ["deno task fly", "no such task: fly"],
    ["npx -y deno@2.9.6 task fly", "no such task: fly"],
    ["npx -y deno@2.0.0 task test", "another Deno"],
    ["mitral fly", "no such command"],
    ["deno task mitral messages fly", "no such command"],
    ["deno run -P mod.ts run --fly gateway.yaml", "no option --fly"],
    ["mitral help fly", "no such topic"],
  ] as const
) {
  Deno.test(`a document with the command ${line} is found out`, () => {
    for (const text of [`See \`${line}\`.\n`, "```sh\n" + line + "\n```\n"]) {
      const troubles = commandTroubles({ path: "docs/a.md", text }, known);
      assertEquals(troubles.length, 1, troubles.join());
      assertStringIncludes(troubles[0], trouble);
    }
  });
}

Deno.test("a document's good links, commands and codes are let through", () => {
  const text =
    "# A b\n\n[a](#a-b) [b](https://example.org) `mitral help mllp` `MITRAL_HOME` `MLLP_PORT_BUSY`\n\n" +
    "```sh\ndeno task mitral messages list --json   # all\nls nowhere\n```\n";
  const page = { path: "docs/a.md", text };
  assertEquals(linkTroubles(page, () => undefined), []);
  assertEquals(commandTroubles(page, known), []);
  assertEquals(codeTroubles(page, new Set(["MLLP_PORT_BUSY"])), []);
  assertEquals(codeTroubles(page, new Set(["MLLP_PORT_OPEN"])).length, 1);
});
