/** The offline age key is somebody's own: its files come from the age tool, and go back to it. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { Gateway, MitralError } from "mitral";
import { exitCodes } from "../../runtime/console/cli/exit_codes.ts";
import { createMasterKey } from "../../runtime/trust/master_key.ts";
import { run, withFolder } from "../runtime/console/console_kit.ts";
import { requirePeer } from "./_peers.ts";

const age = await requirePeer("age");
const CODE_MISSING = "MASTER_KEY_MISSING";

const file = `gateway: lab
keys: ./keys/gateway.json
partners: { north: ./north/keys/north.partner.json }
channels:
  inbox:
    listen: { https: { mount: true } }
    parse: text
    send: { north: { encrypt: { to: north }, file: { path: ./outbox } } }
`;

/** Runs a program of age in the folder; what it prints. */
async function tool(program: "age" | "age-keygen", args: readonly string[], cwd: string): Promise<string> {
  const command = program === "age"
    ? age.command(args, { cwd })
    : new Deno.Command(program, { args: [...args], cwd });
  const { success, stdout, stderr } = await command.output();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

const test = (sentence: string, body: (cwd: string) => Promise<void>) =>
  Deno.test({ name: sentence, ignore: age.missing, fn: () => withFolder(body) });

/** A gateway that has taken a message, the offline key of somebody, and a recovery file for it. */
async function exported(cwd: string): Promise<{ mitral(...args: string[]): ReturnType<typeof run> }> {
  const mitral = (...args: string[]) => run(args, { cwd });
  const done = async (...args: string[]) => {
    const { code, err } = await mitral(...args);
    assertEquals([code, err], [exitCodes.ok, ""], args.join(" "));
  };
  await Deno.mkdir(join(cwd, "outbox"));
  await Deno.writeTextFile(join(cwd, "gateway.yaml"), file);
  await done("keys", "master", "north/master.key");
  await done("keys", "init", "--name", "north", "--out", "north/keys");
  await done("keys", "master", "master.key");
  await done("keys", "init", "--file", "gateway.yaml");
  await tool("age-keygen", ["-o", "offline.txt"], cwd);
  const recipient = (await tool("age-keygen", ["-y", "offline.txt"], cwd)).trim();
  await done("keys", "export", "--to", recipient, "--out", "recovery.age");
  await using gateway = await Gateway.open("gateway.yaml", { folder: cwd });
  await gateway.inject("inbox", "DOE^JANE", { peer: "test" });
  return { mitral };
}

test("the age tool opens what keys export writes: both keys, and nobody else does", async (cwd) => {
  const { mitral } = await exported(cwd);
  const opened = JSON.parse(await tool("age", ["--decrypt", "-i", "offline.txt", "recovery.age"], cwd));
  const masterKey = await Deno.readTextFile(join(cwd, "master.key"));
  assertStringIncludes(masterKey, opened.master.key);
  assertEquals(opened.keys, await Deno.readTextFile(join(cwd, "keys/gateway.json")));
  await tool("age-keygen", ["-o", "other.txt"], cwd);
  const { code, err } = await mitral("keys", "recover", "recovery.age", "--identity", "other.txt");
  assertEquals(code, exitCodes.cannot);
  assertStringIncludes(err, "CONSOLE_RECOVERY_SEALED");
  assertEquals((await Deno.stat(join(cwd, "recovery.age"))).mode! & 0o777, 0o600);
});

test("a gateway that has lost its master key and its keys is back by the recovery file", async (cwd) => {
  const { mitral } = await exported(cwd);
  const before = await Deno.readTextFile(join(cwd, "keys/gateway.json"));
  await Deno.remove(join(cwd, "master.key"));
  await Deno.remove(join(cwd, "keys"), { recursive: true });
  const lost = await Gateway.open("gateway.yaml", { folder: cwd }).catch((cause: unknown) => cause);
  assert(lost instanceof MitralError);
  const { code, err, out } = await mitral("keys", "recover", "recovery.age", "--identity", "offline.txt");
  assertEquals([code, err], [exitCodes.ok, ""]);
  assertStringIncludes(out, "wrote master.key\nwrote keys/gateway.json\n");
  assertEquals(await Deno.readTextFile(join(cwd, "keys/gateway.json")), before);
  for (const name of ["master.key", "keys/gateway.json"]) {
    assertEquals((await Deno.stat(join(cwd, name))).mode! & 0o777, 0o600);
  }
  await using gateway = await Gateway.open("gateway.yaml", { folder: cwd });
  const [{ id }] = await gateway.archive.list({ limit: 1 });
  const shown = await gateway.archive.show(id);
  assertEquals(new TextDecoder().decode(shown!.received), "DOE^JANE");
});

test("recovery overwrites nothing that is there, and writes nothing beside other keys", async (cwd) => {
  const { mitral } = await exported(cwd);
  const recover = () => mitral("keys", "recover", "recovery.age", "--identity", "offline.txt");
  assertStringIncludes(
    (await recover()).out,
    "kept  master.key, which was there and is the same\nkept  keys/gateway.json, which was there and is the same\n",
  );
  const { keyFile } = await createMasterKey();
  await Deno.remove(join(cwd, "master.key"));
  await Deno.writeFile(join(cwd, "master.key"), keyFile, { mode: 0o600 });
  await Deno.remove(join(cwd, "keys/gateway.json"));
  const { code, err } = await recover();
  assertEquals(code, exitCodes.cannot);
  assertStringIncludes(err, "CONSOLE_RECOVERY_KEPT Cannot recover master.key: ");
  assertEquals(await Deno.readFile(join(cwd, "master.key")), new Uint8Array(keyFile));
  assertEquals([...Deno.readDirSync(join(cwd, "keys"))].map(({ name }) => name), ["lab.partner.json"]);
});

test("export without a master key, and for what is no age key, writes nothing", async (cwd) => {
  const { mitral } = await exported(cwd);
  const wrong = await mitral("keys", "export", "--to", "age1nonsense", "--out", "other.age");
  assertEquals(wrong.code, exitCodes.usage);
  assertStringIncludes(wrong.err, "CONSOLE_VALUE_WRONG");
  const recipient = (await tool("age-keygen", ["-y", "offline.txt"], cwd)).trim();
  await Deno.remove(join(cwd, "master.key"));
  const missing = await mitral("keys", "export", "--to", recipient, "--out", "other.age");
  assertStringIncludes(missing.err, CODE_MISSING);
  assertEquals(await Deno.stat(join(cwd, "other.age")).catch(() => "none"), "none");
});
