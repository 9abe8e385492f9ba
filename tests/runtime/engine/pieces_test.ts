import { assertEquals } from "@std/assert";
import { settles, turns } from "../../world/turns.ts";
import { casesOf, corpusTest } from "../../actors/formats/hl7v2/_corpus.ts";
import { GatewayRig } from "./gateway_rig.ts";
import { acknowledged, hl7, hl7Channel, Hl7Peer, textOf } from "./hl7_peer.ts";

/** Fragments A, B and C of one message, and what they are together. */
function fragmentsOf(name: string, sender = "S|F", conditions = "|") {
  const head = (id: string, pointer: string) =>
    `MSH|^~\\&|${sender}|R|RF|2024||ORU^R01|${name}${id}|P|2.5||${pointer}|${conditions}\n`;
  const segments = [`PID|1||4711\nOBX|1|ST||fi`, "rst\nNTE|1\n", "OBX|2\n"];
  return {
    a: hl7(`${head("1", "")}${segments[0]}\nADD\nDSC|${name}x|F\n`),
    b: hl7(`${head("2", `${name}x`)}ADD|${segments[1]}DSC|${name}y|F\n`),
    c: hl7(`${head("3", `${name}y`)}${segments[2]}`),
    whole: head("1", "") + segments.join(""),
  };
}

const WAIT_MS = 600_000;

Deno.test("a message in pieces goes on as one, and each piece is acknowledged by itself", async () => {
  await using rig = new GatewayRig();
  const peer = new Hl7Peer();
  await rig.open([hl7Channel(rig, peer)]);
  const { a, b, c, whole } = fragmentsOf("M");
  const answers = [];
  for (const piece of [a, b]) answers.push(acknowledged(await rig.hand().give(piece)));
  await turns(3);
  assertEquals(peer.taken, []);
  assertEquals(rig.gateway.snapshot().channels[0].work.gathering, 2);
  answers.push(acknowledged(await rig.hand().give(c)));
  assertEquals(answers, ["AA M1", "AA M2", "AA M3"]);
  await rig.seen("messageDelivered");
  assertEquals(peer.taken, [whole]);
  const { journal, channels } = rig.gateway.snapshot();
  assertEquals([journal.pending, journal.pendingBytes, channels[0].work.gathering], [0, 0, 0]);
  const { id } = await rig.seen("piecesJoined");
  const records = await rig.gateway.archive.list({});
  assertEquals(records.map(({ controlId, state, whole }) => [controlId, state, whole]), [
    ["M1", "processed", undefined],
    ["M3", "processed", id],
    ["M2", "processed", id],
    ["M1", "processed", id],
  ]);
  const shown = await rig.gateway.archive.show(id);
  assertEquals(shown?.history.map(({ event }) => event), ["received", "joined from 3 pieces", "delivered"]);
});

Deno.test("pieces come in any order, and between those of another sender", async () => {
  await using rig = new GatewayRig();
  const peer = new Hl7Peer();
  await rig.open([hl7Channel(rig, peer)]);
  const first = fragmentsOf("F"), one = fragmentsOf("M"), other = fragmentsOf("M", "OTHER|F");
  for (const piece of [first.a, first.b, first.c]) await rig.hand().give(piece);
  await rig.seen("messageDelivered");
  const timers = rig.clock.waiting;
  for (const piece of [one.c, other.a, one.a, other.b, other.c, one.b]) await rig.hand().give(piece);
  await rig.seen("messageDelivered", () => true, 3);
  assertEquals(rig.clock.waiting, timers, "a timer is left behind");
  assertEquals(peer.taken, [first.whole, other.whole, one.whole]);
});

Deno.test("what may be a whole message is one, unless the piece before it waits", async () => {
  await using rig = new GatewayRig();
  const peer = new Hl7Peer();
  await rig.open([hl7Channel(rig, peer)]);
  const message = (id: string, pointer: string, end = "") =>
    `MSH|^~\\&|S|F|R|RF|2024||ORU^R01|${id}|P|2.5||${pointer}|\nPID|1||4711\nOBX|1\n${end}`;
  const [filled, again] = [message("M1", "own use"), message("M2", "own use")];
  for (const each of [filled, again]) assertEquals(acknowledged(await rig.hand().give(hl7(each)))[0], "A");
  await rig.seen("messageDelivered", () => true, 2);
  assertEquals(peer.taken, [filled, again]);
  await rig.hand().give(hl7(message("M3", "", "DSC|x|F\n")));
  await rig.hand().give(hl7(message("M4", "x")));
  await rig.seen("messageDelivered", () => true, 3);
  assertEquals(peer.taken[2], message("M3", "") + "PID|1||4711\nOBX|1\n");
});

Deno.test("a message whose piece is missing is never delivered: what there is of it goes into quarantine", async () => {
  await using rig = new GatewayRig();
  const peer = new Hl7Peer();
  await rig.open([hl7Channel(rig, peer)]);
  const { a, b, c, whole } = fragmentsOf("M");
  await rig.hand().give(a);
  await rig.clock.advance(WAIT_MS - 1);
  await rig.hand().give(b);
  await rig.clock.advance(WAIT_MS - 1);
  assertEquals(rig.all("messageQuarantined").length, 0, "each piece begins the wait anew");
  await rig.clock.advance(1);
  await rig.seen("messageQuarantined", ({ error }) => error.code === "ENGINE_PIECES_INCOMPLETE", 2);
  assertEquals([peer.taken, rig.gateway.snapshot().journal.pendingBytes], [[], 0]);

  // The last comes late, and a person puts the others back.
  await rig.hand().give(c);
  for (const { id } of await rig.gateway.archive.list({ state: "quarantined" })) await rig.gateway.replay(id);
  await rig.seen("messageDelivered");
  assertEquals([peer.taken, rig.gateway.snapshot().journal], [[whole], {
    condition: "open",
    pending: 0,
    pendingBytes: 0,
  }]);
});

Deno.test("a piece that comes again is answered, and waits once", async () => {
  await using rig = new GatewayRig();
  const peer = new Hl7Peer();
  await rig.open([hl7Channel(rig, peer, {}, {
    duplicates: { answer: "never", windowMs: 0, reused: "deliver" },
  })]);
  const { a, b, c, whole } = fragmentsOf("M");
  for (const piece of [a, a, b, a, b, c, c, a]) {
    assertEquals(acknowledged(await rig.hand().give(piece)).slice(0, 2), "AA");
  }
  await rig.seen("messageDelivered");
  await turns(3);
  assertEquals([peer.taken, rig.all("messageRepeated").length], [[whole], 5]);
});

Deno.test("a piece in the place of another that waits is refused, and kept", async () => {
  await using rig = new GatewayRig();
  const peer = new Hl7Peer();
  await rig.open([hl7Channel(rig, peer)]);
  const { a, b, c, whole } = fragmentsOf("M");
  await rig.hand().give(a);
  const twin = hl7("MSH|^~\\&|S|F|R|RF|2024||ORU^R01|T|P|2.5\nPID|2\nDSC|Mx|F\n");
  assertEquals(acknowledged(await rig.hand().give(twin)), "AE T");
  for (const piece of [b, c]) await rig.hand().give(piece);
  await rig.seen("messageDelivered");
  assertEquals([peer.taken, rig.gateway.snapshot().journal.pending], [[whole], 0]);
  const [kept] = await rig.gateway.archive.list({ state: "quarantined" });
  assertEquals([kept.controlId, kept.trouble?.code], ["T", "ENGINE_PIECE_MISPLACED"]);
});

Deno.test("pieces that make no message are in quarantine, and the last of them is refused", async () => {
  await using rig = new GatewayRig();
  const peer = new Hl7Peer();
  await rig.open([hl7Channel(rig, peer)]);
  const { a, c } = fragmentsOf("M");
  await rig.hand().give(a);
  // As if B had not been there: C follows a segment that was cut, and does not begin with its rest.
  const wrong = hl7(new TextDecoder().decode(c).replaceAll("\r", "\n").replace("|My|", "|Mx|"));
  assertEquals(acknowledged(await rig.hand().give(wrong)), "AE M3");
  const codes = (await rig.gateway.archive.list({ state: "quarantined" })).map(({ trouble }) =>
    trouble?.code
  );
  assertEquals(codes, ["HL7V2_ADDENDUM_MISSING", "HL7V2_ADDENDUM_MISSING"]);
  assertEquals([peer.taken, rig.gateway.snapshot().journal.pendingBytes], [[], 0]);
});

Deno.test("pieces that are too large together are in quarantine", async () => {
  await using rig = new GatewayRig();
  const peer = new Hl7Peer();
  await rig.open([hl7Channel(rig, peer, {}, { messageBytesMax: 150 })]);
  const { a, b, c } = fragmentsOf("M");
  const answers = [];
  for (const piece of [a, b, c]) answers.push(acknowledged(await rig.hand().give(piece)));
  assertEquals(answers, ["AA M1", "AA M2", "AE M3"]);
  const { error } = await rig.seen("messageQuarantined");
  assertEquals(error.code, "ENGINE_MESSAGE_TOO_LARGE");
});

Deno.test("at acknowledge: delivered the piece that completes a message waits for what becomes of it", async () => {
  await using rig = new GatewayRig();
  const peer = new Hl7Peer();
  const release = peer.hold();
  await rig.open([hl7Channel(rig, peer, {}, { acknowledge: "delivered" })]);
  const { a, b, c } = fragmentsOf("M");
  for (const piece of [c, a]) await rig.hand().give(piece);
  const last = rig.hand().give(b);
  await peer.tried(1);
  const again = rig.hand().give(b);
  assertEquals(await settles(last), false);
  peer.conduct = () => ({ kind: "accepted" });
  release();
  peer.conduct = () => ({ kind: "accepted" });
  assertEquals(await rig.clock.pass(Promise.all([last, again]).then((all) => all.map(acknowledged))), [
    "AA M2",
    "AA M2",
  ]);
});

Deno.test("an application acknowledgment names the first piece, in enhanced mode on the same way", async () => {
  await using rig = new GatewayRig();
  const peer = new Hl7Peer();
  await rig.open([hl7Channel(rig, peer, {}, { acknowledge: "delivered" })]);
  const { a, b, c } = fragmentsOf("M", "S|F", "|AL");
  const answers = [];
  for (const piece of [a, b, c]) answers.push(acknowledged(await rig.hand().give(piece)));
  assertEquals(answers, ["AA M1", "AA M2", "AA M1"]);
});

Deno.test("in enhanced mode each piece is taken for itself, and the second answer names the first", async () => {
  await using rig = new GatewayRig();
  const peer = new Hl7Peer();
  await rig.open([hl7Channel(rig, peer, {}, { acknowledge: "delivered", applicationAcknowledge: "here" })]);
  const { a, b, c } = fragmentsOf("M", "S|F", "AL|AL");
  const said: string[] = [];
  for (const piece of [a, b, c]) {
    const reply = await rig.hand().give(piece);
    said.push(acknowledged(reply));
    const second = await reply.later;
    if (second) said.push(acknowledged({ ...reply, answer: second }));
  }
  assertEquals(said, ["CA M1", "CA M2", "CA M3", "AA M1"]);
});

Deno.test("where fragments are not waited for, each goes on by itself, also those that waited", async () => {
  await using rig = new GatewayRig();
  const peer = new Hl7Peer();
  await rig.open([hl7Channel(rig, peer)]);
  const { a, b } = fragmentsOf("M");
  await rig.hand().give(a);
  await rig.gateway.reloadChannel(hl7Channel(rig, peer, { continuationMsMax: 0 }));
  await rig.hand().give(b);
  await rig.seen("messageDelivered", () => true, 2);
  assertEquals(peer.taken, [textOf(a), textOf(b)]);
  assertEquals(rig.gateway.snapshot().journal, { condition: "open", pending: 0, pendingBytes: 0 });
});

Deno.test("a message that was given up for want of a piece is put together when all of it comes again", async () => {
  await using rig = new GatewayRig();
  const peer = new Hl7Peer();
  await rig.open([hl7Channel(rig, peer, { continuationMsMax: 60_000 })]);
  const { a, b, c, whole } = fragmentsOf("M");
  for (const piece of [a, b]) await rig.hand().give(piece);
  await rig.clock.advance(60_000);
  await rig.seen("messageQuarantined", () => true, 2);
  const answers = [];
  for (const piece of [a, b, c]) answers.push(acknowledged(await rig.hand().give(piece)));
  assertEquals(answers, ["AA M1", "AA M2", "AA M3"]);
  await rig.seen("messageDelivered");
  assertEquals([peer.taken, rig.all("messageRepeated")], [[whole], []]);
});

Deno.test("a piece that was refused as it came is a piece still when it is replayed", async () => {
  await using rig = new GatewayRig();
  const peer = new Hl7Peer();
  await rig.open([hl7Channel(rig, peer, { sequenceNumbers: true })]);
  const { a, b, c, whole } = fragmentsOf("M");
  await rig.hand().give(hl7("MSH|^~\\&|S|F|R|RF|2024||ADT^A01|M0|P|2.5|1\nPID|1\n"));
  const numbered = hl7(textOf(a).replace("|2.5||", "|2.5|9|"));
  assertEquals(acknowledged(await rig.hand().give(numbered)), "AE M1 2");
  const { id } = await rig.seen("messageQuarantined");
  await rig.gateway.replay(id);
  assertEquals(rig.gateway.snapshot().channels[0].work.gathering, 1);
  for (const piece of [b, c]) await rig.hand().give(piece);
  await rig.seen("messageDelivered", () => true, 2);
  assertEquals(peer.taken[1], whole.replace("|2.5||", "|2.5|9|"));
});

Deno.test("a whole message that was refused goes on when it is replayed, whatever it has in the place of a pointer", async () => {
  await using rig = new GatewayRig();
  const peer = new Hl7Peer();
  await rig.open([hl7Channel(rig, peer, { sequenceNumbers: true })]);
  const text = (number: number) =>
    `MSH|^~\\&|S|F|R|RF|2024||ADT^A08|M${number}|P|2.5|${number}|ward\nPID|1||4711\n`;
  for (const number of [1, 9]) await rig.hand().give(hl7(text(number)));
  await rig.gateway.replay((await rig.seen("messageQuarantined")).id);
  await rig.seen("messageDelivered", () => true, 2);
  assertEquals(peer.taken, [text(1), text(9)]);
});

Deno.test("a message is put together once though its channel starts anew meanwhile", async () => {
  await using rig = new GatewayRig();
  const peer = new Hl7Peer();
  await rig.open([hl7Channel(rig, peer)]);
  const { a, b, c, whole } = fragmentsOf("M");
  for (const piece of [a, b]) await rig.hand().give(piece);
  const letGo = rig.store.hold(({ op }) => op === "joinPieces");
  const last = rig.hand().give(c);
  await rig.store.asked(({ op }) => op === "joinPieces");
  await rig.clock.pass(rig.gateway.stopChannel("lab"));
  const starting = rig.gateway.startChannel("lab");
  await turns(10);
  letGo();
  await starting;
  assertEquals(acknowledged(await last), "AA M3");
  await rig.seen("messageDelivered");
  await turns(10);
  const { journal, channels } = rig.gateway.snapshot();
  assertEquals([peer.taken, journal.pendingBytes, channels[0].work.gathering], [[whole], 0, 0]);
});

Deno.test("what is given behind the last piece of a message comes behind that message, in a batch, too", async () => {
  for (const isBatch of [false, true]) {
    await using rig = new GatewayRig();
    const peer = new Hl7Peer();
    await rig.open([hl7Channel(rig, peer)]);
    const { a, b, c, whole } = fragmentsOf("M");
    const next = "MSH|^~\\&|S|F|R|RF|2024||ADT^A08|next|P|2.5\nPID|1||4711\n";
    const all = [a, b, c, hl7(next)];
    const given = isBatch ? [hl7(`BHS|^~\\&\n${all.map(textOf).join("")}BTS|4\n`)] : all;
    await Promise.all(given.map((each) => rig.hand().give(each)));
    await rig.seen("messageDelivered", () => true, 2);
    assertEquals(peer.taken, [whole, next]);
  }
});

corpusTest("a message of the corpus that lacks a fragment times out into quarantine", async () => {
  for (const { kind, messages } of casesOf<{ kind: string; messages: string[] }>("continuation")) {
    if (kind !== "missing-fragment") continue;
    await using rig = new GatewayRig();
    const peer = new Hl7Peer();
    await rig.open([hl7Channel(rig, peer)]);
    for (const text of messages) await rig.hand().give(new TextEncoder().encode(text));
    await rig.clock.advance(WAIT_MS);
    await rig.seen("messageQuarantined", () => true, messages.length);
    assertEquals(peer.taken, []);
  }
});
