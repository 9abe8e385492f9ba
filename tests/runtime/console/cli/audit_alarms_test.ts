import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { exitCodes } from "../../../../runtime/console/cli/exit_codes.ts";
import { FakeGateway } from "../fake_gateway.ts";
import { withGateway } from "../served_gateway.ts";

const open = {
  id: "2",
  atMs: Date.UTC(2026, 0, 2, 3),
  code: "LEDGER_ROLLED_BACK",
  says: "Cannot vouch for the ledger of acme-lab: it has signed 12 entries",
  gateway: "acme-lab",
  partner: "lab",
  notes: ["acme-lab/00/1\n"],
};
const alarms = [
  { ...open, id: "1", settled: { atMs: Date.UTC(2026, 0, 3), by: "bob" } },
  open,
];

function withAlarms(use: Parameters<typeof withGateway>[0]): Promise<void> {
  const gateway = new FakeGateway();
  gateway.alarms = alarms;
  return withGateway(use, gateway);
}

Deno.test("audit alarms tells in words what nobody has settled, and with --all what somebody has", () =>
  withAlarms(async ({ mitral }) => {
    const { code, out } = await mitral("audit alarms");
    assertEquals([code, out], [
      exitCodes.ok,
      "alarm 2, since 2026-01-02 03:00:00Z: LEDGER_ROLLED_BACK, partner lab\n" +
      "  Cannot vouch for the ledger of acme-lab: it has signed 12 entries\n",
    ]);
    const all = await mitral("audit alarms --all");
    assertStringIncludes(all.out, "  settled 2026-01-03 00:00:00Z, by bob\nalarm 2,");
    const { out: lines } = await mitral("audit alarms --json");
    assertEquals(JSON.parse(lines), open);
  }));

Deno.test("audit alarms says so where there are none", () =>
  withGateway(async ({ mitral }) => {
    assertEquals((await mitral("audit alarms")).out, "no alarm is unsettled\n");
  }));

Deno.test("audit settle wants a reason, and passes on who gives it", () =>
  withAlarms(async ({ mitral, gateway }) => {
    const { code, err } = await mitral("audit settle 2");
    assertEquals(code, exitCodes.usage);
    assertStringIncludes(err, "--reason");
    const { out } = await mitral("audit settle 2 --reason restored", { env: { USER: "ann" } });
    assertEquals(out, "settled alarm 2\n");
    assert(!out.includes("restored"));
    assertEquals(gateway.asked, [["settleAlarm", "2", { person: "ann", reason: "restored" }]]);
  }));
