import { assertEquals } from "@std/assert";
import type { GatewayEvent } from "../../../runtime/engine/events.ts";
import { measure } from "../../../runtime/telemetry/metrics.ts";
import { FakePeer } from "./fake_peer.ts";
import { GatewayRig, step, to } from "./gateway_rig.ts";
import { note } from "./note_format.ts";

/** A channel whose step `slow` takes 20 ms, behind a filter that leaves out the note `B`. */
async function openSlow(rig: GatewayRig): Promise<void> {
  const filter = step("filter", (message) => message.body.parts[0] === "B" ? null : message);
  const slow = step("slow", async (message) => {
    await rig.clock.sleep(20);
    return message.derive({ body: message.body.saying("late") });
  });
  await rig.open([rig.channel("lab", [to("ehr", new FakePeer())], { steps: [filter, slow] })]);
}

Deno.test("each stage's work on each message is timed while somebody asks for it", async () => {
  await using rig = new GatewayRig();
  await openSlow(rig);
  const passed: Extract<GatewayEvent, { name: "stagePassed" }>[] = [];
  const stop = rig.gateway.observe((event) => {
    if (event.name === "stagePassed") passed.push(event);
  }, { stages: true });
  await rig.hand().give(note({ id: "A" }));
  await rig.clock.pass(rig.seen("messageDelivered"));
  assertEquals(
    passed.map(({ destination = "", stage, tookMs }) => [destination, stage, tookMs]),
    [
      ["", "parse", 0],
      ["", "filter", 0],
      ["", "slow", 20],
      ["", "to ehr", 0],
      ["", "commit", 0],
      ["ehr", "send", 0],
    ],
  );
  stop();
  await rig.hand().give(note({ id: "C" }));
  await rig.clock.pass(rig.seen("messageDelivered", () => true, 2));
  assertEquals(passed.length, 6);
  assertEquals(rig.all("stagePassed"), []);
});

Deno.test("a stage that a message only passes on its way to the commit is not timed", async () => {
  await using rig = new GatewayRig();
  await openSlow(rig);
  const stages: (string | undefined)[] = [];
  rig.gateway.observe((event) => {
    if (event.name === "stagePassed") stages.push(event.stage);
  }, { stages: true });
  await rig.hand().give(note({ id: "B" }));
  await rig.seen("messageFiltered");
  await rig.clock.advance(0);
  assertEquals(stages, ["parse", "filter", "commit"]);
});

Deno.test("metrics show how long each stage of a channel takes", async () => {
  await using rig = new GatewayRig();
  await openSlow(rig);
  const metrics = measure(rig.gateway);
  for (const id of ["A", "B"]) await rig.hand().give(note({ id }));
  await rig.clock.pass(rig.seen("messageDelivered"));
  const lines = (await metrics.render()).split("\n");
  const place = 'channel="lab",destination="",stage="slow"';
  for (
    const line of [
      `mitral_stage_seconds_count{${place}} 1`,
      `mitral_stage_seconds_sum{${place}} 0.02`,
      `mitral_stage_seconds_bucket{${place},le="0.005"} 0`,
      `mitral_stage_seconds_bucket{${place},le="0.025"} 1`,
      'mitral_stage_seconds_count{channel="lab",destination="ehr",stage="send"} 1',
    ]
  ) {
    assertEquals(lines.filter((each) => each === line), [line]);
  }
  metrics.stop();
});
