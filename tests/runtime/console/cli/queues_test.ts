import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { exitCodes } from "../../../../runtime/console/cli/exit_codes.ts";
import type { LineState } from "../../../../runtime/engine/events.ts";
import { FakeGateway, shown, snapshot } from "../fake_gateway.ts";
import { withGateway } from "../served_gateway.ts";

const env = { USER: "ann" };
const by = { person: "ann", reason: "update" };

Deno.test("channel pauses and resumes a destination, in the name of whoever asks", () =>
  withGateway(async ({ mitral, gateway }) => {
    assertEquals((await mitral("channel pause lab ehr --reason update", { env })).out, "paused ehr of lab\n");
    assertEquals((await mitral("channel resume lab ehr", { env })).out, "resumed ehr of lab\n");
    assertEquals(gateway.asked, [["pause", "lab", "ehr", by], ["resume", "lab", "ehr", { person: "ann" }]]);
  }));

Deno.test("whoever stands in the way of messages says why", () =>
  withGateway(async ({ mitral, gateway }) => {
    for (
      const command of [
        "channel pause lab ehr",
        "channel skip lab ehr",
        "channel divert lab ehr registry",
        "messages cancel 0192",
      ]
    ) {
      const { code, err } = await mitral(command);
      assertEquals(code, exitCodes.usage, command);
      assertStringIncludes(err, "--reason");
    }
    assertEquals(gateway.asked, []);
  }));

Deno.test("channel skip says what became of the head of the queue, and answers no where it was not skipped", () =>
  withGateway(async ({ mitral }) => {
    assertEquals(await mitral("channel skip lab registry --reason update"), {
      code: exitCodes.ok,
      out: `skipped ${shown.id}: it is in quarantine\n`,
      err: "",
    });
    const { code, out } = await mitral("channel skip lab ehr --reason update");
    assertEquals([code, out], [
      exitCodes.no,
      `not skipped: ${shown.id} was being sent, and has been delivered\n`,
    ]);
    const json = JSON.parse((await mitral("channel skip lab ehr --reason update --json")).out);
    assertEquals(json, { id: shown.id, end: "delivered" });
  }));

Deno.test("channel divert names where to, or says that it is off", () =>
  withGateway(async ({ mitral, gateway }) => {
    assertEquals(
      (await mitral("channel divert lab ehr registry --reason update", { env })).out,
      "ehr sends by the sender of registry\n",
    );
    assertEquals(
      (await mitral("channel divert lab ehr --off", { env })).out,
      "ehr sends by its own sender\n",
    );
    assertEquals(gateway.asked, [
      ["divert", "lab", "ehr", "registry", by],
      ["divert", "lab", "ehr", null, { person: "ann" }],
    ]);
    for (const command of ["channel divert lab ehr", "channel divert lab ehr registry --off"]) {
      const { code, err } = await mitral(`${command} --reason update`);
      assertEquals(code, exitCodes.usage);
      assertStringIncludes(err, "name where to, or --off");
    }
  }));

Deno.test("messages cancel says where", () =>
  withGateway(async ({ mitral, gateway }) => {
    const one = await mitral("messages cancel 0192 ehr --reason update", { env });
    assertEquals(one.out, "cancelled for ehr\n");
    assertEquals((await mitral("messages cancel 0192 --reason update", { env })).out, "cancelled\n");
    assertEquals(gateway.asked, [
      ["cancel", "0192", { destination: "ehr", by }],
      ["cancel", "0192", { destination: undefined, by }],
    ]);
  }));

Deno.test("journal acts prints who did what to what, and why", () =>
  withGateway(async ({ mitral, gateway }) => {
    const { code, out } = await mitral("journal acts --channel lab --person bob --limit 2");
    assertEquals(code, exitCodes.ok);
    assertMatch(out, /^time +person +act +subject +reason\n/);
    assertMatch(out, /\n\S+ 03:06:00Z +ann +released all senders +gateway\n/);
    const line = new RegExp(
      `\\n\\S+ 03:05:00Z +bob +replayed +lab/registry ${shown.id} +asked by the registry\\n`,
    );
    assertMatch(out, line);
    const [[, query]] = gateway.asked;
    assertEquals(JSON.parse(JSON.stringify(query)), { channel: "lab", person: "bob", limit: 2 });
    assertStringIncludes((await mitral("journal acts --limit 2")).err, "--before 8");
    assertEquals(JSON.parse((await mitral("journal acts --json")).out)[0].person, "ann");
  }));

Deno.test("journal release lets every destination send", () =>
  withGateway(async ({ mitral, gateway }) => {
    assertEquals((await mitral("journal release", { env })).out, "every destination may send\n");
    assertEquals(gateway.asked, [["releaseSenders", { person: "ann" }, { force: false }]]);
  }));

Deno.test("status shows what keeps a destination back, and where it is diverted to", () => {
  const [lab] = snapshot.channels;
  const ehr: LineState = { ...lab.destinations.ehr, circuitOpen: true, paused: true, divertedTo: "registry" };
  const channels = [{ ...lab, destinations: { ...lab.destinations, ehr } }];
  return withGateway(async ({ mitral }) => {
    const { out } = await mitral("status");
    assertStringIncludes(out, "running, circuit open, paused, diverted to registry");
    assertStringIncludes(out, "mitral journal release");
  }, new FakeGateway({ ...snapshot, sendersHeld: true, channels }));
});

Deno.test("messages show tells who did something to a message, and why", () => {
  const gateway = new FakeGateway();
  const acted = {
    atMs: 1767323048000,
    event: "replayed",
    destination: "registry",
    person: "bob",
    reason: "asked",
  };
  gateway.archive.show = async () => ({ ...shown, history: [...shown.history, acted] });
  return withGateway(async ({ mitral }) => {
    assertMatch((await mitral(`messages show ${shown.id}`)).out, /replayed +registry +bob +asked\n/);
    gateway.archive.show = async () => shown;
    assert(!(await mitral(`messages show ${shown.id}`)).out.includes("person"));
  }, gateway);
});
