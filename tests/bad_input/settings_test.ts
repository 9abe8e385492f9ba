import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Gateway, type GatewayEvent, type MitralError } from "mitral";
import type { Problem } from "../../runtime/config/problem.ts";
import { gatewayOf as keysOf } from "../runtime/trust/gateways.ts";
import { pki } from "../world/pki.ts";
import { bytesOf, hl7 } from "./_messages.ts";
import { assertDeclared, refusal } from "./_reference.ts";
import { Folder, gatewayOf, type Settings, Site } from "./_site.ts";

const plain = gatewayOf({ mllp: { port: 0 } });

/** The refusal of settings that cannot be opened. */
async function refused(settings: Settings | string, folder: Folder): Promise<MitralError> {
  return await refusal(Gateway.open(settings, { folder: folder.path }));
}

/** What keeps the one channel of a gateway from being started, though that runs. */
async function failing(settings: Settings, folder: Folder): Promise<MitralError> {
  const failures: MitralError[] = [];
  const observer = (event: GatewayEvent) => event.name === "channelFailed" && failures.push(event.error);
  await using gateway = await Gateway.open(settings, { folder: folder.path, observer });
  assertEquals(gateway.snapshot().ready, false);
  await assertDeclared({ code: failures[0].code, says: failures[0].message });
  return failures[0];
}

/** The one problem of a gateway file, or of settings; checked against the reference. */
async function problemIn(settings: Settings | string, folder: Folder): Promise<Problem> {
  const error = await refused(settings, folder);
  assertEquals(error.code, "CONFIG_GATEWAY_INVALID");
  const problems = error.cause as readonly Problem[];
  assertEquals(problems.length, 1, JSON.stringify(problems));
  await assertDeclared({ code: problems[0].code, says: problems[0].message });
  assertStringIncludes(error.message, problems[0].code);
  return problems[0];
}

/** Fails unless a gateway opens in the folder and a message goes through it. */
async function assertOpens(settings: Settings, folder: Folder): Promise<void> {
  const gateway = await Gateway.open(settings, { folder: folder.path });
  const delivered = Promise.withResolvers<void>();
  gateway.observe(({ name }) => name === "messageDelivered" && delivered.resolve());
  try {
    const [hostname, port] = gateway.snapshot().channels[0].address.split(":");
    using socket = await Deno.connect({ hostname, port: Number(port) });
    await socket.write(Uint8Array.of(0x0b, ...bytesOf(hl7("GOOD")), 0x1c, 0x0d));
    await delivered.promise;
  } finally {
    await gateway.close();
  }
}

const sealing = (settings: Settings = {}): Settings => ({
  ...plain,
  gateway: "clinic.example",
  keys: "./keys.json",
  partners: { lab: "./lab.json" },
  channels: {
    inbox: {
      listen: { mllp: { port: 0 } },
      parse: "hl7v2",
      send: { out: { file: { path: "./out" } }, lab: { encrypt: { to: "lab" }, file: { path: "./sealed" } } },
    },
  },
  ...settings,
});

async function folderWithKeys(): Promise<Folder> {
  const folder = await Folder.make();
  await folder.write("keys.json", (await keysOf("clinic")).privateFile);
  await folder.write("lab.json", (await keysOf("lab")).partnerFile);
  return folder;
}

for (const adapter of ["mllp", "https"]) {
  Deno.test(`a port of ${adapter} that is busy is named, and the gateway runs without that channel`, async () => {
    await using folder = await Folder.make();
    using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = other.addr as Deno.NetAddr;
    const { code, facts } = await failing(gatewayOf({ [adapter]: { port } }), folder);
    assertEquals([code, facts.port], [`${adapter.toUpperCase()}_PORT_BUSY`, port]);
    await assertOpens(plain, folder);
  });
}

Deno.test("https does not listen beyond loopback without TLS", async () => {
  await using folder = await Folder.make();
  const { code } = await refused(gatewayOf({ https: { port: 0, host: "0.0.0.0" } }), folder);
  assertEquals(code, "HTTPS_PLAIN_REFUSED");
  await assertOpens(plain, folder);
});

Deno.test("a gateway file that is not there is named", async () => {
  await using folder = await Folder.make();
  const { code, message } = await problemIn("gateway.yaml", folder);
  assertEquals(code, "CONFIG_FILE_UNREADABLE");
  assertStringIncludes(message, folder.at("gateway.yaml"));
});

Deno.test("a gateway file that cannot be read is named", async () => {
  await using folder = await Folder.make();
  const { code, message } = await problemIn("out", folder);
  assertEquals(code, "CONFIG_FILE_UNREADABLE");
  assertMatch(message, /out cannot be read/);
});

Deno.test("a gateway file that is no YAML is shown with its line", async () => {
  await using folder = await Folder.make();
  await folder.write("gateway.yaml", "gateway: here\nchannels: [\n");
  const { code, line } = await problemIn("gateway.yaml", folder);
  assertEquals(code, "CONFIG_YAML_INVALID");
  assert(line > 1);
});

Deno.test("a wrong key in a gateway file is shown with its line and column, and the right one", async () => {
  await using folder = await Folder.make();
  await folder.write(
    "gateway.yaml",
    [
      "gateway: here",
      "channels:",
      "  inbox:",
      "    listen: { mllp: { port: 0, idelMsMax: 5 s } }",
      "    parse: hl7v2",
      "    send: { out: { file: { path: ./out } } }",
    ].join("\n"),
  );
  const { code, line, column, hint } = await problemIn("gateway.yaml", folder);
  assertEquals([code, line, column], ["CONFIG_KEY_UNKNOWN", 4, 32]);
  assertStringIncludes(hint ?? "", "idleMsMax");
});

const keeper = `import { defineTransformer, secret } from "mitral";
export default defineTransformer({
  name: "keeper",
  about: "Wants a secret.",
  config: { key: secret("The secret.") },
  errors: {},
  transform: (message) => message,
});
`;

Deno.test("a secret that is not there is named by its reference", async () => {
  await using folder = await Folder.make();
  await folder.write("keeper.ts", keeper);
  const settings = (key: string) =>
    gatewayOf({ mllp: { port: 0 } }, "hl7v2", { transform: [{ "./keeper.ts": { key } }] });
  const { code, message } = await problemIn(settings("secret:badge"), folder);
  assertEquals(code, "CONFIG_SECRET_MISSING");
  assertStringIncludes(message, "secret:badge");

  const literal = await problemIn(settings("hunter2hunter2"), folder);
  assertEquals(literal.code, "CONFIG_SECRET_LITERAL");
  assert(!JSON.stringify(literal).includes("hunter2"), "a secret is shown");

  await Deno.mkdir(folder.at("secrets"));
  await folder.write("secrets/badge", "hunter2hunter2\n");
  await assertOpens(settings("secret:badge"), folder);
});

Deno.test("a file of keys that is not there is named", async () => {
  await using folder = await folderWithKeys();
  const { code, message } = await problemIn(sealing({ keys: "./lost.json" }), folder);
  assertEquals(code, "CONFIG_PATH_MISSING");
  assertStringIncludes(message, "lost.json");
  await assertOpens(sealing(), folder);
});

Deno.test("a gateway that seals without a file of keys says what is missing", async () => {
  await using folder = await folderWithKeys();
  const { code, message } = await problemIn(sealing({ keys: undefined }), folder);
  assertEquals(code, "CONFIG_VALUE_MISSING");
  assertStringIncludes(message, "keys is missing");
});

Deno.test("keys of another gateway are refused", async () => {
  await using folder = await folderWithKeys();
  await folder.write("keys.json", (await keysOf("billing")).privateFile);
  assertEquals((await refused(sealing(), folder)).code, "KEYRING_GATEWAY_MISMATCHED");
});

Deno.test("a damaged file of keys is named, and no key of it is shown", async () => {
  await using folder = await folderWithKeys();
  const { privateFile } = await keysOf("clinic");
  await folder.write("keys.json", privateFile.slice(0, -100));
  const { code, message } = await refused(sealing(), folder);
  assertEquals(code, "IDENTITY_FILE_INVALID");
  assertStringIncludes(message, "keys.json");
  assert(!/[A-Za-z0-9_-]{40}/.test(message.replace(folder.path, "")), "a key is shown");
});

Deno.test("a damaged partner file is named, whether cut short or altered", async () => {
  await using folder = await folderWithKeys();
  const { partnerFile } = await keysOf("lab");
  await folder.write("lab.json", partnerFile.slice(0, -100));
  assertEquals((await refused(sealing(), folder)).code, "PARTNER_FILE_INVALID");

  const text = new TextDecoder().decode(partnerFile);
  await folder.write("lab.json", text.replace("lab.example", "lad.example"));
  const { code, message } = await refused(sealing(), folder);
  assertEquals(code, "PARTNER_SIGNATURE_INVALID");
  assertStringIncludes(message, "lab.json");

  await folder.write("lab.json", partnerFile);
  await assertOpens(sealing(), folder);
});

Deno.test("a data folder in use by another gateway is refused, and the other does not notice", async () => {
  await using site = await Site.open(plain);
  assertEquals((await refused(plain, site.folder)).code, "JOURNAL_FOLDER_BUSY");
  using peer = await site.dial();
  await peer.send(hl7("GOOD"));
  await site.assertDelivered(bytesOf(hl7("GOOD")));
});

Deno.test("a data folder that cannot be made is refused with the system's reason", async () => {
  await using folder = await Folder.make();
  await folder.write("file", "");
  const { code, facts } = await refused({ ...plain, data: "./file/data" }, folder);
  assertEquals(code, "JOURNAL_OPEN_FAILED");
  assertMatch(String(facts.reason), /ENOTDIR/);
  await assertOpens(plain, folder);
});

Deno.test("a data folder that cannot be written is refused, and not called busy", async () => {
  await using folder = await Folder.make();
  // Nobody can open a folder as a file, not even the superuser, whom permissions do not stop.
  await Deno.mkdir(folder.at("data", "lock.db"), { recursive: true });
  const { code, facts } = await refused(plain, folder);
  assertEquals(code, "JOURNAL_OPEN_FAILED");
  assertMatch(String(facts.reason), /unable to open/);
  await Deno.remove(folder.at("data", "lock.db"));
  await assertOpens(plain, folder);
});

Deno.test("a journal that is no database is refused, and left as it is", async () => {
  await using folder = await Folder.make();
  await Deno.mkdir(folder.at("data"));
  const junk = "no database ".repeat(1_000);
  await folder.write("data/journal.db", junk);
  assertEquals((await refused(plain, folder)).code, "JOURNAL_DAMAGED");
  assertEquals(await Deno.readTextFile(folder.at("data", "journal.db")), junk);
});

Deno.test("a sender whose certificate is not that of its key halts, and its messages wait", async () => {
  const folder = await Folder.make();
  await folder.write("us.pem", pki.client.certificate);
  await folder.write("us.key", pki.server.key);
  const tls = { certificate: "./us.pem", key: "file:./us.key" };
  const web = { mllp: { host: "127.0.0.1", port: 1, tls } };
  const send = { out: { file: { path: "./out" } }, web };
  await using site = await Site.open(gatewayOf({ mllp: { port: 0 } }, "hl7v2", { send }), folder);
  const now = await site.until(({ channels }) => channels[0].destinations.web.condition === "halted");
  assertEquals(now.channels[0].destinations.web.trouble, "MLLP_CERTIFICATE_UNFIT");
  using peer = await site.dial();
  await peer.send(hl7("GOOD"));
  await site.assertDelivered(bytesOf(hl7("GOOD")));
  const { channels: [{ destinations, isOpen }] } = site.gateway.snapshot();
  assertEquals([destinations.out.queued, destinations.web.queued, isOpen], [0, 1, true]);

  await site.gateway.stopChannel("inbox");
  await site.gateway.startChannel("inbox");
  const { error } = await site.seen("lineHalted");
  assertEquals(error.code, "MLLP_CERTIFICATE_UNFIT");
  await assertDeclared({ code: error.code, says: error.message });
});
