import { assert, assertEquals } from "@std/assert";
import { MitralError } from "../../../runtime/contract/error.ts";
import { hasPaths, type PathBody } from "../../../runtime/contract/message.ts";
import { limits } from "../../../runtime/engine/limits.ts";
import type { ActPlan, EachPlan } from "../../../runtime/engine/plan.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { turns } from "../../world/turns.ts";
import { FakePeer, refusal } from "./fake_peer.ts";
import { GatewayRig, step, to } from "./gateway_rig.ts";
import { said } from "./hand_listener.ts";
import { note, NoteBody } from "./note_format.ts";

const decoder = new TextDecoder();
const texts = (peer: FakePeer) => peer.attempts.map(({ bytes }) => decoder.decode(bytes).split("|")[4]);
const keysOf = (peer: FakePeer) => peer.attempts.map(({ bytes }) => decoder.decode(bytes).split("|")[1]);

/** A condition: the text is this. */
const says = (text: string): ActPlan =>
  step("condition", (message) => message.body.get("text") === text ? message : null);

/** A loop over the keys of a note. */
const eachKey = (...steps: EachPlan["steps"]): EachPlan => ({ label: "for each keys", each: "keys", steps });

const act = (label: string, change: (value: string) => string | undefined) =>
  step(label, (message) => {
    const { body } = message;
    const value = change(body.get("@") ?? "");
    return message.derive({ body: value === undefined ? body.without("@") : body.with("@", value) });
  });

Deno.test("a step with a condition leaves messages that do not meet it as they are", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const loud = step("loud", (message) => message.derive({ body: message.body.saying("LOUD") }));
  await rig.open([rig.channel("lab", [to("ehr", peer)], { steps: [{ ...loud, when: says("loud") }] })]);
  await rig.hand().give(note({ id: "A", text: "loud" }));
  await rig.hand().give(note({ id: "B", text: "quiet" }));
  await peer.took(2);
  assertEquals(texts(peer), ["LOUD", "quiet"]);
});

Deno.test("a loop does its steps at each place, with paths relative to it", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const steps = [eachKey(act("upper", (key) => key.toUpperCase()), act("mark", (key) => `${key}!`))];
  await rig.open([rig.channel("lab", [to("ehr", peer)], { steps })]);
  await rig.hand().give(note({ id: "A", keys: ["a", "b", "c"] }));
  await peer.took(1);
  assertEquals(keysOf(peer), ["A!,B!,C!"]);
});

Deno.test("a loop that deletes what it stands at leaves none out and does none twice", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const seen: string[] = [];
  const steps = [eachKey(act("drop", (key) => {
    seen.push(key);
    return key.startsWith("x") ? undefined : key;
  }))];
  await rig.open([rig.channel("lab", [to("ehr", peer)], { steps })]);
  await rig.hand().give(note({ id: "A", keys: ["x1", "x2", "a", "x3", "b"] }));
  await peer.took(1);
  assertEquals([keysOf(peer), seen], [["a,b"], ["x1", "x2", "a", "x3", "b"]]);
});

Deno.test("a loop looks for its places once, unless a round takes away more than the one it stood at", async () => {
  const looks = async (round: (body: PathBody) => PathBody) => {
    let count = 0;
    class Watched extends NoteBody {
      override places(path: string): readonly string[] {
        if (path === "keys") count++;
        return super.places(path);
      }
      override with(path: string, value: string): Watched {
        return new Watched(super.with(path, value).line);
      }
      override without(path: string): Watched {
        return new Watched(super.without(path).line);
      }
    }
    const watch = step("watch", (message) => message.derive({ body: new Watched(message.body.line) }));
    const inner = step("inner", (message) => message.derive({ body: round(message.body) }));
    await using rig = new GatewayRig();
    const peer = new FakePeer();
    await rig.open([rig.channel("lab", [to("ehr", peer)], { steps: [watch, eachKey(inner)] })]);
    await rig.hand().give(note({ id: "A", keys: ["a", "b", "c", "d"] }));
    await peer.took(1);
    return [count, keysOf(peer)[0]];
  };
  assertEquals(await looks((body) => body.with("@", `${body.get("@")}!`)), [1, "a!,b!,c!,d!"]);
  const unlessB = (body: PathBody) => body.get("@") === "b" ? body : body.without("@");
  assertEquals(await looks(unlessB), [2, "b"], "the last one leaves a gap that nothing fills");
  const firstAtB = (body: PathBody) =>
    body.get("@") === "b" ? body.without("keys[1]") : body.with("@", `${body.get("@")}!`);
  assertEquals(await looks(firstAtB), [2, "b,c!,d!"]);
});

Deno.test("a filter in a loop ends its round and keeps what was done before it", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const onlyA = step("only a", (message) => message.body.get("@")?.startsWith("A") ? message : null);
  const steps = [eachKey(act("upper", (key) => key.toUpperCase()), onlyA, act("mark", (key) => `${key}!`))];
  await rig.open([rig.channel("lab", [to("ehr", peer)], { steps })]);
  await rig.hand().give(note({ id: "A", keys: ["a", "b"] }));
  await peer.took(1);
  assertEquals(keysOf(peer), ["A!,B"]);
});

Deno.test("a loop in a loop stands at a place of its own, and leaves the one around it where it was", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const inner: EachPlan = {
    label: "for each @",
    each: "@",
    steps: [act("upper", (key) => key.toUpperCase())],
  };
  await rig.open([
    rig.channel("lab", [to("ehr", peer)], { steps: [eachKey(inner, act("mark", (key) => `${key}!`))] }),
  ]);
  await rig.hand().give(note({ id: "A", keys: ["a", "b"] }));
  await rig.seen("messageProcessed");
  await peer.took(1);
  assertEquals(keysOf(peer), ["A!,B!"]);
});

Deno.test("a step in a loop that makes other messages is refused by code", async () => {
  await using rig = new GatewayRig();
  const twice = step("twice", (message) => [message, message]);
  await rig.open([rig.channel("lab", [to("ehr", new FakePeer())], {
    acknowledge: "processed",
    steps: [eachKey(twice)],
  })]);
  assertEquals(said(await rig.hand().give(note({ id: "A" }))), "A|AE|ENGINE_LOOP_LEFT");
});

Deno.test("a message that is split is delivered in parts, in order, and answered once all are", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const split = step(
    "split",
    (message) => message.body.split("keys").map((body) => message.derive({ body })),
  );
  const lower = step("loud", (message) => message.derive({ body: message.body.saying("each") }));
  const channel = rig.channel("lab", [to("ehr", peer)], { acknowledge: "delivered", steps: [split, lower] });
  await rig.open([channel]);
  assert(said(await rig.hand().give(note({ id: "A", keys: ["x", "y", "z"] }))).startsWith("A|AA"));
  assertEquals([keysOf(peer), texts(peer)], [["x", "y", "z"], ["each", "each", "each"]]);
  const ids = peer.attempts.map(({ id }) => id);
  assertEquals(ids, [ids[0], `${ids[0]}.1`, `${ids[0]}.2`]);
});

Deno.test("a message split into nothing is filtered", async () => {
  await using rig = new GatewayRig();
  const none = step("none", () => []);
  await rig.open([rig.channel("lab", [to("ehr", new FakePeer())], { steps: [none] })]);
  await rig.hand().give(note({ id: "A" }));
  await rig.seen("messageFiltered");
});

Deno.test("parts of a message are committed at once: after a power cut all are there or none", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const split = step(
    "split",
    (message) => message.body.split("keys").map((body) => message.derive({ body })),
  );
  const channel = rig.channel("lab", [to("ehr", peer)], { steps: [split] });
  await rig.open([channel]);
  rig.store.hold(({ op }) => op === "process");
  await rig.hand().give(note({ id: "A", keys: ["x", "y"] }));
  await rig.store.asked(({ op }) => op === "process");
  rig.cutPower();
  rig.store.release();
  await rig.open([channel]);
  await peer.took(2);
  assertEquals(keysOf(peer), ["x", "y"]);
});

Deno.test("a step that cannot do its work now is tried again, in order, and nothing is quarantined", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const busy = new MitralError("ACT_TABLE_BUSY", {
    blame: "receiver",
    retry: "later",
    says: "Cannot look up",
  });
  let failures = 3;
  const look = step("look", (message) => {
    if (message.body.get("id") === "A" && failures-- > 0) throw busy;
    return message;
  });
  await rig.open([rig.channel("lab", [to("ehr", peer)], { steps: [look] })]);
  await rig.hand().give(note({ id: "A" }));
  await rig.hand().give(note({ id: "B" }));
  await rig.clock.pass(peer.took(2));
  assertEquals(peer.taken, ["A", "B"]);
  assertEquals(rig.all("messagePostponed").map(({ stage, error }) => [stage, error.code]), [
    ["look", "ACT_TABLE_BUSY"],
    ["look", "ACT_TABLE_BUSY"],
    ["look", "ACT_TABLE_BUSY"],
  ]);
  assertEquals(rig.all("messageQuarantined").length, 0);
});

Deno.test("a step that cannot do its work for ten minutes has its message quarantined", async () => {
  await using rig = new GatewayRig();
  const busy = new MitralError("ACT_TABLE_BUSY", {
    blame: "receiver",
    retry: "later",
    says: "Cannot look up",
  });
  const look = step("look", () => {
    throw busy;
  });
  await rig.open([rig.channel("lab", [to("ehr", new FakePeer())], { steps: [look] })]);
  await rig.hand().give(note({ id: "A" }));
  const startMs = rig.clock.nowMs();
  const { error } = await rig.clock.pass(rig.seen("messageQuarantined"));
  assertEquals(error.code, "ACT_TABLE_BUSY");
  assert(rig.clock.nowMs() - startMs >= 600_000);
});

Deno.test("a table that is read live counts as soon as it has changed, and a broken one changes nothing", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await using rig = new GatewayRig();
    Object.assign(rig.world, { disk: { ...denoWorld.disk, makeFolder: () => Promise.resolve() } });
    const table = `${folder}/table.txt`;
    await Deno.writeTextFile(table, "one");
    const peer = new FakePeer();
    const plain = step("say", (message) => message);
    const say: ActPlan = {
      ...plain,
      spec: {
        ...plain.spec,
        prepare: ({ live }) =>
          live(table, (text) => {
            if (text === "broken") throw new TypeError("no table");
            return text;
          }),
        transform: (message, { prepared }) => {
          const { body } = message;
          if (!hasPaths(body)) throw new TypeError("no paths");
          return message.derive({ body: body.with("text", (prepared as { value: string }).value) });
        },
      },
    };
    await rig.open([rig.channel("lab", [to("ehr", peer)], { steps: [say] })]);
    await rig.hand().give(note({ id: "A" }));
    await peer.took(1);
    await Deno.writeTextFile(table, "broken");
    await rig.clock.pass(rig.seen("fileRefused", ({ file }) => file === table));
    await rig.hand().give(note({ id: "B" }));
    await peer.took(2);
    await Deno.writeTextFile(table, "two, and longer");
    const gives = async () => {
      for (let count = 3;; count++) {
        await rig.hand().give(note({ id: `C${count}` }));
        await peer.took(count);
        if (texts(peer).at(-1) !== "one") return;
        await rig.clock.advance(2_000);
      }
    };
    await gives();
    assertEquals([texts(peer)[0], texts(peer)[1], texts(peer).at(-1)], ["one", "one", "two, and longer"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("where one of several steps does not open, none goes on to look at its files", async () => {
  await using rig = new GatewayRig();
  Object.assign(rig.world, { disk: { ...rig.world.disk, readText: () => Promise.resolve("table") } });
  const plain = step("plain", (message) => message);
  const live: ActPlan = {
    ...plain,
    spec: { ...plain.spec, prepare: ({ live }) => live("table.txt", (text) => text) },
  };
  const broken: ActPlan = {
    ...plain,
    spec: { ...plain.spec, prepare: () => Promise.reject(refusal) },
  };
  const steps = [eachKey(live, broken)];
  await rig.open([
    rig.channel("lab", [to("ehr", new FakePeer())], { steps }),
    rig.channel("two", [to("ehr", new FakePeer(), { steps: [live, broken] })]),
  ]);
  await rig.seen("lineHalted", () => true, 2);
  // A commit that is over is watched no more; only old messages are still looked for.
  await rig.clock.advance(limits.diskStalledMs);
  assertEquals(rig.clock.waiting, 1);
});

Deno.test("the record of a message says how long each stage took", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const slow = step("slow", async (message) => {
    await rig.clock.sleep(250);
    return message;
  });
  await rig.open([rig.channel("lab", [to("ehr", peer)], { steps: [slow] })]);
  await rig.hand().give(note({ id: "A" }));
  await rig.clock.pass(peer.took(1));
  const { id } = await rig.seen("messageDelivered");
  const { stages } = (await rig.gateway.archive.show(id))!;
  assertEquals(stages, [
    { stage: "parse", tookMs: 0 },
    { stage: "slow", tookMs: 250 },
    { stage: "to ehr", tookMs: 0 },
  ]);
});
