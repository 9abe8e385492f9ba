import { assertEquals, assertRejects } from "@std/assert";
import { MitralError } from "../../../runtime/contract/error.ts";
import type { FinalOutcome } from "../../../runtime/engine/gateway_api.ts";
import { turns, unstuck } from "../../world/turns.ts";
import { FakePeer } from "./fake_peer.ts";
import { GatewayRig, step, to } from "./gateway_rig.ts";
import { note } from "./note_format.ts";

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Leaves out notes with this text. */
const leavesOut = (text: string) =>
  step(`filter ${text}`, (message) => message.body.get("text") === text ? null : message);

/** The next `count` outcomes. */
async function some(outcomes: ReadableStream<FinalOutcome>, count: number): Promise<FinalOutcome[]> {
  const found: FinalOutcome[] = [];
  await unstuck(async () => {
    for await (const outcome of outcomes) if (found.push(outcome) === count) break;
  });
  return found;
}

/** What an outcome says, short. */
function brief(outcome: FinalOutcome): string {
  const { channel, destination = "*", kind } = outcome;
  const more = kind === "quarantined"
    ? ` ${outcome.trouble.code}`
    : kind === "handedOn"
    ? ` ${outcome.to}`
    : "";
  return `${channel} ${destination} ${kind}${more}`;
}

Deno.test("outcomes tell of each message and destination once, with the peer's answer", async () => {
  await using rig = new GatewayRig();
  const peers = [new FakePeer(), new FakePeer()];
  peers[1].conduct = (parcel) => peers[1].refuse(parcel, "AE");
  await rig.open([rig.channel("lab", [to("ehr", peers[0]), to("registry", peers[1])])]);
  const outcomes = rig.gateway.outcomes();
  await rig.hand().give(note({ id: "A" }));
  const found = (await some(outcomes, 2)).sort((a, b) => brief(a).localeCompare(brief(b)));
  assertEquals(found.map(brief), ["lab ehr delivered", "lab registry quarantined NOTE_DELIVERY_REFUSED"]);
  const [{ id }] = await rig.gateway.archive.list({});
  for (const outcome of found) {
    assertEquals([outcome.id, outcome.missed, outcome.atMs], [id, 0, rig.clock.nowMs()]);
  }
  const answers = await Promise.all(found.map((outcome) => outcome.answers()));
  assertEquals(answers.map((each) => each.map(textOf)), [["A|AA"], ["A|AE"]]);
});

Deno.test("outcomes tell what was left out: by one destination, or by all of them", async () => {
  await using rig = new GatewayRig();
  const channel = rig.channel("lab", [
    to("ehr", new FakePeer()),
    to("registry", new FakePeer(), { steps: [leavesOut("one")] }),
  ], { steps: [leavesOut("all")] });
  await rig.open([channel]);
  const outcomes = rig.gateway.outcomes();
  for (const text of ["all", "one"]) await rig.hand().give(note({ id: text, text }));
  const found = await some(outcomes, 3);
  assertEquals(found.map(brief), ["lab * filtered", "lab registry filtered", "lab ehr delivered"]);
  assertEquals(await found[1].answers(), []);
  // A message that one destination gets was not filtered as a whole.
  assertEquals(rig.gateway.snapshot().channels[0].counts.filtered, 1);
});

Deno.test("outcomes tell what was kept before it had a destination, and what was handed on", async () => {
  await using rig = new GatewayRig();
  const first = rig.channel("first", [{ ...to("on", new FakePeer()), send: { channel: "second" } }]);
  const second = rig.channel("second", [to("ehr", new FakePeer())]);
  await rig.open([first, second]);
  const outcomes = rig.gateway.outcomes();
  await rig.hand("first").give(note({ id: "?" }));
  await rig.hand("first").give(note({ id: "A" }));
  const found = await some(outcomes, 3);
  assertEquals(found.map(brief), [
    "first * quarantined NOTE_LINE_UNREADABLE",
    "first on handedOn second",
    "second ehr delivered",
  ]);
});

Deno.test("outcomes of one channel are without those of others", async () => {
  await using rig = new GatewayRig();
  await rig.open(["lab", "bills"].map((name) => rig.channel(name, [to("out", new FakePeer())])));
  const outcomes = rig.gateway.outcomes({ channel: "bills" });
  for (const name of ["lab", "bills"]) await rig.hand(name).give(note({ id: "A" }));
  await rig.seen("messageDelivered", () => true, 2);
  await rig.gateway.close();
  assertEquals((await Array.fromAsync(outcomes)).map(brief), ["bills out delivered"]);
});

Deno.test("outcomes that nobody reads are bounded: the oldest are missed, and counted", async () => {
  await using rig = new GatewayRig();
  await rig.open([rig.channel("lab", [to("ehr", new FakePeer())])]);
  const outcomes = rig.gateway.outcomes({ waitingMax: 2 });
  for (const id of ["A", "B", "C", "D", "E"]) await rig.hand().give(note({ id }));
  await rig.seen("messageDelivered", () => true, 5);
  const ids = rig.all("messageDelivered").map(({ id }) => id);
  assertEquals((await some(outcomes, 2)).map(({ id, missed }) => [id, missed]), [[ids[3], 3], [ids[4], 0]]);
});

Deno.test("outcomes end when the gateway is closed and all are read, or at once where it is closed", async () => {
  await using rig = new GatewayRig();
  await rig.open([rig.channel("lab", [to("ehr", new FakePeer())])]);
  const outcomes = rig.gateway.outcomes();
  await rig.hand().give(note({ id: "A" }));
  await rig.gateway.close();
  const [outcome, ...more] = await Array.fromAsync(outcomes);
  assertEquals([brief(outcome), more], ["lab ehr delivered", []]);
  assertEquals((await assertRejects(() => outcome.answers(), MitralError)).code, "JOURNAL_CLOSED");
  assertEquals(await Array.fromAsync(rig.gateway.outcomes()), []);
});

Deno.test("outcomes that wait for the next one end when they are cancelled, and observe no more", async () => {
  await using rig = new GatewayRig();
  await rig.open([rig.channel("lab", [to("ehr", new FakePeer())])]);
  const { gateway } = rig;
  let observers = 0;
  const observe = gateway.observe.bind(gateway);
  gateway.observe = (listener, options) => {
    observers++;
    const stop = observe(listener, options);
    return () => {
      observers--;
      stop();
    };
  };
  const reader = gateway.outcomes().getReader();
  assertEquals(observers, 1);
  const next = reader.read();
  await turns();
  await reader.cancel();
  assertEquals(await next, { done: true, value: undefined });
  assertEquals(observers, 0);
  const outcomes = gateway.outcomes();
  await rig.hand().give(note({ id: "A" }));
  await some(outcomes, 1);
  assertEquals(observers, 0);
});

Deno.test("an outcome can be sent as JSON and says nothing of what the message holds", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  peer.conduct = (parcel) => peer.refuse(parcel, "AE");
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  const outcomes = rig.gateway.outcomes();
  await rig.hand().give(note({ id: "A", text: "CANARY" }));
  const [outcome] = await some(outcomes, 1);
  const { id, atMs } = outcome;
  assertEquals(JSON.parse(JSON.stringify(outcome)), {
    id,
    channel: "lab",
    destination: "ehr",
    kind: "quarantined",
    atMs,
    missed: 0,
    trouble: {
      code: "NOTE_DELIVERY_REFUSED",
      blame: "receiver",
      says: "Cannot deliver: the peer refused",
      atMs,
    },
  });
});
