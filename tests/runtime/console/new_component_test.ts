import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { exitCodes } from "../../../runtime/console/cli/exit_codes.ts";
import { run, withFolder } from "./console_kit.ts";

const root = new URL("../../../", import.meta.url);

/** Runs Deno as a person would, in a folder; fails with what it printed. */
async function deno(cwd: string, ...args: readonly string[]): Promise<string> {
  const command = new Deno.Command(Deno.execPath(), { args: [...args], cwd, env: { NO_COLOR: "1" } });
  const { code, stdout, stderr } = await command.output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assertEquals(code, 0, `deno ${args.join(" ")}\n${said}`);
  return said;
}

/** As much of the repository as a component and its contract kit need. */
async function copyOfRepository(folder: string): Promise<void> {
  const copy = async (from: URL, to: string) => {
    for await (const { name, isDirectory } of Deno.readDir(from)) {
      if (isDirectory) await copy(new URL(`${name}/`, from), join(to, name));
      else if (name.endsWith(".ts")) {
        await Deno.mkdir(to, { recursive: true });
        await Deno.copyFile(new URL(name, from), join(to, name));
      }
    }
  };
  const parts = [
    "runtime/contract",
    "runtime/trust",
    "tests/contract",
    "tests/world",
    "tests/std",
    "tests/runtime/trust",
  ];
  for (const part of [...parts, "runtime/world", "runtime/journal"]) {
    await copy(new URL(`${part}/`, root), join(folder, part));
  }
  await Deno.copyFile(
    new URL("runtime/console/terminal.ts", root),
    join(await made(folder, "runtime/console"), "terminal.ts"),
  );
  for (const name of ["deno.json", "deno.lock"]) await Deno.copyFile(new URL(name, root), join(folder, name));
}

async function made(...parts: readonly string[]): Promise<string> {
  const folder = join(...parts);
  await Deno.mkdir(folder, { recursive: true });
  return folder;
}

Deno.test("new transformer gives one that passes its test, checks, and runs in a channel outside the repository", () =>
  withFolder(async (cwd) => {
    const ended = await run(["new", "transformer", "mark_patient"], { cwd });
    assertEquals([ended.code, ended.err], [exitCodes.ok, ""]);
    assertStringIncludes(
      ended.out,
      "wrote transformers/mark_patient.ts\nwrote transformers/mark_patient_test.ts\nwrote deno.json\n",
    );
    assertStringIncludes(await deno(cwd, "test", "transformers/"), "ok | 5 passed");
    await deno(cwd, "fmt", "--check", "transformers/");
    await deno(cwd, "lint", "transformers/");
    await Deno.writeTextFile(
      join(cwd, "gateway.yaml"),
      "gateway: lab\nchannels:\n  inbox:\n    listen: { mllp: { port: 0 } }\n    parse: hl7v2\n" +
        '    transform: [./transformers/mark_patient.ts: { prefix: "H1-" }]\n    send: { out: { file: { path: . } } }\n',
    );
    await Deno.writeTextFile(
      join(cwd, "gateway_test.yaml"),
      "cases:\n  - name: marks\n    input: |\n      MSH|^~\\&|LAB|ST E|EHR|ST E|2026||ORU^R01|1|P|2.5\n      PID|1||4711\n" +
        "    expect: { out: { PID-3.1: H1-4711 } }\n",
    );
    const mitral = ["run", "--allow-all", "--no-check", new URL("mod.ts", root).pathname];
    assertStringIncludes(await deno(cwd, ...mitral, "test", "gateway.yaml"), "ok   marks\n1 passed");
  }));

Deno.test("new transformer leaves a deno.json that is there as it is, and says how to test all the same", () =>
  withFolder(async (cwd) => {
    const mine = '{ "imports": { "mine": "./mine.ts" } }';
    await Deno.writeTextFile(join(cwd, "deno.json"), mine);
    const { code, out, err } = await run(["new", "transformer", "mark"], { cwd });
    assertEquals([code, out.includes("wrote deno.json")], [exitCodes.ok, false]);
    assertEquals(await Deno.readTextFile(join(cwd, "deno.json")), mine);
    const [flag] = /--import-map=\S+/.exec(err)!;
    assertStringIncludes(await deno(cwd, "test", "--no-check", flag, "transformers/"), "ok | 5 passed");
  }));

Deno.test("new adapter, format and envelope give ones that check and pass their contract kits", () =>
  withFolder(async (cwd) => {
    await copyOfRepository(cwd);
    const written: string[] = [];
    for (
      const [kind, ...files] of [
        [
          "adapter",
          "adapters/two_words/listener.ts",
          "adapters/two_words/sender.ts",
          "tests/adapters/two_words/two_words_test.ts",
        ],
        ["format", "actors/formats/two_words.ts", "tests/actors/formats/two_words_test.ts"],
        ["envelope", "actors/envelopes/two_words.ts", "tests/actors/envelopes/two_words_test.ts"],
      ]
    ) {
      const { code, out, err } = await run(["new", kind, "two_words"], { cwd });
      assertEquals([code, err], [exitCodes.ok, ""]);
      for (const file of files) assertStringIncludes(out, `wrote ${file}\n`);
      written.push(...files);
    }
    // Checking the types takes many seconds, of one file or of all.
    const tests = written.filter((file) => file.startsWith("tests/"));
    const said = await deno(cwd, "test", "-P=test", ...tests);
    for (const test of tests) assert(new RegExp(`running [1-9]\\d* tests from \\./${test}`).test(said), said);
    assert(/ok \| [1-9]\d+ passed \| 0 failed/.test(said), said);
    await deno(cwd, "lint", ...written);
  }));

Deno.test("new overwrites nothing, and writes all of its files or none", () =>
  withFolder(async (cwd) => {
    await made(cwd, "transformers");
    await Deno.writeTextFile(join(cwd, "transformers/mark_test.ts"), "mine");
    const { code, err } = await run(["new", "transformer", "mark"], { cwd });
    assertEquals([code, err.split(" ")[0]], [exitCodes.cannot, "CONSOLE_FILE_EXISTS"]);
    assertEquals((await Array.fromAsync(Deno.readDir(join(cwd, "transformers")))).length, 1);
    assertEquals(await Deno.readTextFile(join(cwd, "transformers/mark_test.ts")), "mine");
  }));

Deno.test("new refuses a name, a kind and a folder that are none", () =>
  withFolder(async (cwd) => {
    for (const name of ["MarkPatient", "mark-patient", "_mark", "mark_", "2nd", "a/b", ".."]) {
      const { code, err } = await run(["new", "transformer", name], { cwd });
      assertEquals([code, err.split(" ")[0]], [exitCodes.usage, "CONSOLE_VALUE_WRONG"], name);
    }
    assertEquals((await run(["new", "actor", "mark"], { cwd })).code, exitCodes.usage);
    for (const kind of ["adapter", "format", "envelope"]) {
      const { code, err } = await run(["new", kind, "mark"], { cwd });
      assertEquals([code, err.split(" ")[0]], [exitCodes.cannot, "CONSOLE_CLONE_MISSING"], kind);
    }
    assertEquals(await Array.fromAsync(Deno.readDir(cwd)), []);
  }));
