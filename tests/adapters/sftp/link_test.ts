import { assert, assertEquals } from "@std/assert";
import { Link } from "../../../adapters/sftp/connecting/link.ts";
import { SftpFolder } from "../../../adapters/sftp/remote/sftp_folder.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { worldWith } from "../../world/tools.ts";
import { turns } from "../../world/turns.ts";
import { connectTools, errorOf, type Given } from "./connection.ts";
import { SshPeer } from "./ssh_peer.ts";

const limits = { answerMsMax: 7_000, keepAliveMs: 11_000, keepMs: 50_000 };

/** A link to a server, on a clock that stands still. */
async function linked(given: Partial<Given> = {}) {
  const peer = await SshPeer.start();
  const clock = new FakeClock();
  const link = new Link(connectTools({ ...peer.config, ...limits, ...given }, worldWith(clock)));
  return {
    peer,
    clock,
    link,
    folder: new SftpFolder(link),
    async [Symbol.asyncDispose]() {
      link.cut();
      await peer[Symbol.asyncDispose]();
    },
  };
}

/** Resolves once a server has nobody any more. */
async function left(peer: SshPeer): Promise<void> {
  while (peer.clients > 0) await turns();
}

Deno.test("a connection is made when it is needed, shared, and kept", async () => {
  await using rig = await linked();
  assertEquals(rig.peer.signedIn, 0);
  await Promise.all([rig.folder.facts("/"), rig.folder.facts("/"), rig.folder.facts("/")]);
  await rig.folder.facts("/");
  assertEquals(rig.peer.signedIn, 1);
});

Deno.test("a connection that is not used is closed after keepMs, at once where that is 0", async () => {
  await using kept = await linked({ keepAliveMs: 0 });
  await kept.folder.facts("/");
  await kept.clock.advance(limits.keepMs - 1);
  assert(kept.link.isConnected);
  await kept.clock.advance(1);
  assert(!kept.link.isConnected);
  await left(kept.peer);
  await kept.folder.facts("/");
  assertEquals(kept.peer.signedIn, 2);
  await using closed = await linked({ keepMs: 0 });
  await closed.folder.facts("/");
  assert(!closed.link.isConnected);
  await left(closed.peer);
});

Deno.test("a connection that has ended is made anew", async () => {
  await using rig = await linked();
  await rig.folder.facts("/");
  rig.peer.cut();
  while (rig.link.isConnected) await turns();
  await rig.folder.facts("/");
  assertEquals(rig.peer.signedIn, 2);
});

Deno.test("what was asked fails when the connection ends", async () => {
  await using rig = await linked();
  await rig.folder.facts("/");
  const asked = Promise.withResolvers<void>();
  rig.peer.manners.heeds = () => {
    asked.resolve();
    return false;
  };
  const waiting = errorOf(rig.folder.facts("/"));
  await asked.promise;
  rig.peer.cut();
  assertEquals((await waiting).code, "SFTP_CONNECTION_LOST");
});

Deno.test("a server that answers nothing any more is given up", async () => {
  await using rig = await linked();
  await rig.folder.facts("/");
  const asked = Promise.withResolvers<void>();
  rig.peer.manners.heeds = () => {
    asked.resolve();
    return false;
  };
  const waiting = errorOf(rig.folder.facts("/"));
  await asked.promise;
  await rig.clock.advance(limits.answerMsMax - 1);
  assert(rig.link.isConnected);
  await rig.clock.advance(1);
  assertEquals((await waiting).code, "SFTP_ANSWER_LATE");
  await left(rig.peer);
});

Deno.test("a server is asked whether it is still there, and given up where it is not", async () => {
  await using rig = await linked();
  await rig.folder.facts("/");
  rig.peer.requests.length = 0;
  const asked = Promise.withResolvers<void>();
  rig.peer.manners.asked = (request) => request === "REALPATH" && asked.resolve();
  rig.peer.manners.heeds = () => false;
  await rig.clock.advance(limits.keepAliveMs);
  await asked.promise;
  await rig.clock.advance(limits.answerMsMax);
  assert(!rig.link.isConnected);
});

Deno.test("a link that is cut comes again, and one that is retired does not", async () => {
  await using rig = await linked();
  await rig.folder.facts("/");
  rig.link.cut();
  await rig.folder.facts("/");
  assertEquals(rig.peer.signedIn, 2);
  const opening = linked();
  await using other = await opening;
  const first = errorOf(other.folder.facts("/"));
  other.link.cut();
  assertEquals((await first).code, "SFTP_CONNECTION_LOST");
  await other.folder.facts("/");
  const gone = new Error("gone");
  other.link.retire(gone);
  await other.folder.facts("/");
  other.link.cut();
  assertEquals(await other.folder.facts("/").catch((cause) => cause), gone);
});

Deno.test("nothing is left of links that come and go", async () => {
  await using rig = await linked();
  for (let time = 0; time < 20; time++) {
    await rig.folder.facts("/");
    rig.link.cut();
  }
  await left(rig.peer);
  assertEquals(rig.clock.waiting, 0, "a timer was left behind");
});
