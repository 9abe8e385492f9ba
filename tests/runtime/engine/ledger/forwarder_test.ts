import { assertEquals } from "@std/assert";
import { forgetful } from "../../../../runtime/contract/adapter.ts";
import { ForwardMark } from "../../../../runtime/engine/ledger/forward_mark.ts";
import { limits } from "../../../../runtime/engine/limits.ts";
import { turns } from "../../../world/turns.ts";
import { away, FakeCollector, FakeLedger, forwarding } from "./_forwarding.ts";

Deno.test("a collector gets every entry in order, and those that come later once somebody has written them", async () => {
  await using rig = forwarding();
  const { ledger, collector, clock, forwarder } = rig;
  const names = Array.from({ length: limits.forwardPageMax + 3 }, (_, number) => `p${number}`);
  ledger.add(...names);
  forwarder.start();
  assertEquals(await clock.pass(collector.has(names.length)), names);
  ledger.add("late");
  forwarder.wake();
  assertEquals((await clock.pass(collector.has(names.length + 1))).at(-1), "late");
  const { id, contentType, atMs, sequence } = collector.parcels[2];
  assertEquals({ id, contentType, atMs, sequence }, {
    id: "st-elsewhere-1-2",
    contentType: "application/json",
    atMs: 1_000,
    sequence: 3,
  });
});

Deno.test("a collector that confirms gets nothing twice after a start", async () => {
  const ledger = new FakeLedger();
  ledger.add("one", "two");
  const first = forwarding({ ledger });
  first.forwarder.start();
  await first.clock.pass(first.collector.has(2));
  await first.stop();
  ledger.add("three");
  await using second = forwarding({ ledger });
  second.forwarder.start();
  assertEquals(await second.clock.pass(second.collector.has(1)), ["three"]);
});

Deno.test("a collector that is away gets what came meanwhile when it is back, and none is left out", async () => {
  await using rig = forwarding();
  const { ledger, collector, clock, forwarder, told } = rig;
  ledger.add("one");
  forwarder.start();
  await clock.pass(collector.has(1));
  collector.trouble = away;
  ledger.add("two", "three");
  forwarder.wake();
  await turns();
  await clock.advance(60_000);
  assertEquals(forwarder.state(), {
    by: "kit",
    next: { epoch: 1, number: 1 },
    waitingSinceMs: 1_000,
    trouble: "KIT_COLLECTOR_AWAY",
  });
  collector.trouble = undefined;
  assertEquals(await clock.pass(collector.has(3)), ["one", "two", "three"]);
  await turns();
  assertEquals(forwarder.state(), { by: "kit", next: { epoch: 1, number: 3 } });
  assertEquals(told(), ["auditFailed", "auditRestored"]);
});

Deno.test("what a collector may not have read when its connection is lost is sent again, and nothing before it", async () => {
  await using rig = forwarding({ collector: new FakeCollector(true) });
  const { ledger, collector, clock, forwarder } = rig;
  ledger.add("old");
  forwarder.start();
  await clock.pass(collector.has(1));
  await clock.advance(limits.forwardDoubtMs);
  ledger.add("one", "two");
  forwarder.wake();
  await clock.pass(collector.has(3));
  collector.lose();
  assertEquals(await clock.pass(collector.has(5)), ["old", "one", "two", "one", "two"]);
});

Deno.test("however many were sent, no more are sent again than two machines can hold", async () => {
  const trust = { afterMs: limits.forwardDoubtMs, afterEntries: limits.forwardDoubtEntries };
  const first = { epoch: 1, number: 0 };
  const mark = await ForwardMark.load(forgetful, first, { trust, nowMs: () => 0 });
  const count = limits.forwardDoubtEntries + 5_500;
  for (let number = 1; number <= count; number++) mark.pass({ epoch: 1, number });
  const again = count - mark.kept.number;
  assertEquals(again >= limits.forwardDoubtEntries && again <= limits.forwardDoubtEntries + 1_000, true);
});

Deno.test("after a start a collector that confirms nothing gets the last entries again", async () => {
  const ledger = new FakeLedger();
  ledger.add("one", "two");
  const first = forwarding({ ledger, collector: new FakeCollector(true) });
  first.forwarder.start();
  await first.clock.pass(first.collector.has(2));
  await first.stop();
  await using second = forwarding({ ledger, collector: new FakeCollector(true) });
  second.forwarder.start();
  assertEquals(await second.clock.pass(second.collector.has(2)), ["one", "two"]);
});

Deno.test("a collector gets the rest of a ledger, and then the one that began after a restore", async () => {
  const ledger = new FakeLedger();
  ledger.add("one", "two");
  const first = forwarding({ ledger });
  first.forwarder.start();
  await first.clock.pass(first.collector.has(2));
  await first.stop();
  ledger.add("three");
  ledger.epochs.push([]);
  ledger.add("began");
  await using second = forwarding({ ledger });
  second.forwarder.start();
  assertEquals(await second.clock.pass(second.collector.has(2)), ["three", "began"]);
});

Deno.test("a collector that takes nothing for alarmAfterMs is told about once, and written down", async () => {
  await using rig = forwarding();
  const { ledger, collector, clock, forwarder, events, told } = rig;
  collector.trouble = away;
  ledger.add("one");
  forwarder.start();
  await turns();
  await clock.advance(1_800_000);
  assertEquals(told(), ["auditFailed", "auditAlarmed"]);
  const alarm = events.find((event) => event.name === "auditAlarmed");
  assertEquals(alarm?.name === "auditAlarmed" && alarm.error.code, "FORWARD_COLLECTOR_SILENT");
  assertEquals(ledger.epochs[0].map(({ kind, code }) => [kind, code]), [
    ["started", undefined],
    ["alarm", "FORWARD_COLLECTOR_SILENT"],
  ]);
  collector.trouble = undefined;
  await clock.pass(collector.has(2));
  assertEquals(told(), ["auditFailed", "auditAlarmed", "auditRestored"]);
});

Deno.test("a gateway that stops sends what waits, and what a collector does not take in time after the next start", async () => {
  const ledger = new FakeLedger();
  const first = forwarding({ ledger });
  ledger.add("one");
  first.forwarder.start();
  await first.clock.pass(first.collector.has(1));
  ledger.add("stopped");
  await first.stop();
  assertEquals(first.collector.taken, ["one", "stopped"]);
  const second = forwarding({ ledger });
  second.collector.busy = new Promise(() => {});
  ledger.add("two");
  second.forwarder.start();
  await turns();
  const sinceMs = second.clock.elapsedMs();
  await second.stop();
  assertEquals(second.clock.elapsedMs() - sinceMs, limits.forwardDrainMs);
  await using third = forwarding({ ledger });
  third.forwarder.start();
  assertEquals(await third.clock.pass(third.collector.has(1)), ["two"]);
});

Deno.test("an error nobody expected is told as one, and tried again", async () => {
  await using rig = forwarding();
  const { ledger, collector, clock, forwarder, events } = rig;
  collector.trouble = new TypeError("no");
  ledger.add("one");
  forwarder.start();
  await turns();
  await clock.advance(10_000);
  const failed = events.find((event) => event.name === "auditFailed");
  assertEquals(failed?.name === "auditFailed" && failed.error.message.endsWith("(TypeError)"), true);
  collector.trouble = undefined;
  assertEquals(await clock.pass(collector.has(1)), ["one"]);
});
