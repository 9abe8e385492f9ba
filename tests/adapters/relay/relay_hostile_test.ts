import { assert, assertEquals, assertNotEquals } from "@std/assert";
import hpke from "../../../actors/envelopes/hpke/mod.ts";
import { decodeFrame, encodeFrame, type Entry } from "../../../adapters/relay/framing/frame.ts";
import type { Parcel } from "../../../runtime/contract/adapter.ts";
import { bindEnvelope, type Statement } from "../../../runtime/contract/envelope.ts";
import { testKeyring } from "../../runtime/trust/gateways.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { settles, turns } from "../../world/turns.ts";
import { CANARY } from "../../contract/payloads.ts";
import { FakeRelay, type StoredFrame } from "./fake_relay.ts";
import { bytesOf, codeOf, never, pair, parcelOf } from "./gateways.ts";
import { newIdentity } from "./relay_identity.ts";

const [us, them, stranger] = [newIdentity(), newIdentity(), newIdentity()];

async function site(listening = {}) {
  const clock = new FakeClock();
  const relay = new FakeRelay(clock, [us, them, stranger]);
  const gateways = await pair({ servers: [relay.url], us, them, clock, listening });
  return {
    ...gateways,
    relay,
    async [Symbol.asyncDispose]() {
      await gateways[Symbol.asyncDispose]();
      await relay[Symbol.asyncDispose]();
    },
  };
}

/** A relay that treats only the first frame of a kind in a special way. */
function once(
  kind: StoredFrame["kind"],
  special: (frame: StoredFrame) => readonly StoredFrame[],
): (frame: StoredFrame) => readonly StoredFrame[] {
  let isDone = false;
  return (frame) => {
    if (frame.kind !== kind || isDone) return [frame];
    isDone = true;
    return special(frame);
  };
}

Deno.test("where a relay drops a message or its receipt, the attempt fails in time, and the next one is taken", async () => {
  for (const kind of ["m", "r"] as const) {
    await using at = await site();
    at.relay.meddle = once(kind, () => []);
    const sending = codeOf(at.send("one"));
    await at.clock.armed(900_000);
    for (let turn = 0; at.relay.sent.length < (kind === "m" ? 1 : 2); turn++) await turns();
    assert(!await settles(sending));
    await at.clock.advance(900_000);
    assertEquals(await sending, "RELAY_RECEIPT_LATE");
    assertEquals(await at.clock.pass(at.send("one"), 5_000), { kind: "accepted" });
  }
});

Deno.test("where a relay doubles frames, a message has one outcome, and one that is under way is not handed over again", async () => {
  await using at = await site();
  at.relay.meddle = (frame) => [frame, frame];
  const parcel = parcelOf("one");
  assertEquals(await at.sending.sender.send(parcel, never), { kind: "accepted" });
  await at.sending.reports.seen("receiptUnmatched");
  assertEquals(at.intake.texts, ["one"]);
  assertEquals(parcel.judged.length, 1);
});

Deno.test("where a relay changes the order of frames, every message has its own receipt", async () => {
  await using at = await site();
  const held: StoredFrame[] = [];
  at.relay.meddle = (frame) => {
    held.push(frame);
    return frame.kind === "r" || held.length === 3 ? held.splice(0).reverse() : [];
  };
  const sendings = [];
  for (const text of ["one", "two", "three"]) {
    sendings.push(at.send(text));
    for (const count = sendings.length; at.relay.sent.length < count && count < 3;) await turns();
  }
  for (const sending of sendings) assertEquals(await sending, { kind: "accepted" });
  assertEquals(at.intake.texts, ["three", "two", "one"]);
});

Deno.test("a receipt that a relay brings from another mailbox is not taken, and the true one is", async () => {
  await using at = await site();
  at.relay.meddle = once("r", (frame) => [{ ...frame, from: stranger.mailbox }, frame]);
  const parcel = parcelOf("one");
  assertEquals(await at.sending.sender.send(parcel, never), { kind: "accepted" });
  assertEquals(parcel.judged.length, 1);
  const { error } = await at.sending.reports.seen("receiptRefused");
  assertEquals(error?.code, "RELAY_RECEIPT_FOREIGN");
});

Deno.test("a receipt for one message that a relay passes off for another's is the judge's to refuse", async () => {
  await using at = await site();
  let last: Uint8Array | undefined;
  at.relay.meddle = (frame) => {
    if (frame.kind === "m") return [frame];
    const entries = decodeFrame(frame.bytes);
    const swapped = entries.map((entry) => ({ ...entry, bytes: last ?? entry.bytes }));
    last = entries[0].bytes;
    return [{ ...frame, bytes: encodeFrame(swapped) }];
  };
  await at.send("one");
  assertEquals(await codeOf(at.send("two, which is longer")), "TEST_RECEIPT_FORGED");
});

Deno.test("frames that a relay has cut, changed or made up are refused once each, and do not keep others from coming", async () => {
  await using at = await site();
  const frame = encodeFrame([entry("good")]);
  const bad = [
    frame.subarray(0, 100),
    new Uint8Array(),
    bytesOf(CANARY.repeat(40)),
    frame.with(0, 9),
    crypto.getRandomValues(new Uint8Array(1_024)),
  ];
  for (const bytes of bad) {
    assertEquals(await at.relay.put({ from: us.mailbox, to: them.mailbox, kind: "m", bytes }), "terminated");
    assertEquals(await at.relay.put({ from: them.mailbox, to: us.mailbox, kind: "r", bytes }), "terminated");
  }
  assertEquals(at.taking.reports.count("frameRefused"), bad.length);
  assertEquals(at.sending.reports.count("frameRefused"), bad.length);
  const said = JSON.stringify([...at.taking.reports.events, ...at.sending.reports.events]);
  assert(!said.includes(CANARY.slice(0, 8)));
  assert(at.taking.reports.events.every(({ error }) => !error || error.code === "RELAY_FRAME_BROKEN"));
  assertEquals(await at.send("one"), { kind: "accepted" });
  assertEquals(at.intake.texts, ["one"]);
});

Deno.test("parts of a message that come in any order, and twice, make it whole", async () => {
  await using at = await site();
  at.relay.own.add(us.mailbox);
  const reference = crypto.getRandomValues(new Uint8Array(16));
  const fates = ["lo", "hel", "lo", "?", "hel"].map((text, index) => {
    const part = [1, 0, 1, 2, 0][index];
    return at.relay.put({
      from: us.mailbox,
      to: them.mailbox,
      kind: "m",
      bytes: encodeFrame([entry(text, { reference, part, parts: 3 })]),
    });
  });
  assertEquals(
    (await Promise.all(fates.slice(0, 4))).join(),
    "acknowledged,acknowledged,acknowledged,acknowledged",
  );
  assertEquals(at.intake.texts, ["hello?"]);
});

Deno.test("parts whose others do not come are dropped in time, and parts that do not fit each other at once", async () => {
  await using at = await site({ partsMsMax: 5_000 });
  const reference = crypto.getRandomValues(new Uint8Array(16));
  const put = (given: Partial<Entry>) =>
    at.relay.put({
      from: us.mailbox,
      to: them.mailbox,
      kind: "m",
      bytes: encodeFrame([entry("part", { reference, ...given })]),
    });
  const first = put({ part: 0, parts: 3 });
  await at.clock.armed(5_000);
  assertEquals(await put({ part: 1, parts: 4 }), "terminated");
  assert(!await settles(first));
  await at.clock.advance(5_000);
  assertEquals(await first, "terminated");
  const codes = at.taking.reports.events.flatMap(({ error }) => error?.code ?? []);
  assertEquals(codes, ["RELAY_FRAME_BROKEN", "RELAY_PARTS_LATE"]);
  assertEquals(at.intake.received.length, 0);
});

Deno.test("a message larger than messageBytesMax is refused before it is whole, and its memory given back", async () => {
  await using at = await site({ messageBytesMax: 10_000 });
  const reference = crypto.getRandomValues(new Uint8Array(16));
  const put = (part: number) =>
    at.relay.put({
      from: us.mailbox,
      to: them.mailbox,
      kind: "m",
      bytes: encodeFrame([entry("x".repeat(6_000), { reference, part, parts: 60_000 })]),
    });
  const first = put(0);
  assertEquals(await put(1), "terminated");
  assertEquals(await first, "terminated");
  const { error } = await at.taking.reports.seen("frameRefused");
  assertEquals(error?.code, "RELAY_MESSAGE_TOO_LARGE");
  assertEquals(await at.send("small"), { kind: "accepted" });
  assertEquals(at.intake.held, 0);
});

Deno.test("what is no NATS, or far too much of it, ends the connection and quotes nothing", async () => {
  for (
    const said of [
      `${CANARY}\r\n`,
      "INFO {}\r\n",
      "INFO nonsense\r\n",
      "INFO " + "x".repeat(17 * 1024 * 1024),
    ]
  ) {
    using server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const serving = (async () => {
      for await (const socket of server) {
        void (async () => {
          const bytes = bytesOf(said);
          for (let at = 0; at < bytes.length;) at += await socket.write(bytes.subarray(at));
          while (await socket.read(new Uint8Array(1_024)) !== null);
        })().catch(() => {}).finally(() => socket.close());
      }
    })();
    const servers = [`nats://127.0.0.1:${server.addr.port}`];
    await using at = await pair({ servers, us, them });
    assertEquals(await codeOf(at.send("one")), "RELAY_GREETING_BROKEN");
    assert(!JSON.stringify(at.sending.reports.events).includes(CANARY.slice(0, 8)));
    server.close();
    await serving;
  }
});

Deno.test("a receipt that somebody else has signed is refused, whatever mailbox it comes from", async () => {
  const clock = new FakeClock(), nowMs = () => clock.nowMs();
  const hospital = bindEnvelope(hpke, { profile: "any" }, await testKeyring("hospital", ["lab"]), { nowMs });
  const lab = bindEnvelope(hpke, { profile: "any" }, await testKeyring("lab", ["hospital"]), { nowMs });
  // Another gateway, which has opened what it was sent.
  const registry = bindEnvelope(hpke, { profile: "any" }, await testKeyring("registry", ["hospital"]), {
    nowMs,
  });
  await using relay = new FakeRelay(clock, [us, them]);
  await using at = await pair({ servers: [relay.url], us, them, clock });
  const payload = bytesOf("MSH|^~\\&|A|B");
  const statement: Statement = {
    id: "m1",
    from: "hospital.example",
    channel: "lab-results",
    epoch: 1,
    sequence: 1,
    issuedAtMs: clock.nowMs(),
    expiresAtMs: clock.nowMs() + 3_600_000,
    contentType: "text/plain",
  };
  const { bytes: sealed } = await hospital.seal(payload, statement, ["lab"]);
  const parcel: Parcel = {
    ...parcelOf(sealed),
    contentType: hospital.contentType,
    judge: (receipt) => hospital.judge(receipt, { statement, payload, to: "lab" }),
  };
  const answerBy = (signer: typeof lab) => async (delivery: { readonly bytes: Uint8Array }) => {
    const opened = await lab.open(delivery.bytes);
    const outcome = { kind: "accepted" } as const;
    return { outcome, answer: await signer.receipt(delivery.bytes, opened, outcome) };
  };
  at.intake.reply = answerBy(registry);
  const forged = await codeOf(at.sending.sender.send(parcel, never));
  assertNotEquals(forged, "no error");
  assert(forged.startsWith("HPKE_RECEIPT_"), forged);
  at.intake.reply = answerBy(lab);
  assertEquals((await at.sending.sender.send(parcel, never)).kind, "accepted");
});

function entry(text: string, given: Partial<Entry> = {}): Entry {
  return {
    reference: crypto.getRandomValues(new Uint8Array(16)),
    part: 0,
    parts: 1,
    contentType: "text/plain",
    bytes: bytesOf(text),
    ...given,
  };
}
