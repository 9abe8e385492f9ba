import { assert, assertEquals } from "@std/assert";
import type { Parcel } from "../../../runtime/contract/adapter.ts";
import { utils } from "../../../adapters/_kit/ssh/ssh2.ts";
import sender from "../../../adapters/sftp/sender.ts";
import { secretOf } from "../../../runtime/contract/spec.ts";
import { configOf, openSender } from "../../world/tools.ts";
import { turns } from "../../world/turns.ts";
import { errorOf } from "./connection.ts";
import { fingerprint, keys, SshPeer } from "./ssh_peer.ts";

const { STATUS_CODE } = utils.sftp;
const never = new AbortController().signal;

function parcel(text: string, given: Partial<Parcel> = {}): Parcel {
  return {
    id: text,
    bytes: new TextEncoder().encode(`content of ${text}`),
    contentType: "text/plain",
    attempt: 1,
    sequence: 1,
    atMs: Date.UTC(2026, 0, 5, 12),
    value: () => "",
    judge() {
      throw new Error("a file is never answered");
    },
    ...given,
  };
}

Deno.test("sftp writes a message under a name made of it", async () => {
  await using peer = await SshPeer.start();
  await using rig = await openSender(sender, {
    ...peer.config,
    path: "/in",
    as: "ADT_{date}_{PID-3.1}_{id}.hl7",
    makeFolders: true,
  });
  await rig.sender.send(parcel("a", { value: (path) => path === "PID-3.1" ? "4711" : "" }), never);
  assertEquals(await peer.folder.files("in"), ["ADT_20260105_4711_a.hl7"]);
});

Deno.test("sftp says that the folder is missing, where it is not to be made", async () => {
  await using peer = await SshPeer.start();
  await using rig = await openSender(sender, { ...peer.config, path: "/in" });
  assertEquals((await errorOf(rig.sender.send(parcel("a"), never))).code, "SFTP_FOLDER_MISSING");
});

Deno.test("sftp knows a file again that it wrote before the connection broke", async () => {
  await using peer = await SshPeer.start();
  await using rig = await openSender(sender, { ...peer.config, path: "/" });
  // The rename is done, and its answer never comes.
  peer.manners.heeds = (request) => {
    if (request !== "RENAME") return true;
    Deno.renameSync(peer.folder.at("a.txt.part"), peer.folder.at("a.txt"));
    peer.cut();
    return false;
  };
  assertEquals((await errorOf(rig.sender.send(parcel("a"), never))).code, "SFTP_CONNECTION_LOST");
  peer.manners.heeds = () => true;
  peer.requests.length = 0;
  assertEquals((await rig.sender.send(parcel("a", { attempt: 2 }), never)).kind, "accepted");
  assert(!peer.requests.includes("WRITE"), "it was written again");
});

Deno.test("sftp begins anew what broke off in the middle, and leaves nothing aside", async () => {
  await using peer = await SshPeer.start();
  await using rig = await openSender(sender, { ...peer.config, path: "/" });
  const large = parcel("large", { bytes: new Uint8Array(2_000_000).fill(65) });
  let writes = 0;
  peer.manners.heeds = (request) => {
    if (request === "WRITE" && ++writes === 20) peer.cut();
    return writes < 20;
  };
  assertEquals((await errorOf(rig.sender.send(large, never))).code, "SFTP_CONNECTION_LOST");
  assertEquals(await peer.folder.files(), ["large.txt.part"]);
  peer.manners.heeds = () => true;
  await rig.sender.send(large, never);
  assertEquals(await peer.folder.files(), ["large.txt"]);
  assertEquals((await Deno.stat(peer.folder.at("large.txt"))).size, 2_000_000);
});

Deno.test("sftp gives up a write at once, with its connection", async () => {
  await using peer = await SshPeer.start();
  await using rig = await openSender(sender, { ...peer.config, path: "/" });
  const asked = Promise.withResolvers<void>();
  peer.manners.heeds = (request) => {
    if (request !== "WRITE") return true;
    asked.resolve();
    return false;
  };
  const life = new AbortController();
  const sending = rig.sender.send(parcel("a"), life.signal).catch((cause) => cause);
  await asked.promise;
  const reason = new Error("no longer wanted");
  life.abort(reason);
  assertEquals(await sending, reason);
  while (peer.clients > 0) await turns();
  peer.manners.heeds = () => true;
  await rig.sender.send(parcel("a", { attempt: 2 }), never);
  assertEquals(await peer.folder.files(), ["a.txt"]);
});

Deno.test("sftp sends over as many connections as it may, and no more than it needs", async () => {
  await using peer = await SshPeer.start();
  await using rig = await openSender(sender, { ...peer.config, path: "/", connections: 3 });
  assertEquals(rig.lanes, 3);
  for (const text of ["a", "b"]) await rig.sender.send(parcel(text), never);
  assertEquals(peer.signedIn, 1);
  await Promise.all(["c", "d", "e"].map((text) => rig.sender.send(parcel(text), never)));
  assertEquals(peer.signedIn, 3);
  assertEquals(await peer.folder.files(), ["a.txt", "b.txt", "c.txt", "d.txt", "e.txt"]);
});

Deno.test("sftp says why it cannot connect, and nothing of the folder", async () => {
  await using peer = await SshPeer.start();
  await using rig = await openSender(sender, {
    ...peer.config,
    path: "/",
    hostKeys: [fingerprint(keys.other.public)],
  });
  const error = await errorOf(rig.sender.send(parcel("a"), never));
  assertEquals(error.code, "SFTP_HOSTKEY_CHANGED");
  assertEquals(error.facts.fingerprint, fingerprint(keys.ed25519.public));
});

Deno.test("sftp says that the server refuses a file, or that its name is taken", async () => {
  await using peer = await SshPeer.start();
  await using rig = await openSender(sender, { ...peer.config, path: "/" });
  await peer.folder.write("a.txt", "other content");
  assertEquals((await errorOf(rig.sender.send(parcel("a"), never))).code, "SFTP_NAME_TAKEN");
  peer.manners.heeds = (request) => request === "OPEN" ? STATUS_CODE.PERMISSION_DENIED : true;
  const error = await errorOf(rig.sender.send(parcel("b"), never));
  assertEquals([error.code, error.facts.reason], ["SFTP_WRITE_FAILED", "EACCES"]);
});

Deno.test("sftp adds messages to one file, over one connection only", async () => {
  await using peer = await SshPeer.start();
  const given = { ...peer.config, path: "/", as: "all.txt", append: true } as const;
  await using rig = await openSender(sender, given);
  for (const text of ["a", "b"]) await rig.sender.send(parcel(text), never);
  assertEquals(await peer.folder.text("all.txt"), "content of a\ncontent of b\n");
  const unfit = sender.check!(configOf(sender.config, { ...given, connections: 2 }));
  assertEquals(unfit.map(({ setting }) => setting), ["connections"]);
});

Deno.test("sftp does not start without what it needs to sign in", async () => {
  await using peer = await SshPeer.start();
  const given = { ...peer.config, path: "/" };
  assertEquals(
    (await errorOf(openSender(sender, { ...given, key: secretOf("no key") }))).code,
    "SFTP_KEY_UNUSABLE",
  );
  const { key: _, ...keyless } = given;
  const settings = (config: Parameters<typeof configOf<typeof sender.config>>[1]) =>
    sender.check!(configOf(sender.config, config)).map(({ setting }) => setting);
  assertEquals(settings(given), []);
  assertEquals(settings(keyless), ["key"]);
  assertEquals(settings({ ...keyless, password: secretOf("x"), passphrase: secretOf("y") }), ["passphrase"]);
  assertEquals(settings({ ...given, via: { host: "hop", user: "mitral" } }), ["via.key"]);
});
