import { assert, assertEquals, assertMatch } from "@std/assert";
import type { GatewaySnapshot, LineState } from "../../../runtime/engine/events.ts";
import type { SupervisePlan } from "../../../runtime/engine/plan.ts";
import { settles } from "../../world/turns.ts";
import { FakePeer } from "./fake_peer.ts";
import { GatewayRig, step, to } from "./gateway_rig.ts";
import { said } from "./hand_listener.ts";
import { note } from "./note_format.ts";

const supervise: SupervisePlan = {
  restartsMax: 4,
  withinMs: 60_000,
  crashesMax: 3,
  backoffMs: 10,
  backoffMsMax: 1000,
};
const names = (count: number) => Array.from({ length: count }, (_, at) => `N${at}`);

function workOf(snapshot: GatewaySnapshot, channel = 0): LineState {
  return snapshot.channels[channel].work;
}

Deno.test("a stage that crashes restarts alone after its backoff; nothing is lost, reordered or sent twice", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  let seen = 0, restarted = 0;
  const before = step("before", (message) => {
    seen++;
    return message;
  });
  const crashing = step("crashing", async (message) => {
    await Promise.resolve();
    if (message.body.parts[0] === "N7" && ++restarted < 3) throw new TypeError("secret of a patient");
    return message;
  });
  await rig.open([rig.channel("lab", [to("ehr", peer)], { steps: [before, crashing], supervise })]);
  const replies = await Promise.all(names(20).map((id) => rig.hand().give(note({ id }))));
  assert(replies.every((reply) => reply.outcome.kind === "accepted"));
  const first = await rig.seen("stageCrashed");
  assertEquals([first.channel, first.stage], ["lab", "crashing"]);
  assertMatch(first.cause, /^TypeError at .*supervision_test\.ts:\d+:\d+$/);
  assert(first.againInMs >= 5 && first.againInMs <= 10);
  const waiting = workOf(rig.gateway.snapshot());
  assertEquals(waiting.condition, "running");
  assertEquals(waiting.stages.map(({ name, condition }) => [name, condition]), [
    ["parse", "running"],
    ["before", "running"],
    ["crashing", "restarting"],
    ["to ehr", "running"],
    ["commit", "running"],
  ]);
  assertEquals(waiting.stages[2].waiting, 13);
  await rig.clock.pass(peer.took(20));
  assertEquals(peer.taken, names(20));
  assertEquals(seen, 20);
  assertEquals(rig.all("stageCrashed").length, 2);
  assertEquals(rig.all("lineRestarted"), []);
});

Deno.test("a line whose stage spends its budget restarts from the journal and does its work", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  let opened = 0, broken = true;
  const fragile = step("fragile", (message) => message);
  const prepared = {
    ...fragile,
    spec: {
      ...fragile.spec,
      prepare: () => {
        opened++;
        if (broken) throw new TypeError("no table yet");
      },
    },
  };
  await rig.open([rig.channel("lab", [to("ehr", peer)], { steps: [prepared], supervise })]);
  for (const id of names(5)) await rig.hand().give(note({ id }));
  const { againInMs } = await rig.clock.pass(rig.seen("lineRestarted"));
  assert(againInMs > 0);
  assertEquals(opened, 1 + supervise.restartsMax);
  assertEquals(workOf(rig.gateway.snapshot()).condition, "restarting");
  broken = false;
  await rig.clock.pass(peer.took(5));
  assertEquals(peer.taken, names(5));
  assertEquals([workOf(rig.gateway.snapshot()).condition, workOf(rig.gateway.snapshot()).restarts], [
    "running",
    1,
  ]);
});

Deno.test("a line that restarts while a commit is under way processes no message twice", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const crash = Promise.withResolvers<never>();
  const worked: string[] = [];
  const crashing = step("crashing", async (message) => {
    const [id] = message.body.parts;
    worked.push(id);
    if (id === "B" && worked.length === 2) await crash.promise;
    return message;
  });
  const spent = { ...supervise, restartsMax: 0 };
  const channel = rig.channel("lab", [to("ehr", peer)], { steps: [crashing], supervise: spent });
  await rig.open([channel]);
  const letGo = rig.store.hold(({ op }) => op === "process");
  await Promise.all(["A", "B"].map((id) => rig.hand().give(note({ id }))));
  await rig.store.asked(({ op }) => op === "process");
  crash.reject(new TypeError("crash"));
  await rig.seen("lineHalted");
  await rig.gateway.stopChannel("lab");
  await rig.gateway.startChannel("lab");
  await rig.seen("channelStarted", () => true, 2);
  letGo();
  await rig.seen("messageDelivered", () => true, 2);
  assertEquals(worked, ["A", "B", "B"]);
  assertEquals(peer.taken, ["A", "B"]);
  const { journal, channels } = rig.gateway.snapshot();
  assertEquals([journal.pending, journal.pendingBytes, channels[0].destinations.ehr.queued], [0, 0, 0]);
});

Deno.test("a message that crashes its stage crashesMax times is in quarantine, and the others flow", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const poisoned = step("poisoned", (message) => {
    if (message.body.parts[0] === "N3") throw new TypeError("crash");
    return message;
  });
  const channel = rig.channel("lab", [to("ehr", peer)], {
    steps: [poisoned],
    supervise,
    acknowledge: "processed",
  });
  await rig.open([channel]);
  const replies = names(6).map((id) => rig.hand().give(note({ id })));
  await rig.clock.pass(peer.took(5));
  assertEquals(peer.taken, ["N0", "N1", "N2", "N4", "N5"]);
  assertEquals(said(await replies[3]), "N3|AE|ENGINE_MESSAGE_POISONED");
  const { error } = await rig.seen("messageQuarantined");
  assertEquals([error.code, error.facts.stage, error.facts.crashes], [
    "ENGINE_MESSAGE_POISONED",
    "poisoned",
    3,
  ]);
  assertEquals(rig.all("stageCrashed").length, 3);
  const [kept] = await rig.gateway.archive.list({ state: "quarantined" });
  assertEquals([kept.controlId, kept.trouble?.code], ["N3", "ENGINE_MESSAGE_POISONED"]);
});

Deno.test("a delivery that crashes its sender crashesMax times is in quarantine, and the others go out", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  peer.conduct = (parcel) => {
    if (new TextDecoder().decode(parcel.bytes).startsWith("N1|")) throw new RangeError("a bug in the sender");
    return peer.take(parcel);
  };
  await rig.open([rig.channel("lab", [to("ehr", peer)], { supervise })]);
  for (const id of names(4)) await rig.hand().give(note({ id }));
  await rig.clock.pass(peer.took(3));
  assertEquals(peer.taken, ["N0", "N2", "N3"]);
  const { error, destination } = await rig.seen("messageQuarantined");
  assertEquals([error.code, destination], ["ENGINE_MESSAGE_POISONED", "ehr"]);
  assertEquals(peer.opened, 4);
  assertEquals(peer.closed, 3);
});

/** A channel whose work line halts at once. */
async function halted(rig: GatewayRig) {
  const peer = new FakePeer();
  const state = { broken: true };
  const fragile = step("fragile", (message) => message);
  const steps = [{
    ...fragile,
    spec: {
      ...fragile.spec,
      prepare: () => {
        if (state.broken) throw new TypeError("broken");
      },
    },
  }];
  await rig.open([rig.channel("lab", [to("ehr", peer)], { steps, supervise })]);
  return { peer, state };
}

Deno.test("a work line whose budget is spent halts: visible, alerting, and its listener is told to stop reading", async () => {
  await using rig = new GatewayRig();
  await halted(rig);
  await rig.hand().give(note({ id: "A" }));
  const { error, destination } = await rig.clock.pass(rig.seen("lineHalted"));
  assertEquals([error.code, destination], ["ENGINE_LINE_HALTED", undefined]);
  assertEquals(rig.all("lineRestarted").length, supervise.restartsMax);
  const [channel] = rig.gateway.snapshot().channels;
  assertEquals([channel.condition, channel.isOpen, channel.work.condition], ["halted", false, "halted"]);
  assertEquals([channel.work.trouble, channel.work.queued], ["ENGINE_LINE_HALTED", 1]);
  assert(!rig.gateway.snapshot().ready);
  assertEquals((await rig.seen("intakeClosed")).reason, "halted");
  assert(!await settles(rig.hand().intake!.opened(new AbortController().signal)));
});

Deno.test("a halted channel lives again after it was stopped and started, with all it had", async () => {
  await using rig = new GatewayRig();
  const { peer, state } = await halted(rig);
  await rig.hand().give(note({ id: "A" }));
  await rig.clock.pass(rig.seen("lineHalted"));
  state.broken = false;
  await rig.gateway.stopChannel("lab");
  await rig.gateway.startChannel("lab");
  assert(rig.hand().intake!.isOpen);
  assertMatch(said(await rig.hand().give(note({ id: "B" }))), /^B\|AA\|/);
  await peer.took(2);
  assertEquals(peer.taken, ["A", "B"]);
  assert(rig.gateway.snapshot().ready);
});

Deno.test("a channel that was halted and is still broken gets its whole budget again", async () => {
  await using rig = new GatewayRig();
  await halted(rig);
  await rig.clock.pass(rig.seen("lineHalted"));
  await rig.gateway.stopChannel("lab");
  await rig.gateway.startChannel("lab");
  await rig.clock.pass(rig.seen("lineHalted", () => true, 2));
  assertEquals(rig.all("lineRestarted").length, 2 * supervise.restartsMax);
});

Deno.test("a delivery line whose budget is spent halts alone: its queue stays, the other destination goes on", async () => {
  await using rig = new GatewayRig();
  const [bad, good] = [new FakePeer(), new FakePeer()];
  let broken = true;
  const spec = {
    ...bad.spec,
    open: (tools: Parameters<typeof bad.spec.open>[0]) => {
      if (broken) throw new TypeError("cannot open");
      return bad.spec.open(tools);
    },
  };
  const channel = rig.channel("lab", [
    to("bad", bad, { send: { spec, config: {} } }),
    to("good", good),
  ], { supervise });
  await rig.open([channel]);
  const { destination, error } = await rig.clock.pass(rig.seen("lineHalted"));
  assertEquals([destination, error.code], ["bad", "ENGINE_LINE_HALTED"]);
  for (const id of names(5)) await rig.hand().give(note({ id }));
  await rig.seen("messageDelivered", () => true, 5);
  const [{ condition, isOpen, destinations }] = rig.gateway.snapshot().channels;
  assertEquals([condition, isOpen], ["running", true]);
  assertEquals([destinations.bad.condition, destinations.bad.queued], ["halted", 5]);
  assertEquals([destinations.good.condition, destinations.good.queued], ["running", 0]);
  broken = false;
  await rig.gateway.stopChannel("lab");
  await rig.gateway.startChannel("lab");
  await bad.took(5);
  assertEquals(bad.taken, names(5));
  assertEquals(good.taken, names(5));
});

Deno.test("a transformer's result that comes after its life has ended is nobody's", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const late = Promise.withResolvers<void>();
  const signals: AbortSignal[] = [];
  const slow = step("slow", async (message, signal) => {
    signals.push(signal);
    if (signals.length === 1) {
      await late.promise;
      return message.derive({ body: message.body.saying("late") });
    }
    return message.derive({ body: message.body.saying("in time") });
  });
  const channel = rig.channel("lab", [to("ehr", peer)], { steps: [slow], supervise });
  await rig.open([channel], { drainMsMax: 100 });
  await rig.hand().give(note({ id: "A" }));
  while (signals.length === 0) await settles(late.promise, 1);
  await rig.clock.pass(rig.gateway.stopChannel("lab"));
  assert(signals[0].aborted);
  await rig.gateway.startChannel("lab");
  await peer.took(1);
  late.resolve();
  await rig.hand().give(note({ id: "B" }));
  await peer.took(2);
  assertEquals(peer.attempts.map(({ bytes }) => new TextDecoder().decode(bytes)), [
    "A|A|S|message|in time",
    "B|B|S|message|in time",
  ]);
});

Deno.test("a channel stops at once while its line waits for its next restart", async () => {
  await using rig = new GatewayRig();
  await halted(rig);
  await rig.hand().give(note({ id: "A" }));
  await rig.clock.pass(rig.seen("lineRestarted"));
  await rig.gateway.stopChannel("lab");
  assertEquals(workOf(rig.gateway.snapshot()).condition, "stopped");
});

Deno.test("to start a channel starts a line of it that halted", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  let broken = true;
  const plain = step("late", (message) => message);
  const prepare = () => {
    if (broken) throw new TypeError("no table");
  };
  const late = { ...plain, spec: { ...plain.spec, prepare } };
  await rig.open([rig.channel("lab", [to("ehr", peer)], { steps: [late] })]);
  await rig.clock.pass(rig.seen("lineHalted"));
  broken = false;
  await rig.gateway.startChannel("lab");
  assertEquals(rig.gateway.snapshot().channels[0].condition, "running");
  await rig.hand().give(note({ id: "A" }));
  await peer.took(1);
});
