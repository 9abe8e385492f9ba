import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Folder } from "../file/folder.ts";
import { refusal, sessionWith } from "./connection.ts";
import { fingerprint, keys, SshPeer } from "./ssh_peer.ts";

const ours = fingerprint(keys.ed25519.public), others = fingerprint(keys.other.public);
const hosts = [keys.ed25519.private, keys.ecdsa.private, keys.rsa.private];

Deno.test("sftp refuses a host nobody knows, and says which key to confirm and where to write it", async () => {
  await using peer = await SshPeer.start();
  const { hostKeys: _, ...config } = peer.config;
  const error = await refusal(config);
  assertEquals(error.code, "SFTP_HOSTKEY_UNKNOWN");
  for (const said of [ours, "ssh-ed25519", "hostKeys"]) assertStringIncludes(error.message, said);
  await using folder = await Folder.make();
  const unwritten = await refusal({ ...config, knownHosts: folder.at("known_hosts") });
  assertEquals(unwritten.code, "SFTP_HOSTKEY_UNKNOWN");
  assertStringIncludes(unwritten.message, "knownHosts");
  assertEquals(peer.attempts, [], "nothing was tried before the host was known");
});

Deno.test("sftp refuses a host whose key has changed, by a code of its own", async () => {
  await using peer = await SshPeer.start();
  await using folder = await Folder.make();
  await folder.write("known_hosts", `[127.0.0.1]:${peer.port} ${keys.other.public}\n`);
  const { hostKeys: _, ...config } = peer.config;
  for (const pins of [{ hostKeys: [others] }, { knownHosts: folder.at("known_hosts") }]) {
    const error = await refusal({ ...config, ...pins });
    assertEquals(error.code, "SFTP_HOSTKEY_CHANGED");
    assertStringIncludes(error.message, ours);
  }
  assertEquals(peer.attempts, []);
});

Deno.test("sftp trusts a key by fingerprint, with or without its kind, by the key itself and by known_hosts", async () => {
  await using peer = await SshPeer.start();
  await using folder = await Folder.make();
  await folder.write("known_hosts", `[127.0.0.1]:${peer.port} ${keys.ed25519.public}\n`);
  const { hostKeys: _, ...config } = peer.config;
  const ways = [
    { hostKeys: [others, ours] },
    { hostKeys: [`${ours}=`] },
    { hostKeys: [`ssh-ed25519 ${ours}`] },
    { hostKeys: [keys.ed25519.public] },
    { knownHosts: folder.at("known_hosts") },
    { hostKeys: [others], knownHosts: folder.at("known_hosts") },
  ];
  for (const pins of ways) (await sessionWith({ ...config, ...pins })).close();
  assertEquals(peer.signedIn, ways.length);
});

Deno.test("sftp refuses a revoked key, pinned or not", async () => {
  await using peer = await SshPeer.start();
  await using folder = await Folder.make();
  await folder.write("known_hosts", `@revoked * ${keys.ed25519.public}\n`);
  const error = await refusal({ ...peer.config, knownHosts: folder.at("known_hosts") });
  assertEquals(error.code, "SFTP_HOSTKEY_REVOKED");
});

Deno.test("sftp asks a host for the kind of key it is known by", async () => {
  await using peer = await SshPeer.start({ hostKeys: hosts });
  for (const kind of ["ed25519", "ecdsa", "rsa"] as const) {
    using _session = await sessionWith({ ...peer.config, hostKeys: [keys[kind].public] });
  }
  assertEquals(peer.signedIn, 3);
  const error = await refusal({ ...peer.config, hostKeys: [`ecdsa-sha2-nistp384 ${others}`] });
  assertEquals(error.code, "SFTP_HOSTKEY_UNKNOWN");
});

Deno.test("sftp reads known_hosts again at every connection", async () => {
  await using peer = await SshPeer.start();
  await using folder = await Folder.make();
  const { hostKeys: _, ...rest } = peer.config;
  const config = { ...rest, knownHosts: folder.at("known_hosts") };
  assertEquals((await refusal(config)).code, "SFTP_HOSTKEY_UNKNOWN");
  await folder.write("known_hosts", `[127.0.0.1]:${peer.port} ${keys.ed25519.public}\n`);
  using session = await sessionWith(config);
  assert(session.isOpen);
});

Deno.test("sftp says that known_hosts cannot be read", async () => {
  await using peer = await SshPeer.start();
  const error = await refusal({ ...peer.config, knownHosts: peer.folder.path });
  assertEquals(error.code, "SFTP_KNOWNHOSTS_UNREADABLE");
});
