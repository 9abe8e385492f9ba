import { assertEquals, assertRejects } from "@std/assert";
import { MitralError } from "../../runtime/contract/error.ts";
import { secretOf } from "../../runtime/contract/spec.ts";
import { Folder } from "../adapters/file/folder.ts";
import { ageKeys, opener, pgpKeys, sealer } from "../adapters/kit_files/_keys.ts";
import { type Peer, requirePeer } from "./_peers.ts";

const age = await requirePeer("age");
const gpg = await requirePeer("gpg");

const CONTENT = "MSH|^~\\&|LAB|ACME|EHR|HERE|20260105120000||ORU^R01|1|P|2.5\r".repeat(2_000);

/** Runs a program to its end; it has to succeed. */
async function ran(peer: Peer, args: readonly string[]): Promise<void> {
  const { success, stderr } = await peer.command(args, { stdin: "null", stdout: "null", stderr: "piped" })
    .output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

/** A home of GnuPG's own, away from whoever runs the tests. */
async function gpgHome() {
  const folder = await Folder.make();
  await Deno.mkdir(folder.at("home"), { mode: 0o700 });
  const run = (...args: string[]) =>
    ran(gpg, ["--homedir", folder.at("home"), "--batch", "--yes", "--trust-model", "always", ...args]);
  return { folder, run };
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const content = new TextEncoder().encode(CONTENT);

Deno.test({
  name: "age opens what a sender has encrypted",
  ignore: age.missing,
  async fn() {
    await using folder = await Folder.make();
    const { identity, recipient } = await ageKeys();
    await folder.write("acme.pub", recipient);
    await folder.write("acme.key", identity);
    const seal = await sealer({ cipher: { age: [folder.at("acme.pub")] } });
    await folder.write("a.hl7.age", await seal.seal(content));
    await ran(age, ["-d", "-i", folder.at("acme.key"), "-o", folder.at("a.hl7"), folder.at("a.hl7.age")]);
    assertEquals(await folder.text("a.hl7"), CONTENT);
  },
});

Deno.test({
  name: "a listener opens what age has encrypted, armored or not",
  ignore: age.missing,
  async fn() {
    await using folder = await Folder.make();
    const { identity, recipient } = await ageKeys();
    await folder.write("a.hl7", CONTENT);
    const open = await opener({ cipher: { age: secretOf(identity) } });
    for (const form of [[], ["-a"]]) {
      await ran(age, [...form, "-r", recipient, "-o", folder.at("a.hl7.age"), folder.at("a.hl7")]);
      const [opened] = await open("a.hl7.age", await Deno.readFile(folder.at("a.hl7.age")));
      assertEquals([opened.name, text(opened.bytes)], ["a.hl7", CONTENT]);
    }
  },
});

Deno.test({
  name: "gpg opens what a sender has encrypted, and knows who signed it",
  ignore: gpg.missing,
  async fn() {
    const { folder, run } = await gpgHome();
    await using _folder = folder;
    await run(
      "--passphrase",
      "",
      "--quick-generate-key",
      "acme@example.com",
      "rsa2048",
      "sign,cert",
      "never",
    );
    const theirs = await fingerprint(folder, run);
    await run("--passphrase", "", "--quick-add-key", theirs, "rsa2048", "encr", "never");
    await run("--armor", "--output", folder.at("acme.asc"), "--export");
    const us = await pgpKeys("us");
    await folder.write("us.asc", us.publicKey);
    await run("--import", folder.at("us.asc"));
    const seal = await sealer({
      cipher: { openpgp: { recipients: [folder.at("acme.asc")], sign: secretOf(us.privateKey) } },
    });
    await folder.write("a.hl7.pgp", await seal.seal(content));
    await run(
      "--status-file",
      folder.at("status"),
      "--output",
      folder.at("a.hl7"),
      "-d",
      folder.at("a.hl7.pgp"),
    );
    assertEquals(await folder.text("a.hl7"), CONTENT);
    assertEquals(/^\[GNUPG:\] GOODSIG /m.test(await folder.text("status")), true);
  },
});

Deno.test({
  name: "a listener opens what gpg has encrypted and signed with a key of its own, and with no other",
  ignore: gpg.missing,
  async fn() {
    const { folder, run } = await gpgHome();
    await using _folder = folder;
    for (const name of ["acme", "other"]) {
      await run(
        "--passphrase",
        "",
        "--quick-generate-key",
        `${name}@example.com`,
        "ed25519",
        "sign,cert",
        "never",
      );
      await run("--armor", "--output", folder.at(`${name}.asc`), "--export", `${name}@example.com`);
    }
    const us = await pgpKeys("us", { passphrase: "open" });
    await folder.write("us.asc", us.publicKey);
    await run("--import", folder.at("us.asc"));
    await folder.write("a.hl7", CONTENT);
    const open = await opener({
      cipher: {
        openpgp: {
          key: secretOf(us.privateKey),
          passphrase: secretOf("open"),
          signers: [folder.at("acme.asc")],
        },
      },
    });
    const sealedBy = async (name: string, ...form: string[]) => {
      const [from, to] = [folder.at("a.hl7"), folder.at("a.hl7.gpg")];
      const sign = name ? ["-u", `${name}@example.com`, "-s"] : [];
      await run(...form, ...sign, "-r", "us", "--output", to, "-e", from);
      return await Deno.readFile(to);
    };
    for (const form of [[], ["--armor"], ["--compress-algo", "none"], ["--hidden-recipient", "us"]]) {
      const [opened] = await open("a.hl7.gpg", await sealedBy("acme", ...form));
      assertEquals([opened.name, text(opened.bytes)], ["a.hl7", CONTENT], form.join(" "));
    }
    for (const name of ["other", ""]) {
      const sealed = await sealedBy(name);
      const error = await assertRejects(() => open("a", sealed), MitralError);
      assertEquals(error.code, "CIPHER_SIGNATURE_INVALID");
    }
  },
});

async function fingerprint(folder: Folder, run: (...args: string[]) => Promise<void>): Promise<string> {
  await run("--output", folder.at("keys"), "--export");
  const { readKey } = await import("openpgp");
  const key = await readKey({ binaryKey: await Deno.readFile(folder.at("keys")) });
  return key.getFingerprint().toUpperCase();
}
