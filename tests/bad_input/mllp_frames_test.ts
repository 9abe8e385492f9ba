import { assertEquals } from "@std/assert";
import { framed, latin1, type RawPeer } from "../adapters/mllp/mllp_peer.ts";
import { Ack, bytesOf, hl7 } from "./_messages.ts";
import { assertDeclared, PATIENT } from "./_reference.ts";
import { gatewayOf, type Settings, Site } from "./_site.ts";

interface Bad {
  readonly sentence: string;
  /** As it goes over the wire. */
  readonly wire: Uint8Array;
  /** What must be in quarantine. */
  readonly kept: Uint8Array;
  readonly code: string;
  /** MSA-1 and MSA-2, and the code of table 0357; left out: the connection closes without a word. */
  readonly answer?: readonly [verdict: string, condition: string];
  /** The connection is of no use afterwards. */
  readonly closes?: boolean;
  readonly listen?: Settings;
  readonly mllp?: Settings;
  readonly parse?: unknown;
}

const message = hl7("BAD");
const long = message + `NTE|1||${"x".repeat(2_000)}\r`;

const bad: readonly Bad[] = [
  {
    sentence: "a frame that never ends gets AE when the peer stops sending",
    wire: latin1(`\x0b${message}`),
    kept: bytesOf(message),
    code: "MLLP_FRAME_END_MISSING",
    answer: ["AE BAD", "102"],
    closes: true,
  },
  {
    sentence: "a frame that starts within a frame gets AE",
    wire: latin1(`\x0b${message}\x0b${message}\x1c\r`),
    kept: latin1(`${message}\x0b${message}`),
    code: "MLLP_FRAME_START_REPEATED",
    answer: ["AE BAD", "102"],
  },
  {
    sentence: "a message without the VT that starts a frame gets AE",
    wire: latin1(`${message}\x1c\r`),
    kept: latin1(`${message}\x1c\r`),
    code: "MLLP_FRAME_START_MISSING",
    answer: ["AE BAD", "102"],
  },
  {
    sentence: "a frame over frameBytesMax gets AE, and its beginning is kept",
    wire: framed(long),
    kept: bytesOf(long.slice(0, 1_000)),
    code: "MLLP_FRAME_TOO_LARGE",
    answer: ["AE BAD", "102"],
    closes: true,
    mllp: { frameBytesMax: 1_000 },
  },
  {
    sentence: "a message over messageBytesMax gets AE",
    wire: framed(long),
    kept: bytesOf(long),
    code: "ENGINE_MESSAGE_TOO_LARGE",
    answer: ["AE BAD", "102"],
    listen: { messageBytesMax: 1_000 },
  },
  {
    sentence: "a frame without an MSH segment closes the connection, since nobody is there to answer",
    wire: framed(`GET /${PATIENT} HTTP/1.1\r\n\r\n`),
    kept: bytesOf(`GET /${PATIENT} HTTP/1.1\r\n\r\n`),
    code: "HL7V2_HEADER_MISSING",
    closes: true,
  },
  {
    sentence: "a message with delimiters that make no sense gets AE",
    wire: framed(message.replace("^~\\&", "^^^^")),
    kept: bytesOf(message.replace("^~\\&", "^^^^")),
    code: "HL7V2_DELIMITERS_INVALID",
    answer: ["AE BAD", "102"],
  },
  {
    sentence: "a message with a line that is no segment gets AE",
    wire: framed(`${message}${PATIENT}\r`),
    kept: bytesOf(`${message}${PATIENT}\r`),
    code: "HL7V2_SEGMENT_INVALID",
    answer: ["AE BAD", "100"],
    listen: { acknowledge: "processed" },
  },
  {
    sentence: "a message without MSH-9 gets AE",
    wire: framed(hl7("BAD", "")),
    kept: bytesOf(hl7("BAD", "")),
    code: "HL7V2_TYPE_MISSING",
    answer: ["AE BAD", "101"],
    parse: { hl7v2: { accept: ["ADT"] } },
  },
  {
    sentence: "a message of a type not in accept gets AR",
    wire: framed(hl7("BAD", "ORU^R01")),
    kept: bytesOf(hl7("BAD", "ORU^R01")),
    code: "HL7V2_TYPE_UNSUPPORTED",
    answer: ["AR BAD", "200"],
    parse: { hl7v2: { accept: ["ADT"] } },
  },
  {
    sentence: "a message with an event not in accept gets AR",
    wire: framed(hl7("BAD", "ADT^A08")),
    kept: bytesOf(hl7("BAD", "ADT^A08")),
    code: "HL7V2_EVENT_UNSUPPORTED",
    answer: ["AR BAD", "201"],
    parse: { hl7v2: { accept: ["ADT^A01"] } },
  },
];

for (const { sentence, wire, kept, code, answer, closes = false, listen, mllp, parse } of bad) {
  Deno.test(`over mllp ${sentence}`, async () => {
    await using site = await Site.open(gatewayOf({ mllp: { port: 0, ...mllp }, ...listen }, parse));
    using peer = await site.dial();
    await peer.write(wire);
    if (code === "MLLP_FRAME_END_MISSING") await peer.finish();
    if (answer) await assertAnswer(peer, code, ...answer);
    if (closes) await assertClosed(peer);
    await site.assertKept(kept, code);

    using next = closes ? await site.dial() : peer;
    await next.send(hl7("GOOD"));
    assertEquals(new Ack((await next.text())!).verdict, "AA GOOD");
    await site.assertDelivered(bytesOf(hl7("GOOD")));
  });
}

async function assertAnswer(peer: RawPeer, code: string, verdict: string, condition: string): Promise<void> {
  const ack = new Ack((await peer.text())!);
  assertEquals([ack.verdict, ack.condition, ack.error.code], [verdict, condition, code]);
  await assertDeclared(ack.error);
}

/** Whatever else comes over the connection is neither taken nor answered. */
async function assertClosed(peer: RawPeer): Promise<void> {
  await peer.send(hl7("LATE")).catch(() => {});
  await peer.finish().catch(() => {});
  assertEquals((await peer.end()).length, 0, "nothing more is said");
}
