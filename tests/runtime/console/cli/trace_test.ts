import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { exitCodes } from "../../../../runtime/console/cli/exit_codes.ts";
import type { MessageContent } from "../../../../runtime/journal/records.ts";
import { FakeGateway, shown } from "../fake_gateway.ts";
import { withGateway } from "../served_gateway.ts";

/** A gateway whose journal knows more of the one message. */
function knowing(more: Partial<MessageContent>): FakeGateway {
  const gateway = new FakeGateway();
  gateway.archive.show = async () => ({ ...shown, ...more });
  return gateway;
}

Deno.test("trace prints the way of a message: stages with their times, then each destination", () =>
  withGateway(
    async ({ mitral }) => {
      const { code, out, err } = await mitral(`trace ${shown.id}`);
      assertEquals([code, err], [exitCodes.ok, ""]);
      assertEquals(
        out,
        `${shown.id} ORU^R01 MSG00001 in lab: processed

time                      step      what
2026-01-02 03:04:05.678Z  received  from mllp 192.0.2.7:51022, 62 B
                          parse     0.05 ms
                          set       12 ms

→ ehr: delivered after 322 ms, 1 attempt
time                      step       what
2026-01-02 03:04:06.000Z  delivered

→ registry: quarantined after 1322 ms, 3 attempts
  HL7V2_PEER_REFUSED Cannot deliver message: the peer answered AE
time                      step         what
2026-01-02 03:04:06.500Z  attempted    MLLP_PEER_UNREACHABLE
2026-01-02 03:04:07.000Z  quarantined  HL7V2_PEER_REFUSED
`,
      );
    },
    knowing({
      stages: [{ stage: "parse", tookMs: 0.0512 }, { stage: "set", tookMs: 12.3 }],
      history: [
        shown.history[0],
        shown.history[1],
        { atMs: 1767323046500, event: "attempted", destination: "registry", code: "MLLP_PEER_UNREACHABLE" },
        shown.history[2],
      ],
    }),
  ));

Deno.test("trace shows batches, channels a message went on to, and the channel it came from", () =>
  withGateway(
    async ({ mitral }) => {
      const { out } = await mitral("trace 0192");
      assertStringIncludes(out, "from channel intake, 62 B");
      assertStringIncludes(out, "handed on  to billing as 0192f0c2");
      assertStringIncludes(out, "→ ehr: queued, 0 attempts, in the batch 0192ba7c\n");
      assert(!out.includes("DOE"));
    },
    knowing({
      origin: { adapter: "channel", peer: "intake" },
      handedOnTo: [{ channel: "billing", id: "0192f0c2" }],
      deliveries: [{ destination: "ehr", state: "queued", attempts: 0, bytes: 1, batch: "0192ba7c" }],
      history: [shown.history[0]],
    }),
  ));

Deno.test("trace tells attempts that fail alike, and parts that go to one destination, together", () => {
  const at = (second: number) => Date.UTC(2026, 0, 2, 3, 4, second);
  const attempts = [5, 6, 7].map((second) => ({
    atMs: at(second),
    event: "attempted",
    destination: "ehr",
    code: "MLLP_PEER_UNREACHABLE",
  }));
  const part = { destination: "ehr", state: "delivered", attempts: 2, bytes: 1, settledAtMs: at(9) } as const;
  return withGateway(
    async ({ mitral }) => {
      const { out } = await mitral("trace 0192");
      assertStringIncludes(
        out,
        `→ ehr: 3 parts, delivered ×2, queued, 7 attempts
time                      step          what
2026-01-02 03:04:05.000Z  attempted ×3  MLLP_PEER_UNREACHABLE until 2026-01-02 03:04:07.000Z
2026-01-02 03:04:09.000Z  delivered ×2  until 2026-01-02 03:04:10.000Z
`,
      );
      const show = (await mitral("messages show 0192")).out;
      assertStringIncludes(
        show,
        "attempted ×3  ehr          MLLP_PEER_UNREACHABLE until 2026-01-02 03:04:07Z\n",
      );
      assertStringIncludes((await mitral("messages list")).out, "  ehr: delivered, registry: quarantined\n");
      assertEquals(JSON.parse((await mitral("trace 0192 --json")).out).deliveries[1].history, []);
    },
    knowing({
      deliveries: [part, part, { ...part, state: "queued", attempts: 3 }],
      history: [
        shown.history[0],
        ...attempts,
        { atMs: at(9), event: "delivered", destination: "ehr" },
        { atMs: at(10), event: "delivered", destination: "ehr" },
      ],
    }),
  );
});

Deno.test("trace prints the way as JSON, without content", () =>
  withGateway(async ({ mitral }) => {
    const { out } = await mitral("trace 0192 --json");
    const trace = JSON.parse(out);
    assertEquals([trace.id, trace.stages], [shown.id, []]);
    assertEquals(trace.history, [{ atMs: shown.receivedAtMs, event: "received" }]);
    assertEquals(trace.deliveries[0], {
      destination: "ehr",
      state: "delivered",
      attempts: 1,
      settledAtMs: 1767323046000,
      tookMs: 322,
      history: [{ atMs: 1767323046000, event: "delivered" }],
    });
    assert(!out.includes("DOE"));
  }));

Deno.test("trace answers no where the journal has no such message", () =>
  withGateway(async ({ mitral }) => {
    const { code, err } = await mitral("trace 77");
    assertEquals(code, exitCodes.no);
    assertStringIncludes(err, "CONSOLE_MESSAGE_UNKNOWN");
  }));
