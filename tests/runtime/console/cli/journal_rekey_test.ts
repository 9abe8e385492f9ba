import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { Gateway, MitralError } from "mitral";
import { exitCodes } from "../../../../runtime/console/cli/exit_codes.ts";
import { parseIdentity } from "../../../../runtime/trust/identity.ts";
import { readMasterKey } from "../../../../runtime/trust/master_key.ts";
import { denoWorld } from "../../../../runtime/world/deno_world.ts";
import { masterKey } from "../../../world/master_key.ts";
import { run, withFolder } from "../console_kit.ts";

const file = `gateway: lab
channels:
  inbox: { listen: { https: { mount: true } }, parse: text, send: { files: { file: { path: ./outbox } } } }
`;

interface Site {
  readonly cwd: string;
  /** Opens the gateway. */
  open(): Promise<Gateway>;
  mitral(command: string, env?: Readonly<Record<string, string>>): ReturnType<typeof run>;
}

/** A gateway that has taken a message, and is stopped; and a new key. */
function withJournal(use: (site: Site) => Promise<void>): Promise<void> {
  return withFolder(async (cwd) => {
    const mitral = (command: string, env = {}) => run(command.split(" "), { cwd, env });
    const open = () => Gateway.open("g/gateway.yaml", { folder: cwd });
    await Deno.mkdir(join(cwd, "g/outbox"), { recursive: true });
    await Deno.writeTextFile(join(cwd, "g/gateway.yaml"), file);
    for (const name of ["master", "next"]) await mitral(`keys master g/${name}.key`);
    await using gateway = await open();
    await gateway.inject("inbox", "DOE^JANE", { peer: "test" });
    await gateway.close();
    await use({ cwd, open, mitral });
  });
}

const idOf = async (cwd: string, name: string) =>
  (await readMasterKey(denoWorld.disk, join(cwd, "g", name))).id;

async function taken(gateway: Gateway): Promise<string> {
  const [{ id }] = await gateway.archive.list({ limit: 1 });
  return new TextDecoder().decode((await gateway.archive.show(id))!.received);
}

Deno.test("journal rekey seals the journal under another key, and says what to do next", () =>
  withJournal(async ({ cwd, open, mitral }) => {
    const { code, out, err } = await mitral("journal rekey g/gateway.yaml --to g/next.key");
    assertEquals([code, err], [exitCodes.ok, ""]);
    const [was, is] = [await idOf(cwd, "master.key"), await idOf(cwd, "next.key")];
    assertStringIncludes(out, `${is} seals the journal: 1 data key wrapped anew\n`);
    assertStringIncludes(out, "next: masterKey: ./next.key in g/gateway.yaml");
    const { code: refused, facts } = await assertRejects(open, MitralError);
    assertEquals([refused, facts], ["MASTER_KEY_WRONG", { needed: is, found: was }]);
    await Deno.writeTextFile(join(cwd, "g/gateway.yaml"), file + "masterKey: ./next.key\n");
    await using gateway = await open();
    assertEquals(await taken(gateway), "DOE^JANE");
  }));

Deno.test("journal rekey says where the old key was, where that is no file", () =>
  withJournal(async ({ cwd, mitral }) => {
    const env = {
      MITRAL_MASTER_KEY: (await readMasterKey(denoWorld.disk, join(cwd, "g/master.key"))).bytes.toBase64(),
    };
    const { code, out } = await mitral("journal rekey g/gateway.yaml --to g/next.key", env);
    assertEquals(code, exitCodes.ok);
    assertStringIncludes(out, "put it in the place of the one in MITRAL_MASTER_KEY");
  }));

Deno.test("journal rekey refuses while a gateway runs, with a wrong key, without one, and where there is no journal", () =>
  withJournal(async ({ cwd, open, mitral }) => {
    const refused = async (
      says: string,
      command = "journal rekey g/gateway.yaml --to g/next.key",
      env = {},
    ) => {
      const { code, out, err } = await mitral(command, env);
      assertEquals([code, out], [exitCodes.cannot, ""]);
      assertStringIncludes(err, says);
    };
    {
      await using _gateway = await open();
      await refused("JOURNAL_FOLDER_BUSY");
    }
    await refused("MASTER_KEY_WRONG", undefined, { MITRAL_MASTER_KEY: masterKey.bytes.toBase64() });
    await refused("MASTER_KEY_UNREADABLE", "journal rekey g/gateway.yaml --to g/absent.key");
    await Deno.chmod(join(cwd, "g/next.key"), 0o644);
    await refused("MASTER_KEY_EXPOSED");
    await Deno.chmod(join(cwd, "g/next.key"), 0o600);
    // Nothing of that has changed anything.
    {
      await using gateway = await open();
      assertEquals(await taken(gateway), "DOE^JANE");
    }
    await Deno.remove(join(cwd, "g/data"), { recursive: true });
    await refused("JOURNAL_FILE_MISSING");
    assert(!await Deno.stat(join(cwd, "g/data")).catch(() => undefined));
  }));

Deno.test("journal rekey for a program gives both ids", () =>
  withJournal(async ({ cwd, mitral }) => {
    const { out } = await mitral("journal rekey g/gateway.yaml --to g/next.key --json");
    const [from, to] = [await idOf(cwd, "master.key"), await idOf(cwd, "next.key")];
    assertEquals(JSON.parse(out), { from, to, dataKeys: 1, damaged: 0 });
  }));

Deno.test("journal rekey seals the gateway's own keys under the other key, too, once", () =>
  withJournal(async ({ cwd, mitral }) => {
    const [yaml, keys] = [join(cwd, "g/gateway.yaml"), join(cwd, "g/keys/gateway.json")];
    await Deno.writeTextFile(yaml, `${file}keys: ./keys/gateway.json\n`);
    await mitral("keys init --file g/gateway.yaml");
    const rekey = async () =>
      JSON.parse((await mitral("journal rekey g/gateway.yaml --to g/next.key --json")).out);
    assertEquals((await rekey()).keys, "g/keys/gateway.json");
    const next = await readMasterKey(denoWorld.disk, join(cwd, "g/next.key"));
    const sealed = await Deno.readFile(keys);
    assertEquals((await parseIdentity(sealed, keys, next)).isSealed, true);
    // As after a crash between the journal and the keys: it may be said again.
    assertEquals((await rekey()).dataKeys, 0);
    assertEquals(await Deno.readFile(keys), sealed);
  }));
