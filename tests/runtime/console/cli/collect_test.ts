import { assertEquals, assertStringIncludes } from "@std/assert";
import { exitCodes } from "../../../../runtime/console/cli/exit_codes.ts";
import { FakeGateway, shown, snapshot, statistics } from "../fake_gateway.ts";
import { withGateway } from "../served_gateway.ts";

Deno.test("channel flush asks for batches, of one destination or of all, and says how many messages they are made of", () =>
  withGateway(async ({ mitral, gateway }) => {
    const { code, out, err } = await mitral("channel flush lab");
    assertEquals([code, err], [exitCodes.ok, ""]);
    assertEquals(out, "queued 1,200 messages as a batch for registry\nnothing had gathered for ehr\n");
    assertEquals(JSON.parse((await mitral("channel flush lab ehr --json")).out)[1], {
      destination: "ehr",
      messages: 0,
    });
    const by = { person: "ada" };
    assertEquals(gateway.asked, [["flush", "lab", undefined, by], ["flush", "lab", "ehr", by]]);
    assertStringIncludes((await mitral("channel flush none")).err, "CONTROL_CHANNEL_UNKNOWN");
  }));

Deno.test("status says how many messages gather", () => {
  const [lab] = statistics.channels;
  const ehr = { ...lab.destinations.ehr, gathering: { messages: 1200 } };
  const channels = [{ ...lab, destinations: { ...lab.destinations, ehr } }];
  return withGateway(async ({ mitral }) => {
    assertStringIncludes((await mitral("status")).out, "→ ehr       running    0 + 1,200 gathering");
  }, new FakeGateway(snapshot, { ...statistics, channels }));
});

Deno.test("messages show tells which batch a message was sent in", () => {
  const gateway = new FakeGateway();
  const batch = "0192f0c1-7e57-7abc-8def-000000000002";
  const deliveries = shown.deliveries.map((delivery) => ({ ...delivery, batch }));
  gateway.archive.show = async () => ({ ...shown, deliveries });
  return withGateway(async ({ mitral }) => {
    const { out } = await mitral(`messages show ${shown.id}`);
    assertStringIncludes(out, `ehr          delivered in ${batch}`);
  }, gateway);
});
