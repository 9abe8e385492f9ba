import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { nkeys } from "@nats-io/nats-core/internal";
import { join } from "node:path";
import { exitCodes } from "../../../../runtime/console/cli/exit_codes.ts";
import { isUserName, userName } from "../../../../runtime/contract/nkey.ts";
import { createIdentity, type Identity } from "../../../../runtime/trust/identity.ts";
import { fingerprintOf, writePartnerFile } from "../../../../runtime/trust/partner_file.ts";
import { masterKey } from "../../../world/master_key.ts";
import { pki } from "../../../world/pki.ts";
import { type Ended, run } from "../console_kit.ts";

/** A folder with a certificate, and `mitral relay` run in it. */
class Desk implements AsyncDisposable {
  private constructor(readonly cwd: string) {}

  static async open(): Promise<Desk> {
    const desk = new Desk(await Deno.makeTempDir());
    await desk.write("relay.pem", pki.server.certificate);
    await desk.write("relay.key", pki.server.key);
    return desk;
  }

  /** One with a relay in `relay`. */
  static async withRelay(...options: string[]): Promise<Desk> {
    const desk = await Desk.open();
    await desk.succeeds(...INIT, ...options);
    return desk;
  }

  run(...args: string[]): Promise<Ended> {
    return run(["relay", ...args], { cwd: this.cwd });
  }

  async succeeds(...args: string[]): Promise<string> {
    const { code, out, err } = await this.run(...args);
    assertEquals([code, err], [exitCodes.ok, ""], out);
    return out;
  }

  /** What it says where it refuses, and that nothing in the relay's folder is changed by it. */
  async refuses(...args: string[]): Promise<{ readonly code: number; readonly err: string }> {
    const before = await this.texts();
    const { code, out, err } = await this.run(...args);
    assertEquals(out, "");
    assertEquals(await this.texts(), before);
    return { code, err };
  }

  async texts(): Promise<Readonly<Record<string, string>>> {
    const texts: Record<string, string> = {};
    for (
      const name of [
        "relay.json",
        "accounts.conf",
        "nats-server.conf",
        "operator_hub.nk",
        "operator_system.nk",
      ]
    ) {
      texts[name] = await this.text(`relay/${name}`).catch(() => "none");
    }
    return texts;
  }

  text(name: string): Promise<string> {
    return Deno.readTextFile(join(this.cwd, name));
  }

  async write(name: string, text: string | Uint8Array): Promise<void> {
    await Deno.writeFile(
      join(this.cwd, name),
      typeof text === "string" ? new TextEncoder().encode(text) : text,
    );
  }

  /** Somebody's public file, `NAME.json`. */
  async identity(name: string, change: Partial<Identity> = {}): Promise<Identity> {
    const { identity } = await createIdentity({ gateway: name, nowMs: 0, masterKey });
    await this.file(name, { ...identity, ...change });
    return identity;
  }

  async file(name: string, identity: Identity): Promise<void> {
    await this.write(`${name}.json`, await writePartnerFile(identity));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.cwd, { recursive: true });
  }
}

const INIT = ["init", "relay", "--name", "relay.example", "--certificate", "relay.pem", "--key", "relay.key"];

Deno.test("relay init writes what the server is started with, and secrets for the operator alone", async () => {
  await using desk = await Desk.open();
  assertEquals(
    await desk.succeeds(...INIT),
    "wrote relay/operator_hub.nk\nwrote relay/operator_system.nk\nwrote relay/nats-server.conf\n" +
      "wrote relay/accounts.conf\nwrote relay/relay.json\npartners call it wss://relay.example\n" +
      "next: nats-server -c relay/nats-server.conf, then mitral relay apply relay\n",
  );
  const config = await desk.text("relay/nats-server.conf");
  for (
    const said of [
      "sync_interval: always",
      "handshake_first: true",
      'min_version: "1.2"',
      'listen: "0.0.0.0:4222"',
      'listen: "0.0.0.0:443"',
      'http: "127.0.0.1:8222"',
      'include "accounts.conf"',
      `cert_file: "${join(desk.cwd, "relay.pem")}"`,
      `store_dir: "${join(desk.cwd, "relay/store")}"`,
      "max_file_store: 50000000000",
      "max_payload: 4194304",
      "trace: false",
    ]
  ) {
    assertStringIncludes(config, said);
  }
  const { operator } = JSON.parse(await desk.text("relay/relay.json"));
  for (const [name, user] of [["hub", operator.hub], ["system", operator.system]]) {
    const file = `relay/operator_${name}.nk`;
    const seed = await desk.text(file);
    assertEquals(nkeys.fromSeed(new TextEncoder().encode(seed)).getPublicKey(), user);
    if (Deno.build.os !== "windows") {
      assertEquals((await Deno.stat(join(desk.cwd, file))).mode! & 0o777, 0o600);
    }
    for (const [other, text] of Object.entries(await desk.texts())) {
      assertEquals(text.includes(seed), other === `operator_${name}.nk`);
    }
  }
});

Deno.test("relay init overwrites nothing, and leaves no half", async () => {
  for (
    const name of ["relay.json", "accounts.conf", "nats-server.conf", "operator_hub.nk", "operator_system.nk"]
  ) {
    await using desk = await Desk.open();
    await Deno.mkdir(join(desk.cwd, "relay"));
    await desk.write(`relay/${name}`, "mine");
    const { code, err } = await desk.refuses(...INIT);
    assertEquals([code, err.split(" ")[0]], [exitCodes.cannot, "CONSOLE_FILE_EXISTS"]);
  }
});

Deno.test("relay init takes no name, size, port or certificate that does not fit", async () => {
  await using desk = await Desk.open();
  await desk.write("other.key", pki.client.key);
  const wrong: readonly (readonly [string, string, string])[] = [
    ["--name", "relay example", "a host name"],
    ["--name", "wss://relay.example", "a host name"],
    ["--tls-port", "0", "a whole number between 1 and 65535"],
    ["--mailbox-bytes-max", "1 XB", "a size such as 64 kB"],
    ["--frame-bytes-max", "1 kB", "a size such as 64 kB"],
    ["--frame-bytes-max", "65 MiB", "a size such as 64 kB"],
    ["--key", "other.key", "the key of relay.pem"],
    ["--certificate", "relay.key", "a PEM file of a certificate"],
  ];
  for (const [option, value, wanted] of wrong) {
    const { code, err } = await desk.refuses(...INIT, option, value);
    assertEquals([code, err.split(" ")[0]], [exitCodes.usage, "CONSOLE_VALUE_WRONG"], option);
    assertStringIncludes(err, wanted);
  }
});

Deno.test("relay add gives a gateway a mailbox by its public file, and asks for nothing secret", async () => {
  await using desk = await Desk.withRelay("--wss-port", "8443");
  const identity = await desk.identity("st-elsewhere");
  assertEquals(
    await desk.succeeds("add", "relay", "st-elsewhere.json"),
    `st-elsewhere has the mailbox ${identity.root.keyId} at wss://relay.example:8443\n` +
      `fingerprint ${await fingerprintOf(identity)}, which its people read to you by telephone\n` +
      "it counts once the server has it: mitral relay apply relay\n",
  );
  const accounts = await desk.text("relay/accounts.conf");
  assertStringIncludes(accounts, `# st-elsewhere\n    P_${identity.root.keyId} {`);
  assertStringIncludes(accounts, `nkey: "${userName(identity.relay!.publicBytes)}"`);
});

Deno.test("relay add again changes nothing, and takes a newer key of the same gateway only", async () => {
  await using desk = await Desk.withRelay();
  const first = await desk.identity("a");
  await desk.succeeds("add", "relay", "a.json", "--name", "clinic", "--mailbox-bytes-max", "5 MB");
  const before = await desk.texts();
  await desk.succeeds("add", "relay", "a.json");
  assertEquals(await desk.texts(), before);

  const { relay } = await desk.identity("other");
  const rotated = { ...first, relay: relay!, serial: first.serial + 1 };
  await desk.file("a", rotated);
  assertEquals(JSON.parse(await desk.succeeds("add", "relay", "a.json", "--json")), {
    name: "clinic",
    mailbox: first.root.keyId,
    user: userName(relay!.publicBytes),
    serial: rotated.serial,
    mailboxBytesMax: 5e6,
    fingerprint: await fingerprintOf(first),
    isNew: false,
    url: "wss://relay.example",
  });
  await desk.file("a", first);
  const { code, err } = await desk.refuses("add", "relay", "a.json");
  assertEquals(code, exitCodes.cannot);
  assertStringIncludes(err, `a newer file of it was taken (serial ${rotated.serial})`);
});

Deno.test("relay add refuses a name, a mailbox or a key that somebody else has, and a file without one", async () => {
  await using desk = await Desk.withRelay();
  const a = await desk.identity("a");
  await desk.succeeds("add", "relay", "a.json");
  await desk.identity("thief", { relay: a.relay });
  await desk.identity("old", { relay: undefined });
  await desk.identity("b");
  const refusals: readonly (readonly [readonly string[], string])[] = [
    [["b.json", "--name", "a"], "Cannot add partner a: another gateway is called so here"],
    [["a.json", "--name", "b"], "Cannot add partner b: it has a mailbox under the name a"],
    [["thief.json"], "Cannot add partner thief: its key for relays is somebody else's here"],
    [["old.json"], "Cannot add partner old: its file has no key for relays"],
    [["b.json", "--with", "b"], "Cannot add partner b: it cannot be linked with itself"],
  ];
  for (const [args, says] of refusals) {
    const { code, err } = await desk.refuses("add", "relay", ...args);
    assertEquals([code, err.split(" ")[0]], [exitCodes.cannot, "CONSOLE_RELAY_PARTNER_REFUSED"]);
    assertStringIncludes(err, says);
  }
  assertStringIncludes(
    (await desk.refuses("add", "relay", "b.json", "--with", "c")).err,
    "CONSOLE_NAME_UNKNOWN",
  );
  const forged = (await desk.text("b.json")).replace(/"gateway": "b"/, '"gateway": "c"');
  await desk.write("b.json", forged);
  assertStringIncludes((await desk.refuses("add", "relay", "b.json")).err, "PARTNER_SIGNATURE_INVALID");
});

Deno.test("relay link, unlink and remove say who may write to whom", async () => {
  await using desk = await Desk.withRelay();
  assertEquals(await desk.succeeds("list", "relay"), "no partners\n");
  const mailboxes: Record<string, string> = {};
  for (const name of ["a", "b", "c"]) {
    mailboxes[name] = (await desk.identity(name)).root.keyId;
    await desk.succeeds("add", "relay", `${name}.json`);
  }
  const peers = async () => {
    const { partners } = JSON.parse(await desk.succeeds("list", "relay", "--json"));
    return Object.fromEntries(
      partners.map((partner: { name: string; with: string[] }) => [partner.name, partner.with]),
    );
  };
  const sends = async (from: string, to: string) =>
    (await desk.text("relay/accounts.conf")).includes(
      `service: "mbx.${mailboxes[to]}.${mailboxes[from]}.m", accounts`,
    );
  assertEquals(await peers(), { a: [], b: [], c: [] });
  await desk.succeeds("link", "relay", "a", "b");
  await desk.succeeds("link", "relay", "b", "a");
  await desk.succeeds("link", "relay", "b", "c");
  assertEquals(await peers(), { a: ["b"], b: ["a", "c"], c: ["b"] });
  assertEquals([await sends("a", "b"), await sends("b", "a"), await sends("c", "a")], [true, true, false]);
  await desk.succeeds("unlink", "relay", "b", "a");
  await desk.succeeds("unlink", "relay", "b", "a");
  assertEquals([await peers(), await sends("b", "a")], [{ a: [], b: ["c"], c: ["b"] }, false]);
  assertMatch(
    await desk.succeeds("list", "relay"),
    /^partner {2}mailbox +at most {2}with\na .* 1\.0 GB\nb .* 1\.0 GB {2}c\n/,
  );
  assertStringIncludes(await desk.succeeds("remove", "relay", "c"), `removed c, mailbox ${mailboxes.c}\n`);
  assertEquals(await peers(), { a: [], b: [] });
  assert(!(await desk.text("relay/accounts.conf")).includes(mailboxes.c));
  for (const args of [["link", "a", "c"], ["link", "a", "a"], ["unlink", "x", "a"], ["remove", "c"]]) {
    const [command, ...names] = args;
    const { err } = await desk.refuses(command, "relay", ...names);
    assertMatch(
      err,
      args[2] === "a" && args[1] === "a"
        ? /^CONSOLE_USAGE_WRONG/
        : /^CONSOLE_NAME_UNKNOWN .* only (a|a, b)\n/,
    );
  }
});

Deno.test("relay commands say what of a folder is not as it must be", async () => {
  await using desk = await Desk.withRelay();
  await desk.identity("a");
  await desk.succeeds("add", "relay", "a.json");
  const good = JSON.parse(await desk.text("relay/relay.json"));
  const [a] = good.partners;
  const broken: readonly (readonly [string, unknown])[] = [
    ["JSON", "{"],
    ["format", { ...good, format: "x" }],
    ["version", { ...good, version: 2 }],
    ["operator.hub", { ...good, operator: { ...good.operator, hub: "SUSECRET" } }],
    ["partners[0].name", { ...good, partners: [{ ...a, name: "a\n}" }] }],
    ["partners[0].mailbox", { ...good, partners: [{ ...a, mailbox: "*" }] }],
    ["partners[0].user", { ...good, partners: [{ ...a, user: "" }] }],
    ["partners[0].mailboxBytesMax", { ...good, partners: [{ ...a, mailboxBytesMax: -1 }] }],
    ["partners: name", { ...good, partners: [a, a] }],
    ["links[0]", { ...good, links: [["a", "nobody"]] }],
    ["links[0]", { ...good, links: [["a", "a"]] }],
  ];
  for (const [part, content] of broken) {
    await desk.write("relay/relay.json", typeof content === "string" ? content : JSON.stringify(content));
    const { code, err } = await desk.refuses("list", "relay");
    assertEquals(code, exitCodes.cannot);
    assertStringIncludes(
      err,
      `CONSOLE_RELAY_INVALID Cannot read relay from relay/relay.json: ${part} is missing`,
    );
  }
  const { err } = await desk.refuses("list", "nowhere");
  assertStringIncludes(err, "CONSOLE_FILE_UNREADABLE Cannot read nowhere/relay.json");
});

Deno.test("relay writes a public key as NATS names users", () => {
  for (let at = 0; at < 20; at++) {
    const pair = nkeys.createUser();
    const name = pair.getPublicKey();
    assert(isUserName(name));
    // 1 byte of prefix before the key, 2 of checksum behind it.
    const bits = [...name].map((letter) =>
      "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")
    );
    const bytes = bits.join("").match(/.{8}/g)!.map((byte) => parseInt(byte, 2));
    assertEquals(userName(Uint8Array.from(bytes.slice(1, 33))), name);
  }
  for (const text of ["", "U", "SUAN", `A${"A".repeat(55)}`, `U${"1".repeat(55)}`]) assert(!isUserName(text));
});
