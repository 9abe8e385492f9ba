/** MLLP peers that stall, reset, trickle, come in crowds, vanish, or speak something else, against a real gateway. */
import { assertEquals } from "@std/assert";
import { randomBytes } from "node:crypto";
import { CANARY } from "../bad_input/_canary.ts";
import { Ack } from "../bad_input/_messages.ts";
import { unstuck } from "../world/turns.ts";
import { assertHasNotGrown, badPeer, Besieged, manyTimes, message, python } from "./_bad_peers.ts";

const half = () => `\x0b${message().slice(0, 100)}`;
const stuckMs = 180_000;

/** A peer in front of a gateway that listens so; `served` is beside it on the same channel, and must not notice. */
function test(
  name: string,
  mllp: Readonly<Record<string, unknown>>,
  attack: (besieged: Besieged) => Promise<void>,
  ignore = false,
): void {
  Deno.test({
    name,
    ignore,
    fn: () =>
      unstuck(async () => {
        await using besieged = await Besieged.start({ mllp: { port: 0, ...mllp } });
        using bystander = await besieged.bystander("bad");
        using elsewhere = await besieged.bystander();
        await bystander.isServed();
        const before = await besieged.figures();
        await bystander.during(attack(besieged));
        await elsewhere.isServed();
        await besieged.settled(before);
      }, stuckMs),
  });
}

test(
  "an MLLP peer that stalls within a frame is refused and cut off",
  { pauseMsMax: 200 },
  async (besieged) => {
    using peer = await besieged.dial();
    await peer.write(half());
    assertEquals(new Ack((await peer.text())!).field("MSA", 1), "AE");
    assertEquals((await besieged.refused("MLLP_FRAME_END_MISSING")).bytes, 100);
    await peer.end();
  },
);

test(
  "an MLLP peer that trickles is refused and cut off, however small its pauses are",
  { frameMsMax: 500 },
  async (besieged) => {
    const answer = await badPeer("trickle", besieged.target, half());
    assertEquals(new Ack(answer.slice(1, -2)).field("MSA", 1), "AE");
    await besieged.refused("MLLP_FRAME_LATE");
  },
  python.missing,
);

test("an MLLP peer that never reads its answers is cut off", { stallMsMax: 300 }, async (besieged) => {
  using peer = await besieged.dial();
  // The answer quotes who sent the message.
  const from = "X".repeat(200_000);
  const send = async () => {
    for (;;) {
      await peer.send(message().replace(/^MSH\|\^~\\&\|[^|]*/, (head) => `${head.slice(0, 9)}${from}`));
    }
  };
  await send().catch(() => {});
  await besieged.refused("MLLP_ANSWER_UNREAD");
});

test(
  "MLLP peers that vanish within a frame, or reset, leave what they said in quarantine",
  {},
  async (besieged) => {
    const count = 50;
    await manyTimes(count, 10, () => besieged.sayAndVanish(half()));
    await besieged.refused("MLLP_FRAME_END_MISSING", count);
    if (python.missing) return;
    await badPeer("reset", besieged.target, half(), String(count));
    // A connection that was reset in time is never seen; one that comes behind them all is.
    await besieged.askAndWait("GET / HTTP/1.1\r\n\r\n");
  },
);

test(
  "who speaks no MLLP is turned away, and nothing of it is kept",
  { pauseMsMax: 200 },
  async (besieged) => {
    const count = 20;
    await besieged.askAndWait(`GET /${CANARY} HTTP/1.1\r\nHost: ${CANARY}\r\n\r\n`);
    await besieged.askAndWait("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + "\x00".repeat(512));
    await besieged.askAndWait("SSH-2.0-OpenSSH_9.2\r\n");
    for (let at = 0; at < count; at++) {
      // Without the bytes that are marks of frames.
      await besieged.sayAndVanish(randomBytes(70_000).map((byte) => byte | 0x20));
    }
    await besieged.refused("MLLP_STRANGER_REFUSED", 3 + count);
  },
);

test("a thousand MLLP connections at once cost nobody else a place", {}, async (besieged) => {
  const crowd = await Promise.all(Array.from({ length: 1_000 }, () => besieged.dial()));
  // 128 of one address may be open; the peer that does nothing wrong is one of them.
  const { reason } = await besieged.refused("MLLP_ADDRESS_FULL", 1_000 - 127);
  assertEquals(reason, "address");
  assertEquals(besieged.warnings("MLLP_ADDRESS_FULL"), 1, "a warning for each would fill the log");
  for (const peer of crowd) peer.close();
  await besieged.over(1_000);
});

Deno.test("ten thousand bad MLLP connections leave no handle and no memory behind", () =>
  unstuck(async () => {
    await using besieged = await Besieged.start({ mllp: { port: 0 } });
    using bystander = await besieged.bystander("bad");
    const kinds = [
      () => besieged.sayAndVanish(""),
      () => besieged.sayAndVanish("GET / HTTP/1.1\r\n\r\n"),
      () => besieged.sayAndVanish(randomBytes(64)),
      () => besieged.sayAndVanish("\x0b\x1c\r".repeat(20)),
      () => besieged.sayAndVanish(`\x0b${CANARY}\x1c\r`),
    ];
    const attack = async (count: number) => {
      await manyTimes(count, 32, (at) => kinds[at % kinds.length]());
    };
    await bystander.isServed();
    const rested = await besieged.figures();
    await bystander.during(attack(500));
    const before = await besieged.settled(rested);
    await bystander.during(attack(10_000));
    await besieged.over(10_500);
    assertHasNotGrown(before, await besieged.settled(before));
  }, stuckMs));
