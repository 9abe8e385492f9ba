import { assert, assertEquals, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { exitCodes } from "../../../../runtime/console/cli/exit_codes.ts";
import { parseIdentity } from "../../../../runtime/trust/identity.ts";
import { createMasterKey } from "../../../../runtime/trust/master_key.ts";
import { fingerprintOf, parsePartnerFile, writePartnerFile } from "../../../../runtime/trust/partner_file.ts";
import type { SealedFile } from "../../../../runtime/trust/new_keys.ts";
import { parsePrivateFile, writePrivateFile } from "../../../../runtime/trust/private_file.ts";
import { masterKey, writeMasterKey } from "../../../world/master_key.ts";
import { type Ended, run, withFolder } from "../console_kit.ts";

const GATEWAY = `gateway: lab
keys: ./keys/gateway.json
channels:
  one:
    listen: { mllp: { port: 2575 } }
    parse: hl7v2
    send: { out: { file: { path: ./out } } }
`;

interface Site {
  readonly cwd: string;
  mitral(command: string, env?: Readonly<Record<string, string>>): Promise<Ended>;
  /** What a command prints as JSON. */
  json(command: string): Promise<Record<string, unknown>>;
}

/** A gateway file, a master key, and the keys of the gateway `lab`. */
function withKeys(use: (site: Site) => Promise<void>, init = ""): Promise<void> {
  return withFolder(async (cwd) => {
    const mitral = (command: string, env = {}) => run(command.trim().split(" "), { cwd, env });
    const json = async (command: string) => {
      const { code, out, err } = await mitral(`${command} --json`);
      assertEquals([code, err], [exitCodes.ok, ""]);
      return JSON.parse(out);
    };
    await writeMasterKey(cwd);
    await Deno.writeTextFile(join(cwd, "gateway.yaml"), "gateway: lab\nkeys: ./keys/gateway.json\n");
    assertEquals((await mitral(`keys init --file gateway.yaml ${init}`)).code, exitCodes.ok);
    await use({ cwd, mitral, json });
  });
}

const identityIn = async (cwd: string) =>
  await parseIdentity(await Deno.readFile(join(cwd, "keys/gateway.json")), "gateway.json", masterKey);
const partnerIn = async (cwd: string) =>
  await parsePartnerFile(await Deno.readFile(join(cwd, "keys/lab.partner.json")), "lab.partner.json");
const oldFile = (name: string) => new URL(`../../trust/version_1/${name}.json`, import.meta.url);

Deno.test("keys init makes a private file nobody else can read and a public one that fits it", () =>
  withFolder(async (cwd) => {
    await writeMasterKey(cwd);
    const { code, out, err } = await run(["keys", "init", "--name", "st-elsewhere", "--out", "keys"], {
      cwd,
    });
    assertEquals([code, err], [exitCodes.ok, ""]);
    const privateFile = join(cwd, "keys/gateway.json");
    const publicFile = join(cwd, "keys/st-elsewhere.partner.json");
    assertEquals((await Deno.stat(privateFile)).mode! & 0o777, 0o600);
    const identity = await parseIdentity(await Deno.readFile(privateFile), privateFile, masterKey);
    const partner = await parsePartnerFile(await Deno.readFile(publicFile), publicFile);
    const fingerprint = await fingerprintOf(identity);
    assertEquals(await fingerprintOf(partner), fingerprint);
    assertStringIncludes(out, `st-elsewhere ${fingerprint}`);
    assertStringIncludes(out, "keys/st-elsewhere.partner.json");
  }));

Deno.test("keys init follows the gateway file", () =>
  withFolder(async (cwd) => {
    await writeMasterKey(cwd);
    await Deno.writeTextFile(join(cwd, "gateway.yaml"), "gateway: lab\nkeys: ./secret/own.json\n");
    const { code, out } = await run(["keys", "init", "--file", "gateway.yaml", "--json"], { cwd });
    assertEquals(code, exitCodes.ok);
    const { gateway, private: own, public: handed } = JSON.parse(out);
    assertEquals([gateway, own, handed], ["lab", "secret/own.json", "secret/lab.partner.json"]);
    assert((await Deno.stat(join(cwd, own))).isFile);
  }));

Deno.test("keys init never overwrites a key, nor leaves half a pair", () =>
  withFolder(async (cwd) => {
    const env = { MITRAL_MASTER_KEY: masterKey.bytes.toBase64() };
    const init = () => run(["keys", "init", "--name", "lab", "--out", "."], { cwd, env });
    await Deno.writeTextFile(join(cwd, "lab.partner.json"), "mine");
    const first = await init();
    assertEquals(first.code, exitCodes.cannot);
    assertStringIncludes(first.err, "CONSOLE_FILE_EXISTS");
    assertEquals((await Array.fromAsync(Deno.readDir(cwd))).map(({ name }) => name), ["lab.partner.json"]);
    await Deno.remove(join(cwd, "lab.partner.json"));
    assertEquals((await init()).code, exitCodes.ok);
    const before = await Deno.readTextFile(join(cwd, "gateway.json"));
    assertEquals((await init()).code, exitCodes.cannot);
    assertEquals(await Deno.readTextFile(join(cwd, "gateway.json")), before);
  }));

Deno.test("keys show prints fingerprints of both kinds of file, and no private key", () =>
  withFolder(async (cwd) => {
    await writeMasterKey(cwd);
    await Deno.writeTextFile(
      join(cwd, "gateway.yaml"),
      "gateway: lab\nkeys: ./keys/gateway.json\npartners: { other: ./keys/lab.partner.json }\n",
    );
    await run(["keys", "init", "--file", "gateway.yaml"], { cwd });
    const { code, out } = await run(["keys", "show", "--file", "gateway.yaml"], { cwd });
    assertEquals(code, exitCodes.ok);
    const fingerprints = [...out.matchAll(/^fingerprint {2}(.*)$/gm)].map(([, text]) => text);
    assertEquals(fingerprints.length, 2);
    assertEquals(fingerprints[0], fingerprints[1]);
    const json = await run(["keys", "show", "keys/gateway.json", "keys/lab.partner.json", "--json"], { cwd });
    assertEquals(JSON.parse(json.out).map(({ kind }: { kind: string }) => kind), ["private", "public"]);
    const own = JSON.parse(await Deno.readTextFile(join(cwd, "keys/gateway.json")));
    for (
      const { sealed: secret } of [
        own.root,
        own.relay,
        own.ledger,
        own.wireguard,
        ...own.signing,
        ...own.encryption,
      ]
    ) {
      assert(!out.includes(secret) && !json.out.includes(secret));
    }
  }));

Deno.test("keys show refuses a file that holds no keys, by code", () =>
  withFolder(async (cwd) => {
    await Deno.writeTextFile(join(cwd, "x.json"), "{}");
    const { code, err } = await run(["keys", "show", "x.json"], { cwd });
    assertEquals(code, exitCodes.cannot);
    assertStringIncludes(err, "IDENTITY_FILE_INVALID");
    assertEquals((await run(["keys", "show", "absent.json"], { cwd })).code, exitCodes.cannot);
  }));

Deno.test("keys init makes no keys without a master key, and says how to make one", () =>
  withFolder(async (cwd) => {
    const { code, err } = await run(["keys", "init", "--name", "lab", "--out", "g/keys"], { cwd });
    assertEquals(code, exitCodes.cannot);
    assertStringIncludes(err, "MASTER_KEY_MISSING");
    assertStringIncludes(err, `mitral keys master ${join(cwd, "g/master.key")}`);
    assertEquals(await Array.fromAsync(Deno.readDir(cwd)), []);
  }));

Deno.test("keys init takes a profile, and keys for JWE", () =>
  withKeys(async ({ cwd }) => {
    const { root, encryption } = await identityIn(cwd);
    assertEquals([root.algorithm, ...encryption.map(({ algorithm }) => algorithm)], [
      "ES256",
      "MLKEM768-P256",
      "P-256",
    ]);
  }, "--profile nist --jose"));

Deno.test("keys show says times, serial and what was revoked, without a master key", () =>
  withKeys(async ({ cwd, mitral }) => {
    await mitral("keys rotate --now");
    const { signing } = await identityIn(cwd);
    await mitral(`keys revoke ${signing[1].keyId} --reason lost`);
    await Deno.remove(join(cwd, "master.key"));
    const { code, out } = await mitral("keys show keys/gateway.json");
    assertEquals(code, exitCodes.ok);
    assertMatch(out, new RegExp(`^signing {6}${signing[0].keyId} Ed25519$`, "m"));
    assertMatch(
      out,
      /^encryption {3}[0-9a-f]{16} MLKEM768-X25519\n {13}[0-9a-f]{16} MLKEM768-X25519, until 2/m,
    );
    assertMatch(out, new RegExp(`^revoked {6}${signing[1].keyId}, 2`, "m"));
    assertMatch(out, new RegExp(`^sealed {7}under the master key ${masterKey.id}$`, "m"));
    assertMatch(out, /^serial {7}3, of 2/m);
  }));

Deno.test("keys rotate writes next keys to both files, and leaves what the public one says beside", () =>
  withKeys(async ({ cwd, mitral, json }) => {
    const before = await identityIn(cwd);
    const links = [{ kind: "https", settings: { url: "https://lab.example/" } }];
    const certificates = [`sha256:${"0a".repeat(32)}`];
    const publicFile = await writePartnerFile(before, { links, certificates });
    await Deno.writeFile(join(cwd, "keys/lab.partner.json"), publicFile);
    const { serial, beginsAtMs } = await json("keys rotate --after 7 --overlap 10");
    const [own, partner] = [await identityIn(cwd), await partnerIn(cwd)];
    assertEquals([serial, own.serial, partner.serial], [2, 2, 2]);
    assertEquals([partner.links, partner.certificates], [links, certificates]);
    assertEquals([own.signing[0].fromMs, partner.encryption[0].fromMs], [beginsAtMs, beginsAtMs]);
    assertEquals(partner.signing[1].untilMs, Number(beginsAtMs) + 10 * 86_400_000);
    assertEquals(own.signing[1].keyId, before.signing[0].keyId);
    assertEquals(own.root.keyId, before.root.keyId);
    const { mode } = await Deno.stat(join(cwd, "keys/gateway.json"));
    assertEquals(mode! & 0o777, 0o600);
    const again = await mitral("keys rotate");
    assertEquals(again.code, exitCodes.cannot);
    assertStringIncludes(again.err, "IDENTITY_KEYS_PENDING");
    assertEquals((await mitral("keys rotate --now")).code, exitCodes.ok);
    assertEquals((await identityIn(cwd)).signing[0].keyId, own.signing[0].keyId);
  }));

Deno.test("keys seal seals a file of version 1, and rotate does it on its way", () =>
  withKeys(async ({ cwd, mitral }) => {
    for (const command of ["seal", "rotate"]) {
      await Deno.remove(join(cwd, "keys"), { recursive: true });
      await Deno.mkdir(join(cwd, "keys"));
      await Deno.copyFile(oldFile("gateway"), join(cwd, "keys/gateway.json"));
      await Deno.copyFile(oldFile("partner"), join(cwd, "keys/old.example.partner.json"));
      const shown = await mitral("keys show keys/gateway.json");
      assertStringIncludes(shown.out, "sealed       no: seal them by `mitral keys seal`");
      const before = /^fingerprint.*$/m.exec(shown.out)![0];
      const { code, err } = await mitral(`keys ${command}`);
      assertEquals([code, err], [exitCodes.ok, ""]);
      assertEquals((await identityIn(cwd)).isSealed, true);
      const after = await mitral("keys show keys/old.example.partner.json");
      assertStringIncludes(after.out, before);
    }
  }));

Deno.test("keys revoke tells partners, and refuses the last key", () =>
  withKeys(async ({ cwd, mitral }) => {
    const [{ keyId }] = (await identityIn(cwd)).signing;
    const last = await mitral(`keys revoke ${keyId} --reason lost`);
    assertEquals(last.code, exitCodes.cannot);
    assertStringIncludes(last.err, "IDENTITY_KEY_LAST");
    await mitral("keys rotate --now");
    assertEquals((await mitral(`keys revoke ${keyId} --reason lost`)).code, exitCodes.ok);
    assertEquals((await partnerIn(cwd)).revoked.map((one) => one.keyId), [keyId]);
    assertEquals((await mitral(`keys revoke ${keyId} --reason lost`)).code, exitCodes.cannot);
  }));

Deno.test("keys rotate replaces the key of the ledger or of WireGuard alone, at once", () =>
  withKeys(async ({ cwd, mitral, json }) => {
    for (const kind of ["ledger", "wireguard"] as const) {
      const before = await identityIn(cwd);
      const { kid, serial } = await json(`keys rotate ${kind}`);
      const [own, partner] = [await identityIn(cwd), await partnerIn(cwd)];
      assertEquals([own[kind]?.keyId, partner[kind]?.keyId, own.serial], [kid, kid, serial]);
      assertNotEquals(kid, before[kind]?.keyId);
      assertEquals([own.signing.length, own.signing[0].keyId], [1, before.signing[0].keyId]);
      const { out } = await mitral("keys show keys/gateway.json");
      assertMatch(out, new RegExp(`^${kind.padEnd(13)}${kid} `, "m"));
    }
    const timed = await mitral("keys rotate ledger --after 3");
    assertEquals(timed.code, exitCodes.usage);
    assertEquals((await mitral("keys rotate relay")).code, exitCodes.usage);
  }));

Deno.test("keys revoke puts another ledger key in the place of the one revoked", () =>
  withKeys(async ({ cwd, json }) => {
    const old = (await identityIn(cwd)).ledger!;
    const { kid } = await json(`keys revoke ${old.keyId} --reason lost`);
    const partner = await partnerIn(cwd);
    assertEquals([partner.ledger?.keyId, partner.revoked.map((one) => one.keyId)], [kid, [old.keyId]]);
    assertNotEquals(kid, old.keyId);
  }));

Deno.test("keys say who changed them last, to their owner alone", () =>
  withKeys(async ({ cwd, mitral }) => {
    await mitral("keys rotate ledger", { USER: "ann" });
    assertEquals((await identityIn(cwd)).changedBy, "ann");
    assertMatch((await mitral("keys show keys/gateway.json")).out, /^serial {7}2, of .*, by ann$/m);
    assert(!(await mitral("keys show keys/lab.partner.json")).out.includes("ann"));
  }));

Deno.test("keys wireguard writes the private key for its owner alone, over nothing unless it is told to", () =>
  withKeys(async ({ cwd, mitral, json }) => {
    const out = join(cwd, "mitral.key");
    const first = await mitral("keys wireguard --out mitral.key");
    assertEquals([first.code, first.err], [exitCodes.ok, ""]);
    assertStringIncludes(first.out, "in clear");
    const secret = (await Deno.readTextFile(out)).trim();
    assertEquals((await Deno.stat(out)).mode! & 0o777, 0o600);
    assert(!first.out.includes(secret));
    const { wireguard } = await partnerIn(cwd);
    assertStringIncludes(first.out, wireguard!.publicBytes.toBase64());
    assertStringIncludes(
      (await mitral("keys show keys/lab.partner.json")).out,
      wireguard!.publicBytes.toBase64(),
    );
    await mitral("keys rotate wireguard");
    const again = await mitral("keys wireguard --out mitral.key");
    assertEquals(again.code, exitCodes.cannot);
    assertStringIncludes(again.err, "CONSOLE_FILE_EXISTS");
    assertEquals((await Deno.readTextFile(out)).trim(), secret);
    const { kid } = await json("keys wireguard --out mitral.key --replace");
    assertEquals(kid, (await identityIn(cwd)).wireguard?.keyId);
    assertNotEquals((await Deno.readTextFile(out)).trim(), secret);
    assertEquals((await Deno.stat(out)).mode! & 0o777, 0o600);
  }));

Deno.test("keys wireguard says how a gateway of the profile nist gets a key", () =>
  withKeys(async ({ mitral }) => {
    const { code, err } = await mitral("keys wireguard --out x.key");
    assertEquals(code, exitCodes.cannot);
    assertStringIncludes(err, "IDENTITY_WIREGUARD_MISSING");
    assertEquals((await mitral("keys rotate wireguard")).code, exitCodes.ok);
    assertEquals((await mitral("keys wireguard --out x.key")).code, exitCodes.ok);
  }, "--profile nist"));

Deno.test("check says that keys from before have none for the ledger, and seal adds it", () =>
  withKeys(async ({ cwd, mitral }) => {
    const own = join(cwd, "keys/gateway.json");
    const file = parsePrivateFile(await Deno.readFile(own), own) as SealedFile;
    const { ledger: _, wireguard: __, ...old } = file;
    await Deno.writeFile(own, await writePrivateFile(old, masterKey));
    await Deno.writeTextFile(join(cwd, "gateway.yaml"), GATEWAY);
    assertStringIncludes((await mitral("check gateway.yaml")).err, "IDENTITY_LEDGER_MISSING");
    assertStringIncludes(
      (await mitral("keys show keys/gateway.json")).out,
      "none: `mitral keys seal` adds it",
    );
    assertEquals((await mitral("keys seal")).code, exitCodes.ok);
    assertEquals((await mitral("check gateway.yaml")).err, "");
    const partner = await partnerIn(cwd);
    assert(partner.ledger && partner.wireguard);
  }));

Deno.test("a change of keys under another master key changes nothing", () =>
  withKeys(async ({ cwd, mitral }) => {
    const { masterKey: other } = await createMasterKey();
    const before = await Deno.readTextFile(join(cwd, "keys/gateway.json"));
    for (const command of ["rotate", "rotate ledger", "seal", "revoke 0000000000000000 --reason x"]) {
      const { code, err } = await mitral(`keys ${command}`, { MITRAL_MASTER_KEY: other.bytes.toBase64() });
      assertEquals(code, exitCodes.cannot);
      assertStringIncludes(err, "IDENTITY_MASTER_WRONG");
    }
    assertEquals(await Deno.readTextFile(join(cwd, "keys/gateway.json")), before);
  }));
