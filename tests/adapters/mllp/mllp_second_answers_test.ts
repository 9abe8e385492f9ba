import { assertEquals, assertRejects } from "@std/assert";
import listener from "../../../adapters/mllp/listener.ts";
import sender from "../../../adapters/mllp/sender.ts";
import type { Parcel } from "../../../runtime/contract/adapter.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import type { Answer, Outcome } from "../../../runtime/contract/message.ts";
import type { ConfigInput } from "../../../runtime/contract/spec.ts";
import { accepted } from "../../world/fake_intake.ts";
import { type ListenerRig, openListener, openSender, type SenderRig } from "../../world/tools.ts";
import { settles, turns, unstuck } from "../../world/turns.ts";
import { framed, latin1, RawPeer, RawServer, textOf } from "./mllp_peer.ts";

const answerOf = (text: string): Answer => ({ bytes: latin1(text), contentType: "text/plain" });

/** Every message is answered `CA` at once; what is said later is in the test's hand, by the message's text. */
function twice(rig: ListenerRig) {
  const later = new Map<string, PromiseWithResolvers<Answer | null>>();
  rig.intake.reply = (delivery) => {
    const text = textOf(delivery.bytes);
    const waiting = Promise.withResolvers<Answer | null>();
    later.set(text, waiting);
    return { ...accepted(delivery), answer: answerOf(`CA ${text}`), later: waiting.promise };
  };
  return {
    say: (text: string, answer: Answer | null = answerOf(`AA ${text}`)) => later.get(text)!.resolve(answer),
  };
}

function test(sentence: string, run: (rig: ListenerRig, peer: RawPeer) => Promise<void>): void {
  Deno.test(`mllp ${sentence}`, async () => {
    await using rig = await openListener(listener, { port: 0 });
    using peer = await RawPeer.dial(rig.listening.address);
    await unstuck(() => run(rig, peer));
  });
}

test("says a second answer when it is there, and takes messages meanwhile", async (rig, peer) => {
  const { say } = twice(rig);
  await peer.send("one");
  assertEquals(await peer.text(), "CA one");
  await peer.send("two");
  assertEquals(await peer.text(), "CA two");
  say("two");
  assertEquals(await peer.text(), "AA two");
  say("one");
  assertEquals(await peer.text(), "AA one");
});

test("says nothing where there is no second answer after all", async (rig, peer) => {
  const { say } = twice(rig);
  await peer.send("one");
  assertEquals(await peer.text(), "CA one");
  say("one", null);
  await peer.send("two");
  assertEquals(await peer.text(), "CA two");
  say("two", null);
});

test("reads no more while too many second answers are still to come", async (rig, peer) => {
  const { say } = twice(rig);
  const count = 257;
  for (let at = 0; at < count; at++) await peer.send(`m${at}`);
  for (let at = 0; at < count - 1; at++) assertEquals(await peer.text(), `CA m${at}`);
  await turns(20);
  assertEquals(rig.intake.received.length, count - 1);
  say("m0");
  assertEquals([await peer.text(), await peer.text()], ["AA m0", "CA m256"]);
  for (let at = 1; at < count; at++) say(`m${at}`, null);
});

test("never writes a second answer into another", async (rig, peer) => {
  const { say } = twice(rig);
  const large = "x".repeat(2_000_000);
  await peer.send("one");
  await peer.text();
  await peer.send("two");
  await peer.text();
  say("one", answerOf(`AA ${large}`));
  say("two");
  assertEquals((await peer.text())?.length, large.length + 3);
  assertEquals(await peer.text(), "AA two");
});

test("says a second answer before it stops, and one that comes to nobody is dropped", async (rig, peer) => {
  const { say } = twice(rig);
  await peer.send("one");
  await peer.text();
  const stopping = rig.listening.stop();
  assertEquals(await settles(stopping), false);
  say("one");
  assertEquals(await peer.text(), "AA one");
  await stopping;
  say("one");
});

test("drops a second answer to a peer that has left", async (rig, peer) => {
  const { say } = twice(rig);
  await peer.send("one");
  await peer.text();
  peer.close();
  say("one");
  await rig.reports.seen("connectionClosed");
});

const trouble = (code: string) =>
  new MitralError(code, { blame: "receiver", retry: "later", says: "Cannot deliver" });

/** A message whose peer answers `CA ID`, and then `AA ID` or `AE ID`. */
function parcelOf(id: string, asksForMore = true): Parcel {
  return {
    id,
    bytes: latin1(id),
    contentType: "text/plain",
    attempt: 1,
    sequence: 1,
    atMs: 0,
    value: () => "",
    judge(bytes): Outcome {
      const [code, about] = textOf(bytes).split(" ");
      if (about !== id) throw trouble("PEER_ANSWER_MISMATCHED");
      const answer = answerOf(textOf(bytes));
      if (code === "AE") return { kind: "rejected", error: trouble("PEER_MESSAGE_REFUSED"), answer };
      if (code === "AA") return { kind: "accepted", answer };
      return { kind: "accepted", answer, isCommit: true, ...(asksForMore ? { moreFollows: true } : {}) };
    },
  };
}

const never = new AbortController().signal;

async function said(sending: Promise<Outcome>): Promise<string> {
  const outcome = await sending;
  return outcome.kind === "filtered" || !outcome.answer ? outcome.kind : textOf(outcome.answer.bytes);
}

function sending(
  sentence: string,
  run: (rig: SenderRig, server: RawServer) => Promise<void>,
  config: Partial<ConfigInput<typeof sender.config>> = {},
): void {
  Deno.test(`mllp ${sentence}`, async () => {
    await using server = new RawServer();
    await using rig = await openSender(sender, { host: "127.0.0.1", port: server.port, ...config });
    await unstuck(() => run(rig, server));
  });
}

const awaits = { applicationMsMax: 60_000 };

sending("waits after a commit for the application's answer, where that is asked for", async (rig, server) => {
  const first = rig.sender.send(parcelOf("one"), never);
  const { peer } = await server.next();
  await peer.send("CA one");
  await turns(20);
  assertEquals(await settles(first), false);
  await peer.send("AE one");
  assertEquals(await said(first), "AE one");
  const second = rig.sender.send(parcelOf("two"), never);
  await server.next();
  await peer.write(Uint8Array.from([...framed("CA two"), ...framed("AA two")]));
  assertEquals(await said(second), "AA two");
  const third = rig.sender.send(parcelOf("three", false), never);
  await server.next();
  await peer.send("CA three");
  assertEquals(await said(third), "CA three");
  assertEquals(server.connections, 1);
}, awaits);

sending("takes an application's answer for the last although no commit came before", async (rig, server) => {
  const first = rig.sender.send(parcelOf("one"), never);
  await (await server.next()).peer.send("AA one");
  assertEquals(await said(first), "AA one");
}, awaits);

sending("fails by code, and closes, where the application does not answer in time", async (rig, server) => {
  const first = rig.sender.send(parcelOf("one"), never);
  const { peer } = await server.next();
  await peer.send("CA one");
  const failed = assertRejects(() => first, MitralError);
  await rig.clock.armed(60_000);
  await rig.clock.advance(60_000);
  assertEquals((await failed).code, "MLLP_APPLICATION_LATE");
  await peer.end();
  const again = rig.sender.send(parcelOf("one"), never);
  const { peer: other, connection } = await server.next();
  await other.write(Uint8Array.from([...framed("CA one"), ...framed("AA one")]));
  assertEquals([await said(again), connection], ["AA one", 2]);
}, { ...awaits, answerMsMax: 60_001 });

sending(
  "drops the second answer to what it took the commit of, between two messages",
  async (rig, server) => {
    const first = rig.sender.send(parcelOf("one"), never);
    const { peer } = await server.next();
    await peer.send("CA one");
    assertEquals(await said(first), "CA one");
    await peer.write("\x0bAA ");
    await peer.write("one\x1c\r");
    await rig.reports.seen("secondAnswerDropped");
    const second = rig.sender.send(parcelOf("two"), never);
    assertEquals((await server.next()).connection, 1);
    await peer.send("CA two");
    assertEquals(await said(second), "CA two");
  },
);

sending(
  "drops the second answer to what it took the commit of, before the answer to the next",
  async (rig, server) => {
    const first = rig.sender.send(parcelOf("one"), never);
    const { peer } = await server.next();
    await peer.send("CA one");
    await first;
    const second = rig.sender.send(parcelOf("two"), never);
    await server.next();
    await peer.write(Uint8Array.from([...framed("AE one"), ...framed("CA two"), ...framed("AA two")]));
    assertEquals(await said(second), "CA two");
    await rig.reports.seen("secondAnswerDropped", 2);
    assertEquals(rig.reports.count("strayAnswerDropped"), 0);
  },
);

sending("drops second answers though they come long after the commits", async (rig, server) => {
  const ids = Array.from({ length: 20 }, (_, at) => `m${at}`);
  for (const id of ids) {
    const sent = rig.sender.send(parcelOf(id), never);
    await (await server.next()).peer.send(`CA ${id}`);
    await sent;
  }
  const last = rig.sender.send(parcelOf("last"), never);
  const { peer } = await server.next();
  for (const id of ids) await peer.send(`AE ${id}`);
  await peer.send("CA last");
  assertEquals([await said(last), server.connections], ["CA last", 1]);
  assertEquals(rig.reports.count("secondAnswerDropped"), 20);
});

sending("closes on an answer that belongs to nothing, after a commit, too", async (rig, server) => {
  const first = rig.sender.send(parcelOf("one"), never);
  const { peer } = await server.next();
  await peer.send("CA one");
  await first;
  await peer.send("AA other");
  await peer.end();
  await rig.reports.seen("strayAnswerDropped");
  const second = rig.sender.send(parcelOf("two"), never);
  const { peer: other, connection } = await server.next();
  await other.send("AA one");
  assertEquals(connection, 2);
  assertEquals((await assertRejects(() => second, MitralError)).code, "PEER_ANSWER_MISMATCHED");
});
