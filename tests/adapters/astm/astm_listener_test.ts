import { assert, assertEquals } from "@std/assert";
import listener from "../../../adapters/astm/listener.ts";
import type { Memory } from "../../../runtime/contract/adapter.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import type { ConfigInput } from "../../../runtime/contract/spec.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { accepted, failedInSilence, FakeIntake, refused } from "../../world/fake_intake.ts";
import { FakeAcceptor, type FakeConnection, fakeNet } from "../../world/fake_net.ts";
import { type ListenerRig, memoryInMemory, openListener, worldWith } from "../../world/tools.ts";
import { turns } from "../../world/turns.ts";
import { latin1, textOf } from "../sockets.ts";
import { ACK, ENQ, EOT, frame, NAK } from "./astm_peer.ts";

const HEADER = "H|\\^&|||Analyser\r", RESULT = "R|1|^^^GLU|5.4|mmol/L\r", END = "L|1|N\r";
const MESSAGE = HEADER + RESULT + END;
const ETB = "\x17";

const trouble = new MitralError("KIT_JOURNAL_FULL", {
  blame: "operator",
  retry: "later",
  says: "Cannot take message: the test says so",
});

interface Stage extends ListenerRig {
  readonly acceptor: FakeAcceptor;
  /** A new connection. */
  dial(): Peer;
}

/** The analyser's end. */
class Peer {
  constructor(readonly line: FakeConnection) {}

  /** Says something, and what has come by then. */
  async say(what: string | Uint8Array): Promise<string> {
    await this.line.write(typeof what === "string" ? latin1(what) : what);
    return await this.heard();
  }

  async heard(): Promise<string> {
    await turns(5);
    return textOf(this.line.takeUnread());
  }

  /** Sends records, each in a frame of its own, up to the last, whose answer is returned. */
  async transfer(...records: readonly string[]): Promise<string> {
    let said = await this.say(ENQ);
    for (const [at, record] of records.entries()) {
      assertEquals(said, ACK);
      said = await this.say(frame((at + 1) % 8, record));
    }
    return said;
  }
}

async function open(
  config: Partial<ConfigInput<typeof listener.config>> = {},
  parts: { readonly memory?: Memory; readonly clock?: FakeClock; readonly intake?: FakeIntake } = {},
): Promise<Stage> {
  const { clock = new FakeClock(), memory = memoryInMemory(), intake = new FakeIntake() } = parts;
  const acceptor = new FakeAcceptor();
  const world = worldWith(clock, { net: fakeNet({ listen: () => Promise.resolve(acceptor) }) });
  const rig = await openListener(listener, { port: 4001, ...config }, { clock, world, memory, intake });
  return { ...rig, acceptor, dial: () => new Peer(acceptor.dial()) };
}

function test(
  sentence: string,
  run: (stage: Stage, peer: Peer) => Promise<void>,
  config: Partial<ConfigInput<typeof listener.config>> = {},
): void {
  Deno.test(`astm listener ${sentence}`, async () => {
    await using stage = await open(config);
    await run(stage, stage.dial());
  });
}

test("takes what stands from H to L, however it is cut into frames", async ({ intake }, peer) => {
  assertEquals(await peer.transfer(HEADER, RESULT, END), ACK);
  assertEquals(await peer.say(EOT), "");
  assertEquals(await peer.say(ENQ), ACK);
  assertEquals(await peer.say(frame(1, MESSAGE.slice(0, 30), ETB)), ACK);
  assertEquals(await peer.say(frame(2, MESSAGE.slice(30, 40), ETB)), ACK);
  assertEquals(await peer.say(frame(3, MESSAGE.slice(40))), ACK);
  assertEquals(intake.texts, [MESSAGE, MESSAGE]);
});

test("takes several messages of one transfer, and numbers that go round", async ({ intake }, peer) => {
  const many = Array.from({ length: 10 }, (_, at) => `R|${at}|^^^GLU|5\r`);
  assertEquals(await peer.transfer(HEADER, ...many, END, HEADER, END), ACK);
  assertEquals(intake.texts, [HEADER + many.join("") + END, HEADER + END]);
});

test("ends a record that lacks its CR where its frame ends it", async ({ intake }, peer) => {
  assertEquals(await peer.transfer(...[HEADER, RESULT, END].map((record) => record.trimEnd())), ACK);
  assertEquals(intake.texts, [MESSAGE]);
});

test(
  "acknowledges the last frame only once the message is taken, and others at once",
  async (stage, peer) => {
    const release = stage.intake.hold();
    assertEquals(await peer.transfer(HEADER, RESULT), ACK);
    assertEquals(await peer.say(frame(3, END)), "");
    release();
    assertEquals(await peer.heard(), ACK);
  },
);

test("asks for the last frame again where the message was not taken", async ({ intake }, peer) => {
  intake.reply = () => failedInSilence(trouble);
  assertEquals(await peer.transfer(HEADER, RESULT, END), NAK);
  intake.reply = accepted;
  assertEquals(await peer.say(frame(3, END)), ACK);
  assertEquals(intake.texts, [MESSAGE, MESSAGE]);
});

test("acknowledges what the channel refused: it is in quarantine", async ({ intake }, peer) => {
  intake.reply = (delivery) => refused(delivery, trouble);
  assertEquals(await peer.transfer(MESSAGE), ACK);
});

test("acknowledges a frame that comes twice, and takes it once", async ({ intake, reports }, peer) => {
  assertEquals(await peer.transfer(HEADER, RESULT), ACK);
  assertEquals(await peer.say(frame(2, RESULT)), ACK);
  assertEquals(await peer.say(frame(3, END)), ACK);
  assertEquals(await peer.say(frame(3, END)), ACK);
  assertEquals(intake.texts, [MESSAGE]);
  assertEquals(reports.count("frameRepeated"), 2);
});

for (
  const [what, broken] of [
    ["with a wrong sum", latin1(textOf(frame(2, RESULT)).replace("5.4", "5.5"))],
    ["with a wrong number", frame(3, RESULT)],
    ["without a number", frame(9, RESULT)],
    ["that lost its ETX", latin1(textOf(frame(2, RESULT)).replace("\x03", ""))],
    ["that is empty", latin1("\x02\r\n")],
    ["longer than textBytesMax", frame(2, "R".repeat(101))],
  ] as const
) {
  test(`asks again for a frame ${what}`, async ({ intake, reports }, peer) => {
    assertEquals(await peer.transfer(HEADER), ACK);
    assertEquals(await peer.say(broken), NAK);
    assertEquals(await peer.say(frame(2, RESULT)), ACK);
    assertEquals(await peer.say(frame(3, END)), ACK);
    assertEquals(intake.texts, [MESSAGE]);
    assertEquals(reports.count("frameRefused"), 1);
  }, { textBytesMax: 100 });
}

test(
  "takes frames without the CR of their end, and what stands between signals for nothing",
  async (stage, peer) => {
    const bare = (bytes: Uint8Array) => textOf(bytes).replace("\r\n", "\n");
    assertEquals(await peer.say(`\0\r\n${ENQ}\r\n`), ACK);
    assertEquals(await peer.say(bare(frame(1, MESSAGE)) + "\r\n\0"), ACK);
    assertEquals(stage.intake.texts, [MESSAGE]);
  },
);

test("refuses the line while the channel takes nothing", async ({ intake }, peer) => {
  intake.close();
  assertEquals(await peer.say(ENQ), NAK);
  intake.open();
  assertEquals(await peer.transfer(MESSAGE), ACK);
});

test("slows an address down to messagesPerSecondMax", async ({ clock, intake }, peer) => {
  assertEquals(await peer.transfer(MESSAGE, MESSAGE), "");
  assertEquals(intake.texts, [MESSAGE]);
  await clock.advance(1_000);
  assertEquals(await peer.heard(), ACK);
  assertEquals(intake.texts, [MESSAGE, MESSAGE]);
}, { messagesPerSecondMax: 1 });

test("hears nothing outside of a transfer", async ({ intake, reports }, peer) => {
  assertEquals(await peer.say(frame(1, MESSAGE)), "");
  assertEquals(await peer.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n" + ACK + NAK + EOT), "");
  assertEquals(intake.received.length + intake.refused.length, 0);
  assert(reports.count("bytesSkipped") > 0 && reports.count("frameSkipped") === 1);
});

for (
  const [endedBy, end] of [
    ["EOT", (peer: Peer) => peer.say(EOT)],
    ["ENQ", (peer: Peer) => peer.say(ENQ)],
    ["disconnection", (peer: Peer) => peer.line.close()],
    ["disconnection", (peer: Peer) => peer.line.reset()],
    ["silence", (_: Peer, { clock }: Stage) => clock.advance(30_000)],
  ] as const
) {
  test(`keeps a message that breaks off by ${endedBy}, and does not take it`, async (stage, peer) => {
    assertEquals(await peer.transfer(HEADER, RESULT), ACK);
    await end(peer, stage);
    await stage.intake.gottenRefused(1);
    const [{ delivery, error }] = stage.intake.refused;
    assertEquals(textOf(delivery.bytes), HEADER + RESULT);
    assertEquals([error.code, error.facts.endedBy], ["ASTM_MESSAGE_UNFINISHED", endedBy]);
    const again = endedBy === "disconnection" ? stage.dial() : peer;
    assertEquals(await again.transfer(MESSAGE), ACK);
    assertEquals(stage.intake.texts, [MESSAGE]);
  });
}

test("gives a frame no more time for coming byte by byte", async ({ clock, intake }, peer) => {
  assertEquals(await peer.transfer(HEADER), ACK);
  for (const byte of frame(2, RESULT)) {
    await clock.advance(2_000);
    await peer.say(Uint8Array.of(byte));
  }
  assertEquals([intake.refused[0].error.facts.endedBy, intake.received.length], ["silence", 0]);
});

test("keeps what is too large, and refuses the rest of its transfer", async ({ intake }, peer) => {
  assertEquals(await peer.transfer(HEADER, RESULT), NAK);
  assertEquals(await peer.say(frame(2, RESULT)), NAK);
  assertEquals(intake.refused.map(({ error }) => error.code), ["ASTM_MESSAGE_TOO_LARGE"]);
  await peer.say(EOT);
  assertEquals(await peer.transfer("H|\r", END), ACK);
}, { messageBytesMax: 20 });

test("says nothing to a peer that has given up, and takes what it repeats for that", async (stage, peer) => {
  const release = stage.intake.hold();
  assertEquals(await peer.transfer(MESSAGE), "");
  await stage.clock.advance(15_000);
  assertEquals(await peer.say(EOT), "");
  assertEquals(await peer.say(ENQ), "", "the line is given before the message is taken");
  release();
  // Had the frame been acknowledged, too, there were two.
  assertEquals(await peer.heard(), ACK);
  assertEquals(await peer.say(frame(1, MESSAGE)), ACK);
  assertEquals(stage.intake.texts, [MESSAGE]);
  assertEquals(stage.reports.count("messageRepeated"), 1);
});

test("knows a message whose acknowledgement was lost on the way", async (stage, peer) => {
  assertEquals(await peer.transfer(MESSAGE), ACK);
  // It has waited for it in vain.
  await stage.clock.advance(15_000);
  await peer.say(EOT);
  assertEquals(await peer.transfer(MESSAGE), ACK);
  await peer.say(EOT);
  assertEquals(stage.intake.texts, [MESSAGE]);
  // This time it was heard: the same again is another message.
  assertEquals(await peer.transfer(MESSAGE), ACK);
  assertEquals(stage.intake.texts, [MESSAGE, MESSAGE]);
});

test("takes the same message twice where the first was acknowledged in time", async ({ intake }, peer) => {
  for (let time = 0; time < 2; time++) {
    assertEquals(await peer.transfer(MESSAGE), ACK);
    await peer.say(EOT);
  }
  assertEquals(intake.texts, [MESSAGE, MESSAGE]);
});

test("takes a message again once repeatMsMax have passed", async ({ clock, intake, dial }, peer) => {
  assertEquals(await peer.transfer(MESSAGE), ACK);
  peer.line.close();
  await clock.advance(60_001);
  assertEquals(await dial().transfer(MESSAGE), ACK);
  assertEquals(intake.texts, [MESSAGE, MESSAGE]);
}, { repeatMsMax: 60_000 });

Deno.test("astm listener knows a repeated message after a restart", async () => {
  const memory = memoryInMemory();
  const clock = new FakeClock();
  {
    await using before = await open({}, { memory, clock });
    assertEquals(await before.dial().transfer(MESSAGE), ACK);
  }
  await using after = await open({}, { memory, clock });
  assertEquals(await after.dial().transfer(MESSAGE), ACK);
  assertEquals(after.intake.received.length, 0);
  assertEquals([...memory.known.values()].some((value) => value.includes("GLU")), false);
});

test("stops within a transfer without waiting for its end", async ({ intake, listening }, peer) => {
  assertEquals(await peer.transfer(HEADER), ACK);
  await listening.stop();
  assertEquals(peer.line.hasEnded, true);
  assertEquals(intake.refused.length, 0);
});

test("closes a connection that is silent between two transfers for idleMsMax", async ({ clock }, peer) => {
  assertEquals(await peer.transfer(MESSAGE), ACK);
  await peer.say(EOT);
  await clock.advance(59_999);
  assertEquals(peer.line.hasEnded, false);
  await clock.advance(1);
  assertEquals(peer.line.hasEnded, true);
}, { idleMsMax: 60_000 });

test("takes each text as a message where it is told so", async ({ intake }, peer) => {
  assertEquals(await peer.transfer("one", "two"), ACK);
  await peer.say(EOT);
  assertEquals(intake.texts, ["one", "two"]);
  assertEquals(intake.refused.length, 0);
}, { messages: "texts" });

Deno.test("astm listener closes where it cannot remember what it took, and has not acknowledged it", async () => {
  const memory = { ...memoryInMemory(), set: () => Promise.reject(new Error("the disk is full")) };
  await using stage = await open({}, { memory });
  const peer = stage.dial();
  assertEquals(await peer.transfer(MESSAGE), "");
  assertEquals([stage.intake.texts, peer.line.hasEnded], [[MESSAGE], true]);
});

Deno.test("astm listener gives a message its key again that a crash kept it from doubting, and another to what is new", async () => {
  const memory = memoryInMemory(), clock = new FakeClock(), intake = new FakeIntake();
  {
    const forgetful = { ...memory, set: () => Promise.reject(new Error("the machine stops")) };
    await using crashed = await open({}, { memory: forgetful, clock, intake });
    assertEquals(await crashed.dial().transfer(MESSAGE), "");
  }
  await using after = await open({}, { memory, clock, intake });
  const peer = after.dial();
  assertEquals(await peer.transfer(MESSAGE), ACK);
  // It has not heard of it; then it goes on with another, and with the first again.
  for (const message of [HEADER + RESULT + RESULT + END, MESSAGE]) {
    await clock.advance(15_000);
    await peer.say(EOT);
    assertEquals(await peer.transfer(message), ACK);
  }
  await peer.say(EOT);
  assertEquals(await peer.transfer(MESSAGE), ACK);
  const keys = intake.received.map(({ key }) => key);
  assertEquals([keys[0] === keys[1], new Set(keys).size, keys.length], [true, 4, 5]);
});

test("gives a message its key again that was kept and not answered for", async ({ intake }, peer) => {
  intake.reply = () => failedInSilence(trouble);
  assertEquals(await peer.transfer(MESSAGE), NAK);
  intake.reply = accepted;
  assertEquals(await peer.say(frame(1, MESSAGE)), ACK);
  assertEquals(intake.received[0].key, intake.received[1].key);
});
