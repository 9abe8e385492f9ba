import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { errorOf, refusal, sessionWith } from "./connection.ts";
import { Link } from "../../../adapters/sftp/connecting/link.ts";
import { SftpFolder } from "../../../adapters/sftp/remote/sftp_folder.ts";
import { connectTools } from "./connection.ts";
import { fingerprint, keys, SshPeer } from "./ssh_peer.ts";

Deno.test("sftp reaches a server through another, and trusts each by its own key", async () => {
  await using hop = await SshPeer.start({ hostKeys: [keys.other.private] });
  await using peer = await SshPeer.start();
  await peer.folder.write("a.hl7", "far away");
  const via = { ...hop.config, hostKeys: [fingerprint(keys.other.public)] };
  const link = new Link(connectTools({ ...peer.config, via }));
  const folder = new SftpFolder(link);
  assertEquals((await folder.list("/")).map(({ name }) => name), ["a.hl7"]);
  assertEquals([hop.signedIn, peer.signedIn], [1, 1]);
  link.cut();
  const stranger = await refusal({
    ...peer.config,
    via: { ...via, hostKeys: [fingerprint(keys.rsa.public)] },
  });
  assertEquals(stranger.code, "SFTP_HOSTKEY_CHANGED");
  assertEquals(stranger.facts.port, hop.port);
});

Deno.test("sftp says that a host in between leads nowhere", async () => {
  await using hop = await SshPeer.start();
  const peer = await SshPeer.start();
  await peer[Symbol.asyncDispose]();
  const error = await refusal({ ...peer.config, via: hop.config });
  assertEquals(error.code, "SFTP_TUNNEL_REFUSED");
  assertStringIncludes(error.message, `127.0.0.1:${hop.port}`);
});

Deno.test("a session through another host ends with it", async () => {
  await using hop = await SshPeer.start();
  await using peer = await SshPeer.start();
  using session = await sessionWith({ ...peer.config, via: hop.config });
  const { requests } = session;
  peer.manners.heeds = () => false;
  const waiting = errorOf(requests.call<string>((done) => requests.sftp.realpath(".", done)));
  hop.cut();
  assertEquals((await waiting).code, "SFTP_CONNECTION_LOST");
  assert(!session.isOpen);
});
