import { assertEquals } from "@std/assert";
import listener from "../../../adapters/mllp/listener.ts";
import type { Answer } from "../../../runtime/contract/message.ts";
import { accepted } from "../../world/fake_intake.ts";
import { type ListenerRig, openListener } from "../../world/tools.ts";
import { settles, unstuck } from "../../world/turns.ts";
import { latin1, RawPeer, textOf } from "./mllp_peer.ts";

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
