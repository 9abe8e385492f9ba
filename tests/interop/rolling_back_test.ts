/** Somebody who has the whole disk of a gateway puts back what was, lets a copy run, or deletes. Names say who finds it. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import type { Site } from "../runtime/engine/exchange/exchange_rig.ts";
import {
  alarmAt,
  alarmsAt,
  dataOf,
  mitral,
  putBack,
  send,
  startClinic,
  type Tampering,
  watched,
  withWitnessed,
  witnessed,
} from "./_tampering.ts";

function test(name: string, fn: (tampering: Tampering) => Promise<void>) {
  Deno.test(name, () => withWitnessed(fn));
}

/** A copy of the clinic as it is, after which the clinic goes on for so many messages that the lab witnesses. */
async function copiedThenOn(clinic: Site, messages: number): Promise<Site> {
  await clinic.stop();
  const copy = await clinic.copied();
  await startClinic(clinic);
  for (let at = 0; at < messages; at++) await send(clinic);
  await clinic.seen("messageDelivered", () => true, 1 + messages);
  await witnessed(clinic);
  return copy;
}

for (const grown of [false, true]) {
  const code = grown ? "LEDGER_VIEW_SPLIT" : "LEDGER_ROLLED_BACK";
  test(
    `an older data folder put back whole, ${
      grown ? "which has grown beyond since" : "with the same epoch"
    }, is found by the partner, and so by the gateway: ${code}`,
    async ({ clinic, lab }) => {
      await using older = await copiedThenOn(clinic, 3);
      await clinic.stop();
      await putBack(clinic, older);
      await startClinic(clinic);
      if (grown) { for (let at = 0; at < 40; at++) clinic.gateway.ledger.noteLogin({ by: "ann" }); }
      const answer = await witnessed(clinic);
      assertEquals([answer?.hasSigned, answer?.trouble], [false, code]);
      assertEquals([await alarmAt(lab), await alarmAt(clinic)], [code, code]);
      // It stays so, and is told once.
      await send(clinic);
      await witnessed(clinic);
      assertEquals([alarmsAt(lab), alarmsAt(clinic)], [[code], [code]]);
    },
  );
}

test("a backup put back by journal restore is told to the partner, with how many entries are gone, and is in the ledger", async ({ clinic, lab }) => {
  await clinic.gateway.backUp(join(clinic.folder, "backup"));
  await send(clinic);
  await clinic.seen("messageDelivered", () => true, 2);
  await witnessed(clinic);
  await clinic.stop();
  const restored = await mitral(clinic, "journal", "restore", "backup", "gateway.yaml", "--replace");
  assertEquals(restored.code, 0, restored.err);
  await startClinic(clinic);
  assertEquals((await witnessed(clinic))?.hasSigned, true);
  const { error } = await lab.seen("ledgerAlarmed");
  assertEquals(error.code, "LEDGER_PARTNER_RESTORED");
  assert(/those from number \d+ on are gone/.test(error.message), error.message);
  const { entries } = await clinic.gateway.ledger.ask({ ask: "entries", from: 0, limit: 2 });
  assertEquals(entries.map(({ entry: { kind, act, by } }) => [kind, act ?? by]), [
    ["began", undefined],
    ["act", "restored from a backup, held all senders"],
  ]);
  assert(entries[0]!.entry.before!.startsWith("clinic/"));
});

/** Both gateways say so, wherever somebody looks. */
async function assertSeen(sites: readonly Site[], { lines, metrics }: Awaited<ReturnType<typeof watched>>) {
  assertEquals(lines.filter((line) => line.includes("ledger alarm")).length, sites.length);
  for (const [at, site] of sites.entries()) {
    const [code] = alarmsAt(site);
    const { out } = await mitral(site, "status");
    assertStringIncludes(out, code!, site.name);
    const [series = ""] = /^mitral_ledger_alarms_raised_total\{.*$/m.exec(await metrics[at]!.render()) ?? [];
    assertStringIncludes(series, code!, site.name);
    // What was written before it is durable then.
    await site.gateway.ledger.head();
    const { entries } = await site.gateway.ledger.ask({ ask: "entries", from: 0, limit: 1_000 });
    assert(entries.some(({ entry }) => entry.kind === "alarm" && entry.code === code), site.name);
  }
}

for (const [which, logins] of [["larger than the gateway's", 60], ["smaller", 0]] as const) {
  const code = "LEDGER_VIEW_SPLIT";
  test(`a copied data folder that runs on beside the gateway, its ledger ${which}, is found by the partner, and so by the gateway, in status, log, metric and ledger of both`, async ({ clinic, lab }) => {
    await using copy = await copiedThenOn(clinic, 3);
    await using seen = await watched(clinic, lab);
    await startClinic(copy);
    for (let at = 0; at < logins; at++) copy.gateway.ledger.noteLogin({ by: "ann" });
    // What the lab answers goes where the clinic's file leads to: to the clinic, though it was the copy that asked.
    const asking = witnessed(copy);
    assertEquals(await alarmAt(clinic), code);
    assert(["LEDGER_ROLLED_BACK", code].includes(await alarmAt(lab)));
    assertEquals((await clinic.gateway.ledger.alarms())[0]!.notes.length, 2);
    await assertSeen([clinic, lab], seen);
    await copy.stop();
    assertEquals((await asking)?.hasSigned, false);
    // Whose door it is may go on.
    assertEquals((await witnessed(clinic))?.hasSigned, true);
  });
}

for (const [what, gone] of [["database", "journal.db"], ["whole data folder", ""]] as const) {
  test(`a ${what} that was deleted is found by the partner, and so by the gateway, when its ledger begins anew: LEDGER_ROLLED_BACK`, async ({ clinic, lab }) => {
    await clinic.stop();
    for (const end of gone ? ["", "-wal", "-shm"] : [""]) {
      await Deno.remove(join(dataOf(clinic), gone + end), { recursive: true }).catch(() => {});
    }
    await startClinic(clinic);
    assertEquals(alarmsAt(clinic), []);
    await witnessed(clinic);
    assertEquals([await alarmAt(lab), await alarmAt(clinic)], ["LEDGER_ROLLED_BACK", "LEDGER_ROLLED_BACK"]);
  });
}
