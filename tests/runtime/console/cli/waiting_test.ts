import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { WaitingDelivery } from "../../../../runtime/engine/gateway_api.ts";
import { FakeGateway, shown } from "../fake_gateway.ts";
import { withGateway } from "../served_gateway.ts";

/** A gateway where the delivery to the registry is queued, and waits for something. */
function waitingFor(waitsFor: WaitingDelivery["waitsFor"]): FakeGateway {
  const gateway = new FakeGateway();
  const [ehr] = shown.deliveries;
  const registry = { destination: "registry", state: "queued", attempts: 0, bytes: 62 } as const;
  gateway.archive.show = async () => ({ ...shown, deliveries: [ehr, registry] });
  gateway.waiting = [{ destination: "registry", part: 0, waitsFor }];
  return gateway;
}

const reasons: readonly (readonly [WaitingDelivery["waitsFor"], string])[] = [
  [{ kind: "destination" }, "a destination registry: the gateway has none"],
  [
    { kind: "line", condition: "halted", trouble: "ENGINE_LINE_HALTED" },
    "its line, which is halted after ENGINE_LINE_HALTED",
  ],
  [{ kind: "line", condition: "stopped" }, "its line, which is stopped"],
  [
    { kind: "heldKey", id: "0192f0c0" },
    "0192f0c0 in quarantine, which holds a key of it: replay that, or release it",
  ],
  [{ kind: "earlier" }, "everything before it: it has no key"],
  [{ kind: "turn" }, "its turn, or its next attempt"],
  [{ kind: "turn", trouble: "MLLP_PEER_SILENT" }, "its turn, or its next attempt after MLLP_PEER_SILENT"],
];

for (const [waitsFor, says] of reasons) {
  Deno.test(`messages show and trace say that a delivery waits for ${says}`, () =>
    withGateway(async ({ mitral }) => {
      const { out } = await mitral(`messages show ${shown.id}`);
      assertStringIncludes(out, `\ndestination  waits for\nregistry     ${says}\n`);
      const trace = await mitral(`trace ${shown.id}`);
      assertStringIncludes(trace.out, `→ registry: queued, 0 attempts\n  waits for ${says}\n`);
      assertEquals(JSON.parse((await mitral(`trace ${shown.id} --json`)).out).waiting, [
        { destination: "registry", part: 0, waitsFor },
      ]);
    }, waitingFor(waitsFor)));
}

Deno.test("nobody is asked what a message waits for of which nothing is queued", () =>
  withGateway(async ({ mitral, gateway }) => {
    assert(!(await mitral(`messages show ${shown.id}`)).out.includes("waits for"));
    assert(!gateway.asked.some(([what]) => what === "waitsFor"));
  }));
