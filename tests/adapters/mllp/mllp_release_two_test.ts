/** MLLP release 2: commit acknowledgments, on both sides. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { MitralError } from "../../../runtime/contract/error.ts";
import type { FakeConnection } from "../../world/fake_net.ts";
import { failedInSilence } from "../../world/fake_intake.ts";
import { settles, turns, unstuck } from "../../world/turns.ts";
import { framed, latin1, textOf } from "./mllp_peer.ts";
import { echo, gotten, never, openCalling, openServed, parcelOf } from "./mllp_rigs.ts";

const release = 2;
const ACK = "\x0b\x06\x1c\r";
const NAK = "\x0b\x15\x1c\r";
const text = (content: string) => `\x0b${content}\x1c\r`;
const trouble = new MitralError("KIT_JOURNAL_FULL", { blame: "operator", retry: "later", says: "Full" });
const say = (peer: FakeConnection, bytes: string) => peer.write(latin1(bytes));
const codeOf = async (sending: Promise<unknown>) => (await assertRejects(() => sending, MitralError)).code;

Deno.test("mllp 2 commits a message once it is safe, and answers when there is an answer", async () => {
  await using rig = await openServed({ release });
  const answer = Promise.withResolvers<void>();
  let keep = () => {};
  rig.intake.reply = async (_delivery, kept) => {
    keep = kept!;
    await answer.promise;
    return { outcome: { kind: "accepted" }, answer: { bytes: latin1("AA one"), contentType: "text/plain" } };
  };
  const peer = rig.acceptor.dial();
  await peer.write(framed("one"));
  assertEquals(await gotten(peer), "", "committed before it is safe");
  keep();
  assertEquals(await gotten(peer), ACK);
  answer.resolve();
  assertEquals(await gotten(peer), text("AA one"));
  await say(peer, ACK);
  await turns(5);
  assert(!peer.hasEnded);
});

Deno.test("mllp 2 refuses what did not get safe, and takes it when it comes again", async () => {
  await using rig = await openServed({ release });
  rig.intake.reply = () => failedInSilence(trouble);
  const peer = rig.acceptor.dial();
  await peer.write(framed("one"));
  assertEquals(await gotten(peer), NAK);
  echo(rig);
  await peer.write(framed("one"));
  assertEquals(await gotten(peer), ACK + text("AA one"));
});

Deno.test("mllp 2 commits what it quarantines, and answers it", async () => {
  await using rig = await openServed({ release });
  const peer = rig.acceptor.dial();
  await say(peer, "MSH|one\r\x1c\r");
  assertEquals(await gotten(peer), ACK + text("refused MLLP_FRAME_START_MISSING"));
});

Deno.test("mllp 2 sends an answer again that the peer could not commit, and gives up after resendsMax", async () => {
  await using rig = await openServed({ release, resendsMax: 2 });
  echo(rig);
  const peer = rig.acceptor.dial();
  await peer.write(framed("one"));
  assertEquals(await gotten(peer), ACK + text("AA one"));
  for (let time = 0; time < 2; time++) {
    await say(peer, NAK);
    assertEquals(await gotten(peer), text("AA one"));
  }
  await say(peer, NAK);
  await turns(5);
  assert(peer.hasEnded);
  assertEquals((await rig.reports.seen("answerUncommitted")).error?.code, "MLLP_ANSWER_UNCOMMITTED");
});

Deno.test("mllp 2 tells of a peer that commits no answer, which speaks release 1", async () => {
  await using rig = await openServed({ release });
  echo(rig);
  const peer = rig.acceptor.dial();
  await peer.write(framed("one"));
  await gotten(peer);
  await rig.clock.advance(9_999);
  assert(!peer.hasEnded);
  await rig.clock.advance(1);
  assert(peer.hasEnded);
  const { error } = await rig.reports.seen("answerUncommitted");
  assertEquals([error?.code, error?.blame], ["MLLP_ANSWER_UNCOMMITTED", "operator"]);
  assertEquals((await rig.reports.seen("connectionClosed")).facts?.closedBy, "uncommitted");
});

Deno.test("mllp 2 holds the next answer back until the one before is committed, and takes the next message", async () => {
  await using rig = await openServed({ release });
  echo(rig);
  const peer = rig.acceptor.dial();
  await peer.write(framed("one"));
  assertEquals(await gotten(peer), ACK + text("AA one"));
  // The peer was about to send when the answer came.
  await peer.write(framed("two"));
  assertEquals(await gotten(peer), ACK);
  await say(peer, ACK);
  assertEquals(await gotten(peer), text("AA two"));
});

Deno.test("mllp 2 stops when what was handed over is answered", async () => {
  await using rig = await openServed({ release });
  const let_go = rig.intake.hold();
  const peer = rig.acceptor.dial();
  await peer.write(framed("one"));
  await turns(5);
  const stopping = rig.listening.stop();
  assert(!await settles(stopping));
  let_go();
  assert((await gotten(peer)).startsWith(ACK));
  await stopping;
  assertEquals(rig.clock.waiting, 0, "a timer is left behind");
});

Deno.test("mllp 1 tells of a peer that sends commit acknowledgments, which speaks release 2", async () => {
  await using rig = await openServed();
  echo(rig);
  const peer = rig.acceptor.dial();
  await peer.write(framed("one"));
  assertEquals(await gotten(peer), text("AA one"));
  await say(peer, ACK);
  await turns(5);
  assert(peer.hasEnded);
  assertEquals((await rig.reports.seen("commitUnexpected")).error?.code, "MLLP_RELEASE_NEWER");
  assertEquals(rig.intake.texts, ["one"]);
  assertEquals(rig.intake.refused.length, 0);
});

Deno.test("mllp 2 delivers where the peer commits and then answers, and commits the answer", async () => {
  await using rig = await openCalling({ release });
  const sending = rig.sender.send(parcelOf("one"), never);
  await turns(5);
  const [peer] = rig.peers;
  assertEquals(await gotten(peer), text("one"));
  await say(peer, ACK);
  assertEquals(await gotten(peer), "");
  assert(!await settles(sending));
  await peer.write(framed("AA one"));
  const outcome = await sending;
  assert(outcome.kind === "accepted" && textOf(outcome.answer!.bytes) === "AA one");
  assertEquals(await gotten(peer), ACK);
});

Deno.test("mllp 2 counts the time for the answer from the commit", async () => {
  await using rig = await openCalling({ release, answerMsMax: 5_000, commitMsMax: 5_000 });
  const sending = rig.sender.send(parcelOf("one"), never);
  await turns(5);
  await rig.clock.advance(4_000);
  await say(rig.peers[0], ACK);
  await turns(5);
  await rig.clock.advance(4_000);
  assert(!await settles(sending));
  const failed = codeOf(sending);
  await rig.clock.advance(1_000);
  assertEquals(await failed, "MLLP_ANSWER_LATE");
});

Deno.test("mllp 2 sends again at once what the peer could not commit, up to resendsMax", async () => {
  await using rig = await openCalling({ release, resendsMax: 1 });
  const failed = codeOf(rig.sender.send(parcelOf("one"), never));
  await turns(5);
  const [peer] = rig.peers;
  await say(peer, NAK);
  assertEquals(await gotten(peer), text("one") + text("one"));
  await say(peer, NAK);
  assertEquals(await failed, "MLLP_COMMIT_REFUSED");
  assert(peer.hasEnded);
});

Deno.test("mllp 2 closes where the peer does not commit in time: a late commit is credited to nobody", async () => {
  await using rig = await openCalling({ release });
  const failed = codeOf(rig.sender.send(parcelOf("one"), never));
  await turns(5);
  await rig.clock.advance(10_000);
  assertEquals(await failed, "MLLP_COMMIT_LATE");
  assert(rig.peers[0].hasEnded);
});

Deno.test("mllp 2 fails by code where the peer answers without a commit, as in release 1", async () => {
  await using rig = await openCalling({ release });
  const failed = codeOf(rig.sender.send(parcelOf("one"), never));
  await turns(5);
  await rig.peers[0].write(framed("AA one"));
  assertEquals(await failed, "MLLP_RELEASE_OLDER");
  assert(rig.peers[0].hasEnded);
});

Deno.test("mllp 1 fails by code where the peer answers with a commit, as in release 2", async () => {
  await using rig = await openCalling();
  const failed = codeOf(rig.sender.send(parcelOf("one"), never));
  await turns(5);
  await say(rig.peers[0], ACK);
  assertEquals(await failed, "MLLP_RELEASE_NEWER");
});

Deno.test("mllp 2 does not commit an answer that belongs to another message", async () => {
  await using rig = await openCalling({ release });
  const foreign = new MitralError("KIT_ANSWER_FOREIGN", {
    blame: "receiver",
    retry: "later",
    says: "Foreign",
  });
  const failed = codeOf(rig.sender.send(
    parcelOf("one", () => {
      throw foreign;
    }),
    never,
  ));
  await turns(5);
  const [peer] = rig.peers;
  await gotten(peer);
  await say(peer, `${ACK}\x0bAA two\x1c\r`);
  assertEquals(await failed, "KIT_ANSWER_FOREIGN");
  assertEquals(await gotten(peer), "");
  assert(peer.hasEnded);
});

Deno.test("mllp 2 sends the next message only when the one before is committed, but before it is answered", async () => {
  await using rig = await openCalling({ release, inFlightMax: 2 });
  const sendings = ["one", "two"].map((message) => rig.sender.send(parcelOf(message), never));
  await turns(5);
  const [peer] = rig.peers;
  assertEquals(await gotten(peer), text("one"));
  await say(peer, ACK);
  assertEquals(await gotten(peer), text("two"));
  await say(peer, `${text("AA one")}${ACK}${text("AA two")}`);
  await Promise.all(sendings);
  assertEquals(await gotten(peer), ACK + ACK);
});

Deno.test("mllp 2 lets a connection go though several answers were held back on it", async () => {
  await using rig = await openServed({ release, inFlightMax: 3 });
  echo(rig);
  const peer = rig.acceptor.dial();
  for (const message of ["one", "two", "three"]) await peer.write(framed(message));
  assertEquals(await gotten(peer), ACK + ACK + text("AA one") + ACK);
  await rig.clock.advance(10_000);
  await unstuck(async () => void await rig.reports.seen("connectionClosed"));
});

Deno.test("mllp 2 answers in order, also behind a message that did not get safe", async () => {
  await using rig = await openServed({ release, inFlightMax: 3 });
  const answer = Promise.withResolvers<void>();
  rig.intake.reply = async (delivery, kept) => {
    const message = textOf(delivery.bytes);
    if (message === "two") return failedInSilence(trouble);
    kept!();
    if (message === "one") await answer.promise;
    return { outcome: { kind: "accepted" }, answer: { bytes: latin1(`AA ${message}`), contentType: "" } };
  };
  const peer = rig.acceptor.dial();
  for (const message of ["one", "two", "three"]) await peer.write(framed(message));
  assertEquals(await gotten(peer), ACK + NAK + ACK);
  answer.resolve();
  assertEquals(await gotten(peer), text("AA one"));
});

Deno.test("mllp 2 reads commits behind a message for which there is no room yet", async () => {
  await using rig = await openServed({ release });
  echo(rig);
  const peer = rig.acceptor.dial();
  await peer.write(framed("one"));
  assertEquals(await gotten(peer), ACK + text("AA one"));
  await peer.write(framed("two"));
  assertEquals(await gotten(peer), ACK);
  // Its store is slow: the next message is out before the answer to the first is committed.
  await peer.write(framed("three"));
  await say(peer, ACK);
  assertEquals(await gotten(peer), text("AA two") + ACK);
  await say(peer, ACK);
  assertEquals(await gotten(peer), text("AA three"));
});

Deno.test("mllp 2 reads commits while the channel takes nothing, and then takes what waited", async () => {
  await using rig = await openServed({ release });
  echo(rig);
  const peer = rig.acceptor.dial();
  await peer.write(framed("one"));
  assertEquals(await gotten(peer), ACK + text("AA one"));
  rig.intake.close();
  await peer.write(framed("two"));
  await say(peer, ACK);
  await turns(5);
  await rig.clock.advance(10_000);
  assert(!peer.hasEnded);
  rig.intake.open();
  assertEquals(await gotten(peer), ACK + text("AA two"));
});
