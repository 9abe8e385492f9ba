import { assertEquals, assertStringIncludes } from "@std/assert";
import { exitCodes } from "../../../../runtime/console/cli/exit_codes.ts";
import { MitralError } from "../../../../runtime/contract/error.ts";
import type { GatewayEvent } from "../../../../runtime/engine/events.ts";
import { shown } from "../fake_gateway.ts";
import { withGateway } from "../served_gateway.ts";

const atMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const error = new MitralError("HL7V2_PEER_REFUSED", {
  blame: "receiver",
  retry: "never",
  says: "DOE^JANE refused",
});
const { id } = shown;

const received: GatewayEvent = {
  name: "messageReceived",
  atMs,
  channel: "lab",
  id,
  type: "DOE^JANE",
  bytes: 62,
};
const failed: GatewayEvent = {
  name: "deliveryFailed",
  atMs,
  channel: "lab",
  destination: "ehr",
  id,
  attempt: 1,
  error,
  againInMs: 1000,
};
const crashed: GatewayEvent = {
  name: "stageCrashed",
  atMs,
  channel: "billing",
  stage: "set",
  cause: "DOE^JANE at set.ts:3:9",
  againInMs: 1,
};

const held: GatewayEvent = { name: "documentHeld", atMs, channel: "lab", id, doubts: 1 };
const decided: GatewayEvent = { name: "documentDecided", atMs, channel: "lab", id };

Deno.test("tail tells of a document that waits for people, and that they have decided", () =>
  withGateway(async ({ gateway, begin }) => {
    const { terminal, exitCode } = begin("tail");
    await gateway.observedBy(1);
    for (const event of [received, held, decided]) gateway.report(event);
    await terminal.printed(/reviewed/);
    terminal.interrupt();
    assertEquals(await exitCode, exitCodes.ok);
    assertEquals(
      terminal.stdout,
      `2026-01-02 03:04:05.678Z received        lab ${id}
2026-01-02 03:04:05.678Z in review       lab ${id}
2026-01-02 03:04:05.678Z reviewed        lab ${id}
`,
    );
  }));

Deno.test("tail prints a line for each event until it is interrupted, and no content", () =>
  withGateway(async ({ gateway, begin }) => {
    const { terminal, exitCode } = begin("tail");
    await gateway.observedBy(1);
    gateway.report({ name: "journalCommitted", atMs, operations: 1, tookMs: 1 });
    for (const event of [received, failed, crashed]) gateway.report(event);
    await terminal.printed(/stage crashed/);
    terminal.interrupt();
    assertEquals(await exitCode, exitCodes.ok);
    assertEquals(
      terminal.stdout,
      `2026-01-02 03:04:05.678Z received        lab ${id}
2026-01-02 03:04:05.678Z failed          lab → ehr ${id} HL7V2_PEER_REFUSED
2026-01-02 03:04:05.678Z stage crashed   billing (set)
`,
    );
    assertEquals(terminal.stderr, "following until SIGINT\n");
  }));

Deno.test("tail of a channel prints its events alone, as JSON where that is asked for", () =>
  withGateway(async ({ gateway, begin }) => {
    const { terminal, exitCode } = begin("tail lab --json");
    await gateway.observedBy(1);
    for (const event of [crashed, failed]) gateway.report(event);
    await terminal.printed(/\n/);
    terminal.interrupt();
    assertEquals(await exitCode, exitCodes.ok);
    assertEquals(terminal.stdout.split("\n").filter(Boolean).map((line) => JSON.parse(line)), [{
      atMs,
      what: "failed",
      channel: "lab",
      destination: "ehr",
      id,
      code: "HL7V2_PEER_REFUSED",
    }]);
  }));

Deno.test("tail says how many events it left out when they come faster than they are read", () =>
  withGateway(async ({ gateway, begin }) => {
    const { terminal, exitCode } = begin("tail");
    await gateway.observedBy(1);
    for (let n = 0; n < 1200; n++) gateway.report(received);
    await terminal.printed(/left out 200 events/);
    gateway.report(failed);
    await terminal.printed(/failed/);
    terminal.interrupt();
    assertEquals(await exitCode, exitCodes.ok);
    assertEquals(terminal.stdout.split("\n").length, 1002);
  }));

Deno.test("tail answers no for a channel the gateway does not have", () =>
  withGateway(async ({ mitral }) => {
    const { code, out, err } = await mitral("tail absent");
    assertEquals([code, out], [exitCodes.no, ""]);
    assertStringIncludes(err, "CONTROL_CHANNEL_UNKNOWN");
  }));

Deno.test("tail ends with a code when the gateway goes", () =>
  withGateway(async ({ gateway, begin, leave }) => {
    const { terminal, exitCode } = begin("tail");
    await gateway.observedBy(1);
    await leave();
    assertEquals(await exitCode, exitCodes.cannot);
    assertStringIncludes(terminal.stderr, "CONTROL_CONNECTION_LOST");
    await gateway.observedBy(0);
  }));

Deno.test("a gateway observes for nobody when tail has gone", () =>
  withGateway(async ({ gateway, begin }) => {
    const { terminal, exitCode } = begin("tail");
    await gateway.observedBy(1);
    terminal.interrupt();
    await exitCode;
    await gateway.observedBy(0);
  }));
