/** Two whole gateways that witness each other over the exchange. */
import { assert, assertEquals } from "@std/assert";
import type { LedgerEntry } from "../../../../runtime/trust/ledger/entry.ts";
import { sendsTo, Site, takesFrom } from "../exchange/exchange_rig.ts";

async function kindsOf({ gateway }: Site): Promise<readonly LedgerEntry["kind"][]> {
  const { entries } = await gateway.ledger.ask({ ask: "entries", from: 0, limit: 1_000 });
  return entries.map(({ entry }) => entry.kind);
}

Deno.test("two gateways that exchange messages sign each other's ledgers, and write down what they are made of", async () => {
  await using clinic = await Site.open("st-elsewhere");
  await using lab = await Site.open("acme-lab");
  await clinic.introduceTo(lab);
  await lab.introduceTo(clinic);
  await clinic.start({ orders: sendsTo("acme-lab") }, { partners: ["acme-lab"] });
  await lab.start({ orders: takesFrom("st-elsewhere") }, { partners: ["st-elsewhere"] });
  const { outcome } = await clinic.gateway.inject("orders", '{"order":1}');
  assertEquals(outcome.kind, "accepted");
  await lab.seen("messageDelivered");
  await clinic.seen("messageDelivered");
  for (const [site, witness] of [[clinic, lab], [lab, clinic]]) {
    const [answer] = await site.gateway.ledger.witnessNow();
    assertEquals([answer.partner, answer.hasSigned, answer.trouble], [witness.name, true, undefined]);
    const [{ size, witnesses }] = await site.gateway.ledger.ask({ ask: "checkpoints", limit: 1 });
    assertEquals([size, witnesses], [answer.signed!.size, [witness.name]]);
    const { ledger } = site.gateway.snapshot();
    assertEquals([ledger.isSigned, ledger.alarms, ledger.witnesses[0].signed?.size], [true, [], size]);
    const own = await site.gateway.ledger.ask({ ask: "handedFiles", gateway: site.name });
    assertEquals(own.length, 1);
  }
  const sent = await kindsOf(clinic);
  assertEquals(sent.slice(0, 2), ["began", "started"]);
  for (const kind of ["keys", "partner", "received", "receipted"] as const) assert(sent.includes(kind), kind);
  assert((await kindsOf(lab)).includes("acknowledged"));
});

Deno.test("a ledger that was deleted, and begins anew, is an alarm at both gateways, over the exchange", async () => {
  await using clinic = await Site.open("st-elsewhere");
  await using lab = await Site.open("acme-lab");
  await clinic.introduceTo(lab);
  await lab.introduceTo(clinic);
  await clinic.start({ orders: sendsTo("acme-lab") }, { partners: ["acme-lab"] });
  await lab.start({ orders: takesFrom("st-elsewhere") }, { partners: ["st-elsewhere"] });
  await clinic.gateway.ledger.witnessNow();
  await clinic.stop();
  // Somebody deletes what was written down, and lets it begin anew.
  for (const table of ["ledger", "tile", "checkpoint", "cosignature"]) {
    clinic.store.database.exec(`DELETE FROM ${table}`);
  }
  await clinic.start({ orders: sendsTo("acme-lab") }, { partners: ["acme-lab"] });
  const [answer] = await clinic.gateway.ledger.witnessNow();
  assertEquals(answer.hasSigned, false);
  const { error } = await lab.seen("ledgerAlarmed");
  assert(["LEDGER_ROLLED_BACK", "LEDGER_VIEW_SPLIT"].includes(error.code), error.code);
  const { error: ours } = await clinic.seen("ledgerAlarmed");
  assertEquals(ours.code, error.code);
});
