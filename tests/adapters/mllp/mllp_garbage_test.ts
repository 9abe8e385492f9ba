/** What comes where a frame should start, and who sends it. */
import { assert, assertEquals } from "@std/assert";
import { failedInSilence } from "../../world/fake_intake.ts";
import { turns } from "../../world/turns.ts";
import { framed, latin1, textOf } from "./mllp_peer.ts";
import { echo, gotten, openServed } from "./mllp_rigs.ts";
import { MitralError } from "../../../runtime/contract/error.ts";

const answered = (text: string) => `\x0b${text}\x1c\r`;

async function openEcho(...[config]: Parameters<typeof openServed>) {
  const rig = await openServed(config);
  echo(rig);
  return rig;
}

Deno.test("mllp keeps bytes between frames with a verdict, and takes the frames around them", async () => {
  await using rig = await openEcho();
  const peer = rig.acceptor.dial();
  await peer.write(latin1("\x0bone\x1c\rhello, \r\n\x0btwo\x1c\r"));
  assertEquals(await gotten(peer), answered("AA one") + answered("AA two"));
  const [{ delivery, error }] = rig.intake.refused;
  assertEquals(textOf(delivery.bytes), "hello, \r\n");
  assertEquals([error.code, error.facts.verdict, error.facts.bytes], ["MLLP_BYTES_STRAY", "bytesStray", 9]);
  assertEquals((await rig.reports.seen("bytesSkipped")).facts?.bytes, 9);
});

Deno.test("mllp keeps bytes in front of the first frame, with what is wrong with them", async () => {
  await using rig = await openEcho();
  const peer = rig.acceptor.dial();
  await peer.write(latin1(`\xef\xbb\xbf${answered("one")}`));
  assertEquals(await gotten(peer), answered("AA one"));
  assertEquals(rig.intake.refused[0].error.facts.verdict, "bomBeforeStart");
});

Deno.test("mllp keeps bytes between frames once a connection, and counts the rest", async () => {
  await using rig = await openEcho();
  const peer = rig.acceptor.dial();
  for (let time = 0; time < 5; time++) await peer.write(latin1(`${answered("one")}junk`));
  await peer.write(framed("two"));
  await gotten(peer);
  assertEquals(rig.intake.texts.length, 6);
  assertEquals(rig.intake.refused.length, 1);
  const counted = rig.reports.events.filter(({ name }) => name === "bytesSkipped");
  assertEquals(counted.reduce((sum, { facts }) => sum + Number(facts?.bytes), 0), 20);
});

Deno.test("mllp keeps bytes that nothing follows once the peer pauses, and goes on", async () => {
  await using rig = await openEcho();
  const peer = rig.acceptor.dial();
  await peer.write(latin1("\x0bone\x1c\rjunk"));
  await turns(5);
  await rig.clock.advance(30_000);
  assertEquals(rig.intake.refused.map(({ delivery }) => textOf(delivery.bytes)), ["junk"]);
  await peer.write(framed("two"));
  assertEquals(await gotten(peer), answered("AA one") + answered("AA two"));
});

Deno.test("mllp refuses a message without its VT in its turn, and takes the next", async () => {
  await using rig = await openEcho();
  const peer = rig.acceptor.dial();
  await peer.write(latin1("\x0bone\x1c\rMSH|two\r\x1c\r\x0bthree\x1c\r"));
  assertEquals(
    await gotten(peer),
    answered("AA one") + answered("refused MLLP_FRAME_START_MISSING") + answered("AA three"),
  );
  const [{ delivery, error }] = rig.intake.refused;
  assertEquals([textOf(delivery.bytes), error.facts.verdict], ["MSH|two\r\x1c\r", "startMissing"]);
});

Deno.test("mllp refuses a frame within a frame in its turn, and takes the next", async () => {
  await using rig = await openEcho();
  const peer = rig.acceptor.dial();
  await peer.write(latin1("\x0bMSH|one\r\x0bMSH|two\r\x1c\r\x0bthree\x1c\r"));
  assertEquals(await gotten(peer), answered("refused MLLP_FRAME_START_REPEATED") + answered("AA three"));
});

for (
  const [speaks, bytes] of [
    ["httpSpoken", "GET /health HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["tlsSpoken", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"],
    ["sshSpoken", "SSH-2.0-x\r\n"],
    ["proxySpoken", "PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n"],
  ]
) {
  Deno.test(`mllp turns a stranger away at once, keeps nothing of it, and gives it no place: ${speaks}`, async () => {
    await using rig = await openEcho({ connectionsMax: 1 });
    const stranger = rig.acceptor.dial();
    await stranger.write(latin1(bytes));
    assertEquals((await rig.reports.seen("strangerTurnedAway")).facts?.speaks, speaks);
    assert(stranger.hasEnded);
    const peer = rig.acceptor.dial();
    await peer.write(framed("one"));
    assertEquals(await gotten(peer), answered("AA one"));
    assertEquals(rig.intake.refused.length, 0);
    assertEquals(rig.reports.count("connectionOpened"), 1);
  });
}

Deno.test("mllp keeps nothing of who never began a frame and said nothing like a message", async () => {
  await using rig = await openEcho();
  for (const end of ["leaves", "stays"]) {
    const scanner = rig.acceptor.dial();
    await scanner.write(latin1("HELP\r\n"));
    if (end === "leaves") scanner.finish();
    await turns(5);
    await rig.clock.advance(30_000);
    assert(scanner.hasEnded);
  }
  const flood = rig.acceptor.dial();
  await flood.write(new Uint8Array(70_000).fill(0x41));
  await turns(5);
  assert(flood.hasEnded);
  assertEquals(rig.reports.count("strangerTurnedAway"), 3);
  assertEquals(rig.intake.refused.length, 0);
});

Deno.test("mllp keeps what looks like a message though no frame was ever begun", async () => {
  await using rig = await openEcho();
  const peer = rig.acceptor.dial();
  await peer.write(latin1("MSH|^~\\&|A\rPID|1\r"));
  peer.finish();
  await rig.intake.gottenRefused(1);
  const [{ delivery, error }] = rig.intake.refused;
  assertEquals([textOf(delivery.bytes), error.facts.verdict], ["MSH|^~\\&|A\rPID|1\r", "startMissing"]);
});

Deno.test("mllp closes a connection that has not begun a frame for startMsMax", async () => {
  await using rig = await openEcho({ startMsMax: 5_000 });
  const [silent, filling, speaking] = [1, 2, 3].map(() => rig.acceptor.dial());
  await speaking.write(framed("one"));
  assertEquals(await gotten(speaking), answered("AA one"));
  await rig.clock.advance(4_000);
  await filling.write(latin1("\r\n"));
  await turns(5);
  await rig.clock.advance(999);
  assert(!silent.hasEnded && !filling.hasEnded);
  await rig.clock.advance(1);
  assert(silent.hasEnded && filling.hasEnded && !speaking.hasEnded);
  assertEquals((await rig.reports.seen("connectionClosed")).facts?.closedBy, "unstarted");
  assertEquals(rig.reports.count("connectionProbed"), 1);
});

Deno.test("mllp does not count the time in which it did not read against startMsMax", async () => {
  await using rig = await openEcho({ startMsMax: 5_000 });
  rig.intake.close();
  const peer = rig.acceptor.dial();
  await turns(5);
  await peer.write(framed("one"));
  await rig.clock.advance(60_000);
  rig.intake.open();
  assertEquals(await gotten(peer), answered("AA one"));
});

Deno.test("mllp closes after bytes that end like a frame where there is nothing to say of them", async () => {
  await using rig = await openEcho();
  const trouble = new MitralError("KIT_NO_FORMAT", { blame: "sender", retry: "never", says: "No message" });
  rig.intake.refusal = () => failedInSilence(trouble);
  const peer = rig.acceptor.dial();
  await peer.write(latin1("hello\x1c\r"));
  await turns(5);
  assert(peer.hasEnded);
});

Deno.test("mllp sends a second answer when it comes, after the first", async () => {
  await using rig = await openServed();
  const later = Promise.withResolvers<{ bytes: Uint8Array; contentType: string } | null>();
  const contentType = "text/plain";
  rig.intake.reply = (delivery) => ({
    outcome: { kind: "accepted" },
    answer: { bytes: latin1(`CA ${textOf(delivery.bytes)}`), contentType },
    ...(textOf(delivery.bytes) === "one" ? { later: later.promise } : {}),
  });
  const peer = rig.acceptor.dial();
  await peer.write(framed("one"));
  assertEquals(await gotten(peer), answered("CA one"));
  await peer.write(framed("two"));
  assertEquals(await gotten(peer), answered("CA two"));
  later.resolve({ bytes: latin1("AA one"), contentType });
  assertEquals(await gotten(peer), answered("AA one"));
});
