/** HTTP clients that stall, lie, smuggle, come in crowds or never read, against a real gateway. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { randomBytes } from "node:crypto";
import { CANARY } from "../bad_input/_canary.ts";
import { unstuck } from "../world/turns.ts";
import { chunked, head, sized, smuggled } from "./_http_requests.ts";
import { assertHasNotGrown, badPeer, Besieged, manyTimes, message, python } from "./_bad_peers.ts";

const stuckMs = 180_000;
/** A client in front of a gateway that listens so; others on the same channel must not notice. */
function test(
  name: string,
  https: Readonly<Record<string, unknown>>,
  attack: (besieged: Besieged) => Promise<void>,
  ignore = false,
): void {
  Deno.test({
    name,
    ignore,
    fn: () =>
      unstuck(async () => {
        await using besieged = await Besieged.start({ https: { port: 0, path: "/in", ...https } });
        using bystander = await besieged.bystander("bad");
        using elsewhere = await besieged.bystander();
        await bystander.isServed();
        await elsewhere.isServed();
        const before = await besieged.figures();
        await bystander.during(attack(besieged));
        await elsewhere.isServed();
        await besieged.settled(before);
      }, stuckMs),
  });
}

test(
  "a request that others may read otherwise is refused, and what it smuggles is not taken",
  {},
  async (besieged) => {
    const trace: string[] = [];
    for (const [name, smuggle] of Object.entries(smuggled)) {
      const inner = sized(message(`SMUGGLED-${trace.length}`));
      const answers = await besieged.askAndWait(smuggle(inner));
      trace.push(`${name}: ${(answers.match(/^HTTP\/1.1 \d+/gm) ?? [answers]).join()}`);
    }
    assertEquals(trace, Object.keys(smuggled).map((name) => `${name}: HTTP/1.1 400`));
    await besieged.refused("HTTPS_REQUEST_BROKEN", trace.length);
    assert(!besieged.product.err.includes("SMUGGLED"));
  },
);

test("a body that is shorter than it says is not taken", { bodyMsMax: 300 }, async (besieged) => {
  await besieged.sayAndVanish(sized(message(), 100_000));
  await besieged.refused("HTTPS_BODY_BROKEN");
  assertStringIncludes(await besieged.askAndWait(sized(message(), 100_000)), "HTTP/1.1 408");
  await besieged.refused("HTTPS_BODY_LATE");
});

test("what follows a body that is longer than it says is no request", {}, async (besieged) => {
  const answers = await besieged.askAndWait(sized(message(), 60));
  // The request before it is answered all the same.
  assertEquals(answers.match(/HTTP\/1.1 \d+/g), ["HTTP/1.1 200", "HTTP/1.1 400"]);
  await besieged.refused("HTTPS_REQUEST_BROKEN");
});

test("a head that is too large is not read to its end", {}, async (besieged) => {
  for (const large of [`${head}X-A: ${"a".repeat(20_000)}\r\n`, `GET /${"a".repeat(20_000)} HTTP/1.1\r\n`]) {
    assertStringIncludes(await besieged.askAndWait(large), "HTTP/1.1 431");
  }
  assertEquals((await besieged.refused("HTTPS_REQUEST_BROKEN")).detail, "HPE_HEADER_OVERFLOW");
});

test(
  "a head that trickles is cut off after headMsMax, and a body after bodyMsMax",
  { headMsMax: 300, bodyMsMax: 400 },
  async (besieged) => {
    assertStringIncludes(await badPeer("trickle", besieged.target, `${head}X-A: a`), "HTTP/1.1 408");
    assertEquals((await besieged.refused("HTTPS_REQUEST_BROKEN")).detail, "HEAD_LATE");
    // Chunks of one byte, each with an extension: whoever reads them reads much for little.
    using peer = await besieged.dial();
    const chunk = `1;${"a".repeat(1_000)}\r\nx\r\n`.repeat(50);
    const flood = async () => {
      await peer.write(`${head}${chunked}\r\n`);
      for (;;) await peer.write(chunk);
    };
    await flood().catch(() => {});
    await besieged.refused("HTTPS_BODY_LATE");
  },
  python.missing,
);

test("a client that never reads its answers is cut off", { stallMsMax: 300 }, async (besieged) => {
  using peer = await besieged.dial();
  // The answer quotes who sent the message.
  const from = "X".repeat(200_000);
  const send = async () => {
    for (;;) {
      await peer.write(sized(message().replace(/^MSH\|\^~\\&\|[^|]*/, (start) => start.slice(0, 9) + from)));
    }
  };
  await send().catch(() => {});
  assertEquals((await besieged.refused("HTTPS_REQUEST_BROKEN")).detail, "ANSWER_UNREAD");
});

test(
  "a thousand HTTP connections at once cost nobody else a place",
  {},
  async (besieged) => {
    const crowd = await Promise.all(Array.from({ length: 1_000 }, () => besieged.dial()));
    await besieged.refused("HTTPS_ADDRESS_FULL", 1_000 - 128);
    assertEquals(besieged.warnings("HTTPS_ADDRESS_FULL"), 1, "a warning for each would fill the log");
    for (const peer of crowd) peer.close();
  },
);

test("HTTP clients that reset leave nothing behind", {}, async (besieged) => {
  for (const says of ["", head, sized(message(), 100_000), sized(message())]) {
    await badPeer("reset", besieged.target, says, "50");
  }
}, python.missing);

Deno.test("ten thousand bad HTTP connections leave no handle and no memory behind", () =>
  unstuck(async () => {
    await using besieged = await Besieged.start({ https: { port: 0, path: "/in" } });
    using bystander = await besieged.bystander("bad");
    const cutOff = new TextEncoder().encode(sized(message().slice(0, 5_000), 100_000));
    const kinds = [
      () => besieged.sayAndVanish(""),
      () => besieged.sayAndVanish(head),
      () => besieged.sayAndVanish(randomBytes(64)),
      () => besieged.sayAndVanish(cutOff),
      () => besieged.sayAndVanish(`GET /${CANARY} HTTP/1.1\r\nHost: ${CANARY}\r\n\r\n`),
      () => besieged.askAndWait(`${head}Content-Length: 1\r\nContent-Length: 2\r\n\r\n${CANARY}`),
    ];
    const attack = async (count: number) => {
      await manyTimes(count, 32, (at) => kinds[at % kinds.length]());
    };
    await bystander.isServed();
    const rested = await besieged.figures();
    await bystander.during(attack(600));
    const before = await besieged.settled(rested);
    await bystander.during(attack(10_000));
    assertHasNotGrown(before, await besieged.settled(before));
  }, stuckMs));
