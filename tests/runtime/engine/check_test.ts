import { assertEquals, assertMatch } from "@std/assert";
import type { Flaw } from "../../../runtime/contract/format.ts";
import { FakePeer, refusal } from "./fake_peer.ts";
import { GatewayRig, to } from "./gateway_rig.ts";
import { said } from "./hand_listener.ts";
import { settles } from "../../world/turns.ts";
import { idIn, note, noteFormat } from "./note_format.ts";

/** A channel whose format refuses a note that says "wrong", and finds fault with one that says "odd". */
async function checking(rig: GatewayRig): Promise<FakePeer> {
  const peer = new FakePeer();
  const check = (received: Uint8Array): readonly Flaw[] => {
    const text = new TextDecoder().decode(received);
    if (text.endsWith("wrong")) throw refusal;
    const found = Array.from(
      { length: 12 },
      (_, at) => ({ rule: at < 2 ? "spelling" : "grammar", path: `text[${at}]` }),
    );
    return text.endsWith("odd") ? found : [];
  };
  await rig.open([
    rig.channel("lab", [to("ehr", peer)], { parse: { spec: { ...noteFormat, check }, config: {} } }),
  ]);
  return peer;
}

Deno.test("a message its format refuses is answered so before it is acknowledged, and kept in quarantine", async () => {
  await using rig = new GatewayRig();
  const peer = await checking(rig);
  assertMatch(said(await rig.hand().give(note({ id: "A", text: "wrong" }))), /^A\|A[ER]/);
  assertEquals(rig.all("messageQuarantined").map(({ error }) => error.code), [refusal.code]);
  assertEquals(rig.all("messageReceived"), []);
  await rig.hand().give(note({ id: "B" }));
  await peer.took(1);
  assertEquals(peer.taken, ["B"]);
});

Deno.test("a message with faults is taken, and its faults are told by rule, with the first places", async () => {
  await using rig = new GatewayRig();
  const peer = await checking(rig);
  assertMatch(said(await rig.hand().give(note({ id: "A", text: "odd" }))), /^A\|AA/);
  await rig.hand().give(note({ id: "B" }));
  await peer.took(2);
  const [{ channel, id, rules, paths }, ...others] = rig.all("messageFlawed");
  assertEquals([channel, id, others.length], ["lab", rig.all("messageReceived")[0].id, 0]);
  assertEquals(rules, { spelling: 2, grammar: 10 });
  assertEquals([paths.length, paths[0]], [10, "text[0]"]);
});

Deno.test("a message that takes long to check is not overtaken by the next of its connection", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const slow = Promise.withResolvers<readonly Flaw[]>();
  const check = (received: Uint8Array) => idIn(received) === "A" ? slow.promise : [];
  await rig.open([
    rig.channel("lab", [to("ehr", peer)], { parse: { spec: { ...noteFormat, check }, config: {} } }),
  ]);
  const [first, second] = ["A", "B"].map((id) => rig.hand().give(note({ id })));
  await rig.hand().give(note({ id: "other" }), undefined, "there");
  assertEquals(await settles(second), false);
  slow.resolve([]);
  await Promise.all([first, second]);
  await peer.took(3);
  assertEquals(peer.taken, ["other", "A", "B"]);
});
