/** Peers that break off, drag out or forge the handshake of TLS, or misbehave once they are let in, against a real gateway. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { randomBytes } from "node:crypto";
import { CANARY } from "../bad_input/_canary.ts";
import { type Certified, pki } from "../world/pki.ts";
import { unstuck } from "../world/turns.ts";
import {
  assertHasNotGrown,
  badPeer,
  type Besieged,
  type Bystander,
  manyTimes,
  message,
  python,
} from "./_bad_peers.ts";
import { head, sized, smuggled } from "./_http_requests.ts";
import { dialSecurely, type Protocol, secured, securedBystander } from "./_secured.ts";

const stuckMs = 180_000;
/** Bad connections in the last tests, which tell their figures where the number is given. */
const MANY = Number(Deno.env.get("MITRAL_BAD_CONNECTIONS") ?? 2_000);
const codeOf = (protocol: Protocol) => `${protocol.toUpperCase()}_CLIENT_REFUSED`;

/** What a client says first, as a real one says it, with the name of a patient as that of the host. */
async function clientHello(): Promise<Uint8Array<ArrayBuffer>> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const calling = Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port })
    .then((connection) => Deno.startTls(connection, { hostname: `${CANARY}.example` }))
    .then((connection) => connection.handshake()).catch(() => {});
  using connection = await listener.accept();
  const bytes = new Uint8Array(16_384);
  const count = await connection.read(bytes);
  connection.close();
  await calling;
  return bytes.slice(0, count!);
}

const hello = await clientHello();
/** A record of TLS 1.2: its type, and what is in it. */
const record = (type: number, content: Uint8Array, length = content.length) =>
  Uint8Array.of(type, 3, 3, length >> 8, length & 0xff, ...content);

/** What is no handshake, or none that ends. */
const broken: Readonly<Record<string, string | Uint8Array>> = {
  "HTTP without TLS": `POST /${CANARY} HTTP/1.1\r\nHost: ${CANARY}\r\n\r\n`,
  "MLLP without TLS": `\x0b${message()}\x1c\r`,
  "another protocol": "SSH-2.0-OpenSSH_9.2\r\n",
  "noise": randomBytes(4_000).map((byte) => byte | 0x80),
  "noise in a record": record(22, randomBytes(300)),
  "data before the handshake": record(23, new TextEncoder().encode(CANARY)),
  "a heartbeat that asks for more than it has": record(24, Uint8Array.of(1, 0x40, 0)),
  "a record that is too long": record(22, hello.slice(5), 0xffff),
  "a greeting, then noise": Uint8Array.of(...hello, ...randomBytes(200).map((byte) => byte | 0x80)),
  "a greeting, and another": Uint8Array.of(...hello, ...hello),
};

/** Peers in front of a gateway that speaks TLS; others on the same channel, and beside it, must not notice. */
function test(
  name: string,
  attack: (besieged: Besieged, protocol: Protocol) => Promise<void>,
  {
    protocols = ["mllp", "https"],
    tls = {},
    more = {},
    ignore = false,
  }: {
    readonly protocols?: readonly Protocol[];
    readonly tls?: Readonly<Record<string, unknown>>;
    readonly more?: Readonly<Record<string, unknown>>;
    readonly ignore?: boolean;
  } = {},
): void {
  for (const protocol of protocols) {
    Deno.test({
      name: `${protocol} by TLS: ${name}`,
      ignore,
      fn: () =>
        unstuck(async () => {
          await using besieged = await secured(protocol, { tls, more });
          using bystander = await securedBystander(besieged, protocol);
          using elsewhere = await besieged.bystander();
          await bystander.isServed();
          await elsewhere.isServed();
          const before = await besieged.figures();
          await bystander.during(attack(besieged, protocol));
          await elsewhere.isServed();
          await besieged.settled(before);
        }, stuckMs),
    });
  }
}

/** Connects as somebody, says something and vanishes; where it is not let in, there is nothing to say it to. */
async function comeAndVanish(besieged: Besieged, says: string, as?: Certified): Promise<void> {
  const peer = await dialSecurely(besieged, as).catch(() => undefined);
  await peer?.write(says).catch(() => {});
  peer?.close();
}

test(
  "a handshake that stalls, or comes a byte at a time, is cut off after handshakeMsMax",
  async (besieged, protocol) => {
    const stalls = ["", hello.slice(0, 3), hello.slice(0, 100), hello];
    await Promise.all(stalls.map(async (bytes) => {
      using peer = await besieged.dial();
      await peer.write(bytes);
      await peer.end();
    }));
    assertEquals((await besieged.refused(codeOf(protocol), stalls.length)).trouble, "late");
    if (python.missing) return;
    await badPeer("trickle", besieged.target, hello);
    assertEquals((await besieged.refused(codeOf(protocol), stalls.length + 1)).trouble, "late");
  },
  // On a busy machine a good handshake takes a second.
  { tls: { handshakeMsMax: 3_000 } },
);

test("what is no handshake is refused, each by one line of the log", async (besieged, protocol) => {
  const cases = Object.entries(broken);
  for (const [at, [name, bytes]] of cases.entries()) {
    const answer = await besieged.askAndWait(bytes);
    assert(!answer.includes("MSA|") && !answer.includes("HTTP/"), name);
    const { trouble } = await besieged.refused(codeOf(protocol), at + 1);
    assert(["foreign", "other", "cut", "late", "version"].includes(String(trouble)), `${name}: ${trouble}`);
  }
}, { tls: { handshakeMsMax: 3_000 } });

test("peers that reset in the middle of the handshake leave nothing behind", async (besieged) => {
  for (const bytes of ["", hello.slice(0, 50), hello]) await badPeer("reset", besieged.target, bytes, "30");
}, { protocols: ["mllp"], ignore: python.missing });

test("a thousand connections at once cost nobody else a place", async (besieged, protocol) => {
  const crowd = await Promise.all(Array.from({ length: 1_000 }, () => besieged.dial()));
  const code = `${protocol.toUpperCase()}_ADDRESS_FULL`;
  await besieged.refused(code, 1_000 - 128);
  assertEquals(besieged.warnings(code), 1, "a warning for each would fill the log");
  await manyTimes(crowd.length, 50, async (at) => {
    await crowd[at].write(hello).catch(() => {});
    crowd[at].close();
  });
}, { protocols: ["https"] });

test("a frame that is half sent is refused, and is no message", async (besieged) => {
  await comeAndVanish(besieged, `\x0b${message().slice(0, 100)}`, pki.client);
  assertEquals((await besieged.refused("MLLP_FRAME_END_MISSING")).bytes, 100);
}, { protocols: ["mllp"] });

test("a body that is half sent is refused, and is no message", async (besieged) => {
  await comeAndVanish(besieged, sized(message(), 100_000), pki.client);
  await besieged.refused("HTTPS_BODY_BROKEN");
}, { protocols: ["https"] });

test("a head that comes too late is refused", async (besieged) => {
  const dial = () => dialSecurely(besieged, pki.client);
  assertStringIncludes(await besieged.askAndWait(head, dial), "HTTP/1.1 408");
  assertEquals((await besieged.refused("HTTPS_REQUEST_BROKEN")).detail, "HEAD_LATE");
}, { protocols: ["https"], more: { headMsMax: 300 } });

test(
  "a request that others may read otherwise is refused, and what it smuggles is not taken",
  async (besieged) => {
    const trace: string[] = [];
    for (const [name, smuggle] of Object.entries(smuggled)) {
      const inner = sized(message(`SMUGGLED-${trace.length}`));
      const answers = await besieged.askAndWait(smuggle(inner), () => dialSecurely(besieged, pki.client));
      trace.push(`${name}: ${(answers.match(/HTTP\/1.1 \d+/g) ?? [answers]).join()}`);
    }
    assertEquals(trace, Object.keys(smuggled).map((name) => `${name}: HTTP/1.1 400`));
    await besieged.refused("HTTPS_REQUEST_BROKEN", trace.length);
    assert(!besieged.product.err.includes("SMUGGLED"));
  },
  { protocols: ["https"] },
);

test("requests sent ahead are taken in order, and what is behind them refused", async (besieged) => {
  const ids = Array.from({ length: 20 }, (_, at) => `AHEAD-${at}`);
  const ahead = ids.map((id) => sized(message(id))).join("");
  const answers = await besieged.askAndWait(
    `${ahead}${CANARY}\r\n\r\n`,
    () => dialSecurely(besieged, pki.client),
  );
  assertEquals([...answers.matchAll(/MSA\|AA\|([\w-]+)/g)].map(([, id]) => id), ids);
  assertEquals(answers.match(/HTTP\/1.1 \d+/g)?.at(-1), "HTTP/1.1 400");
  await besieged.refused("HTTPS_REQUEST_BROKEN");
}, { protocols: ["https"] });

for (const protocol of ["mllp", "https"] as const) {
  Deno.test(`${protocol} by TLS: thousands of bad connections leave no handle and no memory behind`, () =>
    unstuck(async () => {
      await using besieged = await secured(protocol);
      using bystander: Bystander = await securedBystander(besieged, protocol);
      const half = protocol === "mllp"
        ? `\x0b${message().slice(0, 100)}`
        : sized(message().slice(0, 5_000), 100_000);
      const noise = broken["noise in a record"];
      const kinds: readonly (() => Promise<unknown>)[] = [
        () => besieged.sayAndVanish(""),
        () => besieged.sayAndVanish(hello.slice(0, 100)),
        () => besieged.sayAndVanish(hello),
        () => besieged.sayAndVanish(`POST /${CANARY} HTTP/1.1\r\n\r\n`),
        () => besieged.askAndWait(noise),
        () => comeAndVanish(besieged, half),
        () => comeAndVanish(besieged, half, pki.otherClient),
        () => comeAndVanish(besieged, half, pki.client),
      ];
      const attack = (count: number) => manyTimes(count, 32, (at) => kinds[at % kinds.length]());
      // The platform's own memory grows with the first thousands, and then no more.
      await bystander.during(attack(Math.ceil(MANY / 2)));
      const before = await besieged.figures();
      await bystander.during(attack(MANY));
      const after = await besieged.settled(before);
      if (Deno.env.has("MITRAL_BAD_CONNECTIONS")) console.log(before, after);
      assertHasNotGrown(before, after);
    }, MANY > 2_000 ? 10 * stuckMs : stuckMs));
}
