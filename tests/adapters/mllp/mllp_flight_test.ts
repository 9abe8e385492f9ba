/** Several messages in flight on one connection, and messages kept apart. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { MitralError } from "../../../runtime/contract/error.ts";
import type { Outcome } from "../../../runtime/contract/message.ts";
import sender from "../../../adapters/mllp/sender.ts";
import { configOf } from "../../world/tools.ts";
import { settles, turns } from "../../world/turns.ts";
import { framed, latin1, textOf } from "./mllp_peer.ts";
import { gotten, never, openCalling, parcelOf } from "./mllp_rigs.ts";

const text = (content: string) => `\x0b${content}\x1c\r`;
const codeOf = async (sending: Promise<unknown>) => (await assertRejects(() => sending, MitralError)).code;
const said = (outcome: Outcome) => outcome.kind === "accepted" ? textOf(outcome.answer!.bytes) : outcome.kind;
const foreign = new MitralError("KIT_ANSWER_FOREIGN", { blame: "receiver", retry: "later", says: "Foreign" });

/** Takes `AA` and its own text. */
function strict(message: string) {
  return parcelOf(message, (bytes) => {
    if (textOf(bytes) !== `AA ${message}`) throw foreign;
    return { kind: "accepted", answer: { bytes, contentType: "text/plain" } };
  });
}

Deno.test("mllp has as many lanes as its connections have room for messages", () => {
  const lanes = (config: Record<string, unknown>) =>
    sender.lanes!(configOf(sender.config, { host: "h", port: 1, ...config }));
  assertEquals([lanes({}), lanes({ inFlightMax: 8 }), lanes({ connections: 3, inFlightMax: 8 })], [1, 8, 24]);
  assertEquals(lanes({ connections: 3, inFlightMax: 8, keepAlive: false }), 3);
});

Deno.test("mllp sends inFlightMax messages before the first is answered, and takes the answers in order", async () => {
  await using rig = await openCalling({ inFlightMax: 3 });
  const sendings = ["one", "two", "three"].map((message) => rig.sender.send(strict(message), never));
  await turns(5);
  const [peer] = rig.peers;
  assertEquals(await gotten(peer), text("one") + text("two") + text("three"));
  await peer.write(latin1(text("AA one") + text("AA two") + text("AA three")));
  assertEquals((await Promise.all(sendings)).map(said), ["AA one", "AA two", "AA three"]);
  assertEquals(rig.peers.length, 1);
});

Deno.test("mllp judges an answer only when the one before is judged", async () => {
  await using rig = await openCalling({ inFlightMax: 2 });
  const slow = Promise.withResolvers<Outcome>();
  const judged: string[] = [];
  const first = rig.sender.send(parcelOf("one", () => (judged.push("one"), slow.promise)), never);
  const second = rig.sender.send(parcelOf("two", () => (judged.push("two"), { kind: "accepted" })), never);
  await turns(5);
  await rig.peers[0].write(latin1(text("AA one") + text("AA two")));
  await turns(5);
  assertEquals(judged, ["one"]);
  slow.resolve({ kind: "accepted" });
  await Promise.all([first, second]);
  assertEquals(judged, ["one", "two"]);
});

Deno.test("mllp closes with all that is in flight where an answer belongs to another message", async () => {
  await using rig = await openCalling({ inFlightMax: 3 });
  const codes = ["one", "two", "three"].map((message) => {
    const sending = rig.sender.send(strict(message), never);
    return sending.then(said, ({ code }) => code);
  });
  await turns(5);
  await rig.peers[0].write(latin1(text("AA one") + text("AA three") + text("AA three")));
  assertEquals(await Promise.all(codes), ["AA one", "KIT_ANSWER_FOREIGN", "MLLP_FLIGHT_BROKEN"]);
  assert(rig.peers[0].hasEnded);
  const again = rig.sender.send(strict("two"), never);
  await turns(5);
  assertEquals(await gotten(rig.peers[1]), text("two"));
  await rig.peers[1].write(framed("AA two"));
  await again;
});

Deno.test("mllp closes with all that is in flight where an answer is late, and counts from the answer before", async () => {
  await using rig = await openCalling({ inFlightMax: 2, answerMsMax: 5_000 });
  const first = rig.sender.send(strict("one"), never);
  const second = codeOf(rig.sender.send(strict("two"), never));
  await turns(5);
  await rig.clock.advance(4_000);
  await rig.peers[0].write(framed("AA one"));
  await first;
  const third = codeOf(rig.sender.send(strict("three"), never));
  await rig.clock.advance(4_999);
  assert(!await settles(second));
  await rig.clock.advance(1);
  assertEquals([await second, await third], ["MLLP_ANSWER_LATE", "MLLP_FLIGHT_BROKEN"]);
});

Deno.test("mllp says of all that is in flight that it has no answer where the peer closes", async () => {
  await using rig = await openCalling({ inFlightMax: 2 });
  const codes = ["one", "two"].map((message) => codeOf(rig.sender.send(strict(message), never)));
  await turns(5);
  rig.peers[0].close();
  assertEquals(await Promise.all(codes), ["MLLP_ANSWER_MISSING", "MLLP_ANSWER_MISSING"]);
});

Deno.test("mllp gives up one message in flight with its own reason, and the others by code", async () => {
  await using rig = await openCalling({ inFlightMax: 2 });
  const life = new AbortController();
  const reason = new Error("no longer wanted");
  const first = codeOf(rig.sender.send(strict("one"), never));
  const second = rig.sender.send(strict("two"), life.signal).catch((cause) => cause);
  await turns(5);
  life.abort(reason);
  assertEquals([await first, await second], ["MLLP_FLIGHT_BROKEN", reason]);
});

Deno.test("mllp opens another connection before it sends a second message on one", async () => {
  await using rig = await openCalling({ connections: 2, inFlightMax: 2 });
  const sendings = ["one", "two", "three"].map((message) => rig.sender.send(parcelOf(message), never));
  await turns(5);
  assertEquals([await gotten(rig.peers[0]), await gotten(rig.peers[1])], [
    text("one") + text("three"),
    text("two"),
  ]);
  for (const peer of [...rig.peers, rig.peers[0]]) await peer.write(framed("AA"));
  await Promise.all(sendings);
});

Deno.test("mllp keeps messages betweenMsMin apart, from the answer to the next message", async () => {
  await using rig = await openCalling({ betweenMsMin: 500 });
  for (const message of ["one", "two"]) {
    const sending = rig.sender.send(parcelOf(message), never);
    await turns(5);
    if (message === "two") {
      await rig.clock.advance(499);
      assertEquals(await gotten(rig.peers[0]), "");
      await rig.clock.advance(1);
    }
    assertEquals(await gotten(rig.peers[0]), text(message));
    await rig.clock.advance(2_000);
    await rig.peers[0].write(framed("AA"));
    await sending;
  }
});

Deno.test("mllp keeps messages apart over all connections, and gives a wait up at once", async () => {
  await using rig = await openCalling({ betweenMsMin: 500, connections: 2 });
  const life = new AbortController();
  const sendings = ["one", "two"].map((message) => rig.sender.send(parcelOf(message), life.signal));
  await turns(5);
  assertEquals(rig.peers.length, 1);
  const reason = new Error("no longer wanted");
  life.abort(reason);
  for (const sending of sendings) assertEquals(await sending.catch((cause) => cause), reason);
  assertEquals(rig.clock.waiting, 0);
});
