/** Two and three gateways that witness each other's ledgers, on a clock that is moved. */
import { assert, assertEquals } from "@std/assert";
import { readCheckpoint, verifyCheckpoint } from "../../../../runtime/trust/ledger/checkpoint.ts";
import { verifyCosignature, witnessNameOf } from "../../../../runtime/trust/ledger/cosignature.ts";
import { FakeClock } from "../../../world/fake_clock.ts";
import { turns } from "../../../world/turns.ts";
import { LedgerSite } from "./ledger_rig.ts";

const HOUR_MS = 3_600_000;

async function twoSites(): Promise<{ hospital: LedgerSite; lab: LedgerSite; clock: FakeClock }> {
  const clock = new FakeClock();
  const hospital = await LedgerSite.open("hospital", clock), lab = await LedgerSite.open("lab", clock);
  hospital.meets(lab);
  return { hospital, lab, clock };
}

/** Both have signed all of each other's. */
async function settled(...sites: readonly LedgerSite[]): Promise<void> {
  for (const site of sites) {
    const answers = await site.clock.pass(site.ledger.witnessNow());
    assertEquals(answers.filter(({ hasSigned }) => !hasSigned), []);
  }
}

Deno.test("a head is signed a second after something was written down, and none where nothing was", async () => {
  const clock = new FakeClock();
  await using hospital = await LedgerSite.open("hospital", clock);
  await hospital.grow();
  await clock.advance(999);
  assertEquals(hospital.ledger.state().head, undefined);
  await clock.advance(1);
  await turns(5);
  const { head } = hospital.ledger.state();
  assertEquals(head?.size, (await hospital.ledger.head()).size);
  const [record, ...more] = await hospital.ledger.ask({ ask: "checkpoints", limit: 10 });
  assertEquals([record.size, more], [head!.size, []]);
  assert(verifyCheckpoint(record.note, hospital.known.file.ledger!.publicBytes));
  await clock.advance(HOUR_MS);
  assertEquals((await hospital.ledger.ask({ ask: "checkpoints", limit: 10 })).length, 1);
  assertEquals(clock.waiting, 0);
});

Deno.test("where much is written down at once, its head is signed sooner", async () => {
  const clock = new FakeClock();
  await using hospital = await LedgerSite.open("hospital", clock);
  await hospital.grow(256);
  await clock.advance(100);
  await turns(5);
  assert(hospital.ledger.state().head!.size > 256);
});

Deno.test("partners sign each other's heads, what they sign is kept, and then nobody says anything more", async () => {
  const { hospital, lab, clock } = await twoSites();
  await using _one = hospital, _other = lab;
  await hospital.grow(5);
  await lab.grow(300);
  await hospital.until("ledgerWitnessed");
  await lab.until("ledgerWitnessed");
  for (const [site, witness] of [[hospital, lab], [lab, hospital]]) {
    const [record] = await site.ledger.ask({ ask: "checkpoints", limit: 1 });
    assertEquals(record.witnesses, [witness.gateway]);
    const { root, ledger, gateway } = witness.known.file;
    assert(verifyCosignature(record.note, witnessNameOf({ gateway, root: root.keyId }), ledger!.publicBytes));
    assertEquals(site.ledger.state().witnesses[0].signed?.size, record.size);
  }
  await clock.advance(HOUR_MS);
  const before = [hospital.told.length, lab.told.length];
  await clock.advance(24 * HOUR_MS);
  assertEquals([hospital.told.length, lab.told.length], before);
});

Deno.test("a witness is asked once a minute at most while the ledger grows", async () => {
  const { hospital, lab, clock } = await twoSites();
  await using _one = hospital, _other = lab;
  await settled(hospital);
  const shown = () => hospital.told.filter(([, { type }]) => type === "checkpoint").length;
  const before = shown();
  for (let second = 0; second < 600; second += 2) {
    await hospital.grow();
    await clock.advance(2_000);
  }
  assert(shown() - before <= 11, `${shown() - before} times in ten minutes`);
  assert(shown() - before >= 9, `${shown() - before} times in ten minutes`);
});

Deno.test("whoever asks now has the head of now signed by every partner, or hears who has not within ten seconds", async () => {
  const { hospital, lab, clock } = await twoSites();
  await using registry = await LedgerSite.open("registry", clock);
  await using _one = hospital, _other = lab;
  hospital.meets(registry);
  await hospital.grow();
  const answers = await clock.pass(hospital.ledger.witnessNow());
  const { size } = hospital.ledger.state().head!;
  assertEquals(answers.map(({ partner, hasSigned, signed }) => [partner, hasSigned, signed?.size]), [
    ["lab", true, size],
    ["registry", true, size],
  ]);
  await hospital.grow();
  registry.isDeaf = true;
  lab.onTheWay = () => undefined;
  const startedMs = clock.elapsedMs();
  const later = await clock.pass(hospital.ledger.witnessNow());
  assertEquals(later.map(({ hasSigned, trouble }) => [hasSigned, trouble]), [
    [false, undefined],
    [false, "TEST_PEER_DEAF"],
  ]);
  assertEquals(clock.elapsedMs() - startedMs, 10_000);
});

Deno.test("after restarts on both sides all goes on where it was", async () => {
  const { hospital, lab, clock } = await twoSites();
  await using _one = hospital, _other = lab;
  await hospital.grow(20);
  await settled(hospital, lab);
  await hospital.restart();
  assertEquals((await clock.pass(hospital.ledger.witnessNow())).map(({ hasSigned }) => hasSigned), [true]);
  await lab.restart();
  await hospital.grow(20);
  await settled(hospital, lab);
  hospital.crash();
  await hospital.start();
  await hospital.grow(3);
  await settled(hospital, lab);
  assertEquals([hospital.alarmed, lab.alarmed], [[], []]);
});

Deno.test("a partner that is off for a day is told of once, and signs when it is back", async () => {
  const { hospital, lab, clock } = await twoSites();
  await using _one = hospital, _other = lab;
  await settled(hospital);
  lab.isDeaf = true;
  for (let hour = 0; hour < 24; hour++) {
    await hospital.grow();
    await clock.advance(HOUR_MS);
  }
  assertEquals(hospital.all("witnessFailed").map(({ error }) => error.code), ["TEST_PEER_DEAF"]);
  assertEquals(hospital.ledger.state().witnesses[0].trouble, "TEST_PEER_DEAF");
  lab.isDeaf = false;
  await hospital.until("ledgerWitnessed", 2);
  const { size } = await hospital.ledger.head();
  assertEquals(hospital.ledger.state().witnesses, [{
    partner: "lab",
    signed: { ...hospital.ledger.state().witnesses[0].signed!, size },
  }]);
});

Deno.test("where a copy of the data goes on elsewhere, both sides raise an alarm, with two heads that convince anybody", async () => {
  const { hospital, lab, clock } = await twoSites();
  await using _one = hospital, _other = lab;
  await hospital.grow(10);
  await settled(hospital);
  await using copy = hospital.copied();
  await hospital.grow(5);
  await settled(hospital);
  await copy.start();
  await copy.grow(20);
  hospital.replacedBy(copy);
  const [answer] = await clock.pass(copy.ledger.witnessNow());
  assertEquals([answer.hasSigned, answer.trouble], [false, "LEDGER_VIEW_SPLIT"]);
  assertEquals([copy.alarmed, lab.alarmed], [["LEDGER_VIEW_SPLIT"], ["LEDGER_VIEW_SPLIT"]]);
  for (const site of [copy, lab]) {
    const [{ notes, gateway, code }] = await site.ledger.alarms();
    assertEquals([gateway, code], [hospital.gateway, "LEDGER_VIEW_SPLIT"]);
    const heads = notes.map((note) => verifyCheckpoint(note, hospital.known.file.ledger!.publicBytes)!);
    assertEquals(heads.map(({ origin }) => origin), [heads[0].origin, heads[0].origin]);
    const entries = (await site.ledger.ask({ ask: "entries", from: 0, limit: 1_000 })).entries;
    assert(entries.some(({ entry: { kind, code } }) => kind === "alarm" && code === "LEDGER_VIEW_SPLIT"));
  }
  // The other side of it, who knows nothing yet, hears it as well.
  copy.replacedBy(hospital);
  await hospital.grow();
  await settled(hospital);
  assertEquals(hospital.alarmed, []);
});

Deno.test("where an older copy of the data is put back, both sides raise an alarm though it has grown beyond", async () => {
  for (const count of [1, 200]) {
    const { hospital, lab, clock } = await twoSites();
    await using _one = hospital, _other = lab;
    await hospital.grow(10);
    await settled(hospital);
    await using older = hospital.copied();
    await hospital.grow(50);
    await settled(hospital);
    await hospital.stop();
    hospital.replacedBy(older);
    await older.start();
    await older.grow(count);
    await clock.pass(older.ledger.witnessNow());
    const code = count === 1 ? "LEDGER_ROLLED_BACK" : "LEDGER_VIEW_SPLIT";
    assertEquals([older.alarmed, lab.alarmed], [[code], [code]]);
    // It stays so, and is told once.
    await older.grow(60);
    await clock.advance(HOUR_MS / 6);
    assertEquals(older.alarmed.filter((each) => each === code).length, 1);
  }
});

Deno.test("where the data were deleted and a ledger begins anew, both sides raise an alarm", async () => {
  const { hospital, lab, clock } = await twoSites();
  await using _one = hospital, _other = lab;
  await hospital.grow(10);
  await settled(hospital);
  await hospital.stop();
  await using anew = new LedgerSite("hospital", clock, hospital.known);
  anew.partners.set("lab", lab);
  hospital.replacedBy(anew);
  await anew.start();
  await clock.pass(anew.ledger.witnessNow());
  assertEquals([anew.alarmed, lab.alarmed], [["LEDGER_ROLLED_BACK"], ["LEDGER_ROLLED_BACK"]]);
});

Deno.test("a restore from a backup begins a ledger that partners sign, and they are told from which entry on the old one is gone", async () => {
  const { hospital, lab } = await twoSites();
  await using _one = hospital, _other = lab;
  await hospital.grow(10);
  await settled(hospital);
  await using backup = hospital.copied();
  await hospital.grow(30);
  await settled(hospital);
  await hospital.stop();
  const kept = backup.store.count("SELECT count(*) FROM ledger");
  backup.store.database.exec("UPDATE setting SET value = value + 1 WHERE name = 'epoch'");
  hospital.replacedBy(backup);
  await backup.start();
  await settled(backup);
  assertEquals([backup.alarmed, lab.alarmed], [[], ["LEDGER_PARTNER_RESTORED"]]);
  const [{ says, notes }] = await lab.ledger.alarms();
  const { entries: [{ entry: began }] } = await backup.ledger.ask({ ask: "entries", from: 0, limit: 1 });
  const [, gone] = began.before!.split(" ");
  assert(Number(gone) > kept / 2);
  assert(says.includes(`those from number ${gone} on are gone`), says);
  assertEquals(notes.map((note) => readCheckpoint(note).origin.split("/").at(-1)), ["1", "2"]);
  // It is signed as any other from now on.
  await backup.grow();
  await settled(backup);
  assertEquals(lab.alarmed.length, 1);
});

Deno.test("the one before a restore is not witnessed any more", async () => {
  const { hospital, lab, clock } = await twoSites();
  await using _one = hospital, _other = lab;
  await using restored = hospital.copied();
  restored.store.database.exec("UPDATE setting SET value = value + 1 WHERE name = 'epoch'");
  hospital.replacedBy(restored);
  await restored.start();
  await settled(restored);
  restored.replacedBy(hospital);
  await hospital.grow();
  await clock.pass(hospital.ledger.witnessNow());
  assertEquals([hospital.alarmed, lab.alarmed.at(-1)], [["LEDGER_ROLLED_BACK"], "LEDGER_ROLLED_BACK"]);
});

Deno.test("an alarm is there after restarts until a person settles it; the ledger is witnessed again after a restore", async () => {
  const { hospital, lab, clock } = await twoSites();
  await using _one = hospital, _other = lab;
  await hospital.grow(10);
  await settled(hospital);
  await using older = hospital.copied();
  await hospital.grow(50);
  await settled(hospital);
  hospital.replacedBy(older);
  await older.start();
  await clock.pass(older.ledger.witnessNow());
  await lab.restart();
  await older.restart();
  await clock.advance(1_000);
  await older.ledger.alarms();
  await lab.ledger.alarms();
  assertEquals([older, lab].map(({ ledger }) => ledger.state().alarms.map(({ code }) => code)), [
    ["LEDGER_ROLLED_BACK"],
    ["LEDGER_ROLLED_BACK"],
  ]);
  await lab.ledger.settleAlarm("1", { person: "bob", reason: "their disk was changed" });
  await older.ledger.settleAlarm("1", { person: "ann" });
  assertEquals([...older.ledger.state().alarms, ...lab.ledger.state().alarms], []);
  assertEquals((await lab.ledger.alarms())[0].settled?.by, "bob");
  const { entries } = await lab.ledger.ask({ ask: "entries", from: 0, limit: 1_000 });
  assertEquals(entries.at(-1)!.entry.act, "settled alarm 1: LEDGER_ROLLED_BACK");
  const [settling] = await lab.journal.ask({ ask: "acts", query: {} });
  assertEquals([settling.person, settling.reason], ["bob", "their disk was changed"]);
  await older.grow();
  const [{ hasSigned, trouble }] = await clock.pass(older.ledger.witnessNow());
  assertEquals([hasSigned, trouble], [false, "LEDGER_ROLLED_BACK"]);
  // It was told.
  assertEquals([older.ledger.state().alarms, lab.ledger.state().alarms], [[], []]);
  await older.stop();
  older.store.database.exec("UPDATE setting SET value = value + 1 WHERE name = 'epoch'");
  await older.start();
  await settled(older);
  assertEquals(lab.ledger.state().alarms.map(({ code }) => code), ["LEDGER_PARTNER_RESTORED"]);
});
