import { assert, assertEquals } from "@std/assert";
import { settles, turns } from "../../../world/turns.ts";
import { FakePeer } from "../fake_peer.ts";
import { GatewayRig, step, to } from "../gateway_rig.ts";
import { note } from "../note_format.ts";
import { invoice, paper, paperFormat, recognised } from "./paper_format.ts";

/** Reading takes until the test, or who asked for it, ends it. */
function holdReading(): { letGo(): void; readonly signals: readonly AbortSignal[] } & Disposable {
  const { promise, resolve } = Promise.withResolvers<void>();
  const signals: AbortSignal[] = [];
  recognised.after = (signal) => {
    signals.push(signal);
    return promise;
  };
  return {
    letGo: resolve,
    signals,
    [Symbol.dispose]: () => void (recognised.after = () => Promise.resolve()),
  };
}

const reading = { parse: { spec: paperFormat, config: {} }, review: { below: 0.95, approvals: 1 } };

Deno.test("a stop waits for no document that is being read, nor for those behind it, and loses none", async () => {
  await using rig = new GatewayRig();
  const channel = rig.channel("faxes", [to("billing", new FakePeer())], reading);
  {
    using held = holdReading();
    await rig.open([channel]);
    // More than a link holds: one of them waits for room.
    for (let at = 0; at < 70; at++) await rig.hand("faxes").give(paper(`F${at}`));
    await turns();
    assertEquals(held.signals.length, 1);
    const closed = rig.gateway.close();
    assert(await settles(closed), "it waits for the document");
    assertEquals([held.signals.length, held.signals[0].aborted], [1, true]);
  }
  const gateway = await rig.open([channel]);
  await rig.seen("documentHeld", () => true, 70);
  assertEquals((await gateway.reviews.list({ limit: 100 })).length, 70);
});

Deno.test("a stop waits for what was read, though others are being read", async () => {
  await using rig = new GatewayRig();
  const work = Promise.withResolvers<void>();
  let begun = 0;
  const slow = step("slow", async (message) => {
    begun++;
    await work.promise;
    return message;
  });
  const { review: _, ...unreviewed } = reading;
  const channel = rig.channel("faxes", [to("billing", new FakePeer())], { ...unreviewed, steps: [slow] });
  await rig.open([channel]);
  await rig.hand("faxes").give(paper("F1"));
  while (begun === 0) await turns();
  using _held = holdReading();
  await rig.hand("faxes").give(paper("F2"));
  await turns();
  const closed = rig.gateway.close();
  assert(!await settles(closed));
  work.resolve();
  assert(await settles(closed));
  assertEquals([rig.all("messageProcessed").length, rig.gateway.snapshot().channels[0].work.queued], [1, 1]);
});

Deno.test("channels beside one that reads a long document notice nothing of it, nor does its own reload", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const faxes = rig.channel("faxes", [to("billing", new FakePeer())], reading);
  const lab = rig.channel("lab", [to("ehr", peer)]);
  using held = holdReading();
  const gateway = await rig.open([faxes, lab]);
  await rig.hand("faxes").give(paper("F1", invoice()));
  await rig.hand("lab").give(note({ id: "A" }));
  await peer.took(1);
  assertEquals(held.signals.length, 1);
  const changed = gateway.reloadChannel({ ...faxes, review: { below: 0.5, approvals: 2 } });
  assert(await settles(changed), "the reload waits for the document");
  await turns();
  // Read anew, by the new plan.
  assertEquals(held.signals.map(({ aborted }) => aborted), [true, false]);
  held.letGo();
  await rig.seen("documentHeld");
  assertEquals((await gateway.reviews.list()).map(({ approvalsNeeded }) => approvalsNeeded), [2]);
});
