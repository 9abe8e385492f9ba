import { assertEquals } from "@std/assert";
import { hasPaths } from "../../../runtime/contract/message.ts";
import type { ActPlan } from "../../../runtime/engine/plan.ts";
import { turns } from "../../world/turns.ts";
import { FakePeer, refusal } from "./fake_peer.ts";
import { GatewayRig, step, to } from "./gateway_rig.ts";
import { note } from "./note_format.ts";

const decoder = new TextDecoder();
const texts = (peer: FakePeer) => peer.attempts.map(({ bytes }) => decoder.decode(bytes).split("|")[4]);

/** Numbers notes in their text; refuses what says so, after it has counted. */
function counting(label = "count"): ActPlan {
  const plain = step(label, (message) => message);
  return {
    ...plain,
    spec: {
      ...plain.spec,
      async transform(message, { state }) {
        const { body } = message;
        if (!hasPaths(body)) throw new TypeError("no paths");
        const count = Number(await state.get("count") ?? 0) + 1;
        state.set("count", String(count));
        if (body.get("text") === "crash" && count % 2 === 1) {
          crashed++;
          throw new TypeError("crashed");
        }
        if (body.get("text") === "refuse") throw refusal;
        return message.derive({ body: body.with("text", `${body.get("text") ?? ""}${count}`) });
      },
    },
  };
}
let crashed = 0;

Deno.test("what a step remembers is seen by the next message at once, before any of it is durable", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  await rig.open([rig.channel("lab", [to("ehr", peer)], { steps: [counting()] })]);
  const letGo = rig.store.hold(({ op }) => op === "process");
  for (const id of ["A", "B", "C"]) await rig.hand().give(note({ id }));
  await rig.store.asked(({ op }) => op === "process");
  letGo();
  await peer.took(3);
  assertEquals(texts(peer), ["1", "2", "3"]);
});

Deno.test("what a step remembers survives a power cut with the messages that made it, and without the others", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const channel = rig.channel("lab", [to("ehr", peer)], { steps: [counting()] });
  await rig.open([channel]);
  await rig.hand().give(note({ id: "A" }));
  await rig.seen("messageDelivered");
  rig.store.hold(({ op }) => op === "process");
  await rig.hand().give(note({ id: "B" }));
  await rig.store.asked(({ op }) => op === "process", 2);
  rig.cutPower();
  rig.store.release();
  await rig.open([channel]);
  await rig.hand().give(note({ id: "C" }));
  await peer.took(3);
  assertEquals(texts(peer), ["1", "2", "3"]);
});

Deno.test("a crash of the step leaves its memory as it was before the message", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  crashed = 0;
  await rig.open([rig.channel("lab", [to("ehr", peer)], { steps: [counting()] })]);
  await rig.hand().give(note({ id: "A" }));
  await peer.took(1);
  await rig.hand().give(note({ id: "B", text: "fine" }));
  await peer.took(2);
  await rig.hand().give(note({ id: "C", text: "crash" }));
  await rig.clock.pass(rig.seen("messageQuarantined"));
  await rig.hand().give(note({ id: "D" }));
  await rig.clock.pass(peer.took(3));
  assertEquals([texts(peer), crashed], [["1", "fine2", "3"], 3]);
});

Deno.test("a message that is refused by its step has written nothing", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  await rig.open([rig.channel("lab", [to("ehr", peer)], { steps: [counting()] })]);
  await rig.hand().give(note({ id: "A", text: "refuse" }));
  await rig.seen("messageQuarantined");
  await rig.hand().give(note({ id: "B" }));
  await peer.took(1);
  assertEquals(texts(peer), ["1"]);
});

Deno.test("two steps of one name, and two channels, remember each their own", async () => {
  await using rig = new GatewayRig();
  const [one, two] = [new FakePeer(), new FakePeer()];
  await rig.open([
    rig.channel("lab", [to("ehr", one)], { steps: [counting(), counting()] }),
    rig.channel("other", [to("ehr", two)], { steps: [counting()] }),
  ]);
  await rig.hand().give(note({ id: "A" }));
  await rig.hand().give(note({ id: "B" }));
  await rig.hand("other").give(note({ id: "C" }));
  await one.took(2);
  await two.took(1);
  assertEquals([texts(one), texts(two)], [["11", "22"], ["1"]]);
});

/** Waits where it is asked to, and passes notes on as they are. */
function pausing(pause: () => Promise<void> | undefined): ActPlan {
  return step("pause", async (message) => {
    await pause();
    return message;
  });
}

/** Drops a channel where it is, and starts it again. */
async function dropAndStart(rig: GatewayRig): Promise<void> {
  await rig.clock.pass(rig.gateway.stopChannel("lab"));
  await rig.gateway.startChannel("lab");
}

Deno.test("what a step remembers after its life is over is not remembered", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const [late, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const lives = [undefined, second.promise];
  const [plain, slow] = [counting(), [late.promise]];
  const transform: typeof plain.spec.transform = async (message, tools) => {
    const counted = await plain.spec.transform(message, tools);
    await slow.shift();
    return counted;
  };
  const steps = [pausing(() => lives.shift()), { ...plain, spec: { ...plain.spec, transform } }];
  await rig.open([rig.channel("lab", [to("ehr", peer)], { steps })]);
  await rig.hand().give(note({ id: "A" }));
  await turns();
  await dropAndStart(rig);
  late.resolve();
  await turns();
  second.resolve();
  await peer.took(1);
  assertEquals([texts(peer), rig.all("messagePostponed")], [["1"], []]);
});

Deno.test("a line that starts anew waits for the commits under way: what they remember is not forgotten", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  let crashes = 2;
  const crash = step("crash", (message) => {
    if (message.body.get("id") === "B" && crashes-- > 0) throw new TypeError("crashed");
    return message;
  });
  const supervise = { restartsMax: 1, withinMs: 60_000, crashesMax: 9, backoffMs: 10, backoffMsMax: 10 };
  await rig.open([rig.channel("lab", [to("ehr", peer)], { steps: [counting(), crash], supervise })]);
  const letGo = rig.store.hold(({ op }) => op === "process");
  await Promise.all(["A", "B"].map((id) => rig.hand().give(note({ id }))));
  await rig.store.asked(({ op }) => op === "process");
  await rig.clock.pass(rig.seen("lineRestarted"));
  await rig.clock.advance(10);
  letGo();
  await peer.took(2);
  assertEquals(texts(peer), ["1", "2"]);
});
