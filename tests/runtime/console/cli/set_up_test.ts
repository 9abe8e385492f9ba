import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { exitCodes } from "../../../../runtime/console/cli/exit_codes.ts";
import { outside } from "../../../../gateway.ts";
import { masterKeyAdvice } from "../../../../runtime/console/cli/master_key.ts";
import { readMasterKey } from "../../../../runtime/trust/master_key.ts";
import { denoWorld } from "../../../../runtime/world/deno_world.ts";
import { masterKey } from "../../../world/master_key.ts";
import { run, withFolder } from "../console_kit.ts";

const broken = `gateway: lab
channels:
  inbox:
    listen: { mllp: { prt: 2575 } }
    parse: hl7v9
    send: { files: { mllp: { host: ehr, port: 70000 } } }
`;

Deno.test("init writes a gateway file without problems, and a place for its messages", () =>
  withFolder(async (cwd) => {
    const made = await run(["init", "x"], { cwd });
    assertEquals(made, {
      code: exitCodes.ok,
      out: "wrote x/gateway.yaml\nwrote x/gateway_test.yaml\n" +
        `wrote x/master.key, the key the journal is sealed under. ${masterKeyAdvice}\n` +
        "next: mitral test x/gateway.yaml, then mitral run x/gateway.yaml\n",
      err: "",
    });
    const checked = await run(["check", "x/gateway.yaml"], { cwd });
    assertEquals([checked.code, checked.err], [exitCodes.ok, ""]);
    assert((await Deno.stat(join(cwd, "x/outbox"))).isDirectory);
    const [first] = (await Deno.readTextFile(join(cwd, "x/gateway.yaml"))).split("\n");
    assertEquals(first, "# yaml-language-server: $schema=./gateway.schema.json");
    const schema = await run(["schema"]);
    assertEquals([schema.code, schema.err], [exitCodes.ok, ""]);
    assertEquals(await Deno.readTextFile(join(cwd, "x/gateway.schema.json")), schema.out);
    const { properties, $defs } = JSON.parse(schema.out);
    assert("channels" in properties && "listeners.mllp" in $defs);
  }));

Deno.test("init refuses to overwrite a gateway file, a test, a schema or a key, and leaves no half", () =>
  withFolder(async (cwd) => {
    for (const name of ["gateway.yaml", "gateway_test.yaml", "gateway.schema.json", "master.key"]) {
      await Deno.writeTextFile(join(cwd, name), "mine");
      const { code, err } = await run(["init"], { cwd });
      assertEquals(code, exitCodes.cannot);
      assertStringIncludes(err, `CONSOLE_FILE_EXISTS Cannot write ${name}`);
      assertEquals(await Deno.readTextFile(join(cwd, name)), "mine");
      assertEquals(await Array.fromAsync(Deno.readDir(cwd), (entry) => entry.name), [name]);
      await Deno.remove(join(cwd, name));
    }
  }));

Deno.test("check prints what a good file does", () =>
  withFolder(async (cwd) => {
    await run(["init"], { cwd });
    const { code, out, err } = await run(["check", "gateway.yaml"], { cwd });
    assertEquals([code, err], [exitCodes.ok, ""]);
    assertEquals(
      out,
      "ok my-gateway: 1 channel\n" +
        "channel  listens by  parses  acknowledges  sends to\n" +
        "inbox    mllp        hl7v2   received      files (file)\n",
    );
    const json = JSON.parse((await run(["check", "gateway.yaml", "--json"], { cwd })).out);
    assertEquals([json.ok, json.problems, json.channels[0].listener], [true, [], "mllp"]);
    assertEquals(json.notes, []);
  }));

Deno.test("check needs no master key, and notes what stands in its way", () =>
  withFolder(async (cwd) => {
    await run(["init"], { cwd });
    await Deno.chmod(join(cwd, "master.key"), 0o644);
    const exposed = await run(["check", "gateway.yaml"], { cwd });
    assertEquals(exposed.code, exitCodes.ok);
    assertMatch(exposed.err, /^note MASTER_KEY_EXPOSED [^\n]+\n$/);
    await Deno.remove(join(cwd, "master.key"));
    const missing = await run(["check", "gateway.yaml"], { cwd });
    assertEquals(missing.code, exitCodes.ok);
    assertMatch(missing.err, /^note MASTER_KEY_MISSING [^\n]+\n$/);
    const json = await run(["check", "gateway.yaml", "--json"], { cwd });
    const { ok, notes: [{ code }] } = JSON.parse(json.out);
    assertEquals([ok, code, json.err], [true, "MASTER_KEY_MISSING", ""]);
    const env = { MITRAL_MASTER_KEY: masterKey.bytes.toBase64() };
    assertEquals((await run(["check", "gateway.yaml"], { cwd, env })).err, "");
  }));

Deno.test("check notes partners whose certificates nobody could be known by", () =>
  withFolder(async (cwd) => {
    await run(["init"], { cwd });
    const file = join(cwd, "gateway.yaml");
    await Deno.writeTextFile(join(cwd, "lab.pem"), "no certificate");
    await Deno.writeTextFile(
      file,
      `partners: { lab: { certificates: ./lab.pem } }\n${await Deno.readTextFile(file)}`,
    );
    const { code, err } = await run(["check", "gateway.yaml"], { cwd });
    assertEquals(code, exitCodes.ok);
    assertMatch(err, /^note PARTNERS_CERTIFICATE_INVALID [^\n]+\n$/);
  }));

Deno.test("init and keys master make a key for its owner alone, never over another, and never show it", () =>
  withFolder(async (cwd) => {
    await run(["init"], { cwd });
    const made = await run(["keys", "master", "next.key"], { cwd });
    assertEquals([made.code, made.err], [exitCodes.ok, ""]);
    for (const name of ["master.key", "next.key"]) {
      const { mode } = await Deno.stat(join(cwd, name));
      assertEquals(mode! & 0o777, 0o600);
    }
    const { id, bytes } = await readMasterKey(denoWorld.disk, join(cwd, "next.key"));
    assertEquals(made.out, `${id} next.key\n${masterKeyAdvice}\n`);
    const before = await Deno.readTextFile(join(cwd, "next.key"));
    assert(before.startsWith(`# Master key ${id} `) && before.includes(bytes.toBase64()));
    const again = await run(["keys", "master", "next.key"], { cwd });
    assertEquals(again.code, exitCodes.cannot);
    assertStringIncludes(again.err, "CONSOLE_FILE_EXISTS");
    assertEquals(await Deno.readTextFile(join(cwd, "next.key")), before);
    const json = await run(["keys", "master", "third.key", "--json"], { cwd });
    const third = await readMasterKey(denoWorld.disk, join(cwd, "third.key"));
    assertEquals(JSON.parse(json.out), { id: third.id, file: "third.key" });
  }));

Deno.test("keys show prints the id of a master key, from a file or from where the gateway would have it", () =>
  withFolder(async (cwd) => {
    await run(["init"], { cwd });
    const { id } = await readMasterKey(denoWorld.disk, join(cwd, "master.key"));
    const shown = await run(["keys", "show", "master.key"], { cwd });
    assertEquals([shown.code, shown.out], [exitCodes.ok, `${id} master key\nfile         master.key\n`]);
    const facts = async (env?: Readonly<Record<string, string>>) => {
      const { out } = await run(["keys", "show", "--file", "gateway.yaml", "--json"], {
        cwd,
        ...(env ? { env } : {}),
      });
      return JSON.parse(out);
    };
    assertEquals(await facts(), [{ file: join(cwd, "master.key"), kind: "master", id }]);
    assertEquals(await facts({ MITRAL_MASTER_KEY: masterKey.bytes.toBase64() }), [
      { file: "MITRAL_MASTER_KEY", kind: "master", id: masterKey.id },
    ]);
  }));

Deno.test("run refuses to start a gateway without its master key, and leaves no journal", () =>
  withFolder(async (cwd) => {
    await run(["init"], { cwd });
    await Deno.remove(join(cwd, "master.key"));
    const { openGateway } = outside;
    const { code, out, err } = await run(["run", "gateway.yaml"], { cwd, openGateway });
    assertEquals([code, out], [exitCodes.cannot, ""]);
    assertStringIncludes(err, "MASTER_KEY_MISSING");
    const left = await Array.fromAsync(Deno.readDir(join(cwd, "data")), ({ name }) => name);
    assertEquals(left.filter((name) => name.startsWith("journal")), []);
  }));

Deno.test("check prints every problem with its place, and exit code 1", () =>
  withFolder(async (cwd) => {
    await Deno.writeTextFile(join(cwd, "gateway.yaml"), broken);
    const { code, out, err } = await run(["check", "gateway.yaml"], { cwd });
    assertEquals([code, out], [exitCodes.no, ""]);
    const places = [...err.matchAll(/^gateway\.yaml:(\d+):\d+ (CONFIG_\w+) /gm)].map(([, line]) => line);
    assert(places.includes("4") && places.includes("5") && places.includes("6"), err);
    assertMatch(err, new RegExp(`gateway\\.yaml: ${places.length} problems\n$`));
    const json = JSON.parse((await run(["check", "gateway.yaml", "--json"], { cwd })).out);
    assertEquals([json.ok, json.problems.length], [false, places.length]);
  }));

Deno.test("check names a channel's own file as it names the gateway file: from where the person is", () =>
  withFolder(async (cwd) => {
    await run(["init", "x"], { cwd });
    await Deno.mkdir(join(cwd, "x/channels"));
    await Deno.writeTextFile(join(cwd, "x/channels/lab.yaml"), "listn: 1\n");
    const { err } = await run(["check", "x/gateway.yaml"], { cwd });
    assertStringIncludes(err, "x/channels/lab.yaml:1:1 CONFIG_KEY_UNKNOWN");
    assert(!err.includes(cwd), err);
  }));

Deno.test("check says that there is no file, and exit code 3", () =>
  withFolder(async (cwd) => {
    const { code, err } = await run(["check", "absent.yaml"], { cwd });
    assertEquals(code, exitCodes.cannot);
    assertStringIncludes(err, "absent.yaml:1:1 CONFIG_FILE_UNREADABLE");
  }));
