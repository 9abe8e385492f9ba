/** What is written down beside the feed, who has signed it before, and when it is not signed. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { LedgerEntry } from "../../../../runtime/trust/ledger/entry.ts";
import { FakeClock } from "../../../world/fake_clock.ts";
import { turns } from "../../../world/turns.ts";
import { knownAs, LedgerSite } from "./ledger_rig.ts";

async function entriesOf(site: LedgerSite): Promise<readonly LedgerEntry[]> {
  const { entries } = await site.ledger.ask({ ask: "entries", from: 0, limit: 1_000 });
  return entries.map(({ entry }) => entry);
}

async function kindsOf(site: LedgerSite): Promise<readonly string[]> {
  return (await entriesOf(site)).map(({ kind }) => kind);
}

Deno.test("a gateway writes down that it starts and stops, who started it, and with which configuration and keys", async () => {
  const clock = new FakeClock();
  await using hospital = await LedgerSite.open("hospital", clock);
  await turns(20);
  await hospital.restart();
  await turns(20);
  const entries = await entriesOf(hospital);
  assertEquals(entries.map(({ kind }) => kind), ["began", "started", "keys", "stopped", "started"]);
  const [, started, keys] = entries;
  assertEquals([started.by, started.hash], ["ann", "c0ffee"]);
  const [file, ...more] = await hospital.ledger.ask({ ask: "handedFiles", gateway: hospital.gateway });
  assertEquals([keys.serial, keys.hash, more], [file.serial, file.sha256, []]);
  assertEquals([...file.bytes], [...hospital.known.bytes]);
});

Deno.test("keys that were changed while the gateway was stopped are written down at its start, with who changed them", async () => {
  const clock = new FakeClock();
  await using hospital = await LedgerSite.open("hospital", clock);
  await turns(20);
  await hospital.stop();
  hospital.known = await knownAs("hospital.example", clock, {
    ...hospital.known.identity,
    serial: 2,
    changedBy: "bob",
  });
  await hospital.start();
  await turns(20);
  const { kind, serial, by } = (await entriesOf(hospital)).at(-1)!;
  assertEquals([kind, serial, by], ["keys", 2, "bob"]);
  const files = await hospital.ledger.ask({ ask: "handedFiles", gateway: hospital.gateway });
  assertEquals(files.map(({ serial }) => serial), [2, 1]);
  // The newest head is by the key of the file before, which was ours all the same.
  assertEquals(hospital.alarmed, []);
});

Deno.test("partners that come, change and go are written down, and their files are kept", async () => {
  const clock = new FakeClock();
  await using hospital = await LedgerSite.open("hospital", clock);
  await using lab = await LedgerSite.open("lab", clock);
  hospital.meets(lab);
  await turns(20);
  lab.known = await knownAs("lab.example", clock, { ...lab.known.identity, serial: 2 });
  hospital.meets(lab);
  await turns(20);
  hospital.partners.delete("lab");
  hospital.meets();
  await hospital.restart();
  await turns(20);
  const told = (await entriesOf(hospital)).filter(({ kind }) => kind === "partner");
  assertEquals(told.map(({ outcome, gateway, serial, by }) => [outcome, gateway, serial, by]), [
    ["active", "lab.example", 1, "bob"],
    ["active", "lab.example", 2, "bob"],
    ["removed", "lab", undefined, undefined],
  ]);
  const files = await hospital.ledger.ask({ ask: "handedFiles", gateway: "lab.example" });
  assertEquals(files.map(({ serial, sha256 }) => [serial, sha256]), [[2, told[1].hash], [1, told[0].hash]]);
});

Deno.test("configuration and sign-ins are written down with who it was", async () => {
  const clock = new FakeClock();
  await using hospital = await LedgerSite.open("hospital", clock);
  hospital.ledger.configured("lab", "beef", { person: "bob" });
  hospital.ledger.removed("old");
  hospital.ledger.noteLogin({ by: "carol" });
  hospital.ledger.noteLogin({ code: "CONTROL_REQUEST_MALFORMED" });
  await hospital.ledger.head();
  const atMs = clock.nowMs();
  assertEquals((await entriesOf(hospital)).filter(({ kind }) => kind === "config" || kind === "login"), [
    { kind: "config", atMs, channel: "lab", hash: "beef", by: "bob" },
    { kind: "config", atMs, channel: "old", act: "removed" },
    { kind: "login", atMs, outcome: "accepted", by: "carol" },
    { kind: "login", atMs, outcome: "rejected", code: "CONTROL_REQUEST_MALFORMED" },
  ]);
});

Deno.test("what is done to the users of the page is written down with who did it, once, also while the gateway was stopped", async () => {
  const clock = new FakeClock();
  await using hospital = await LedgerSite.open("hospital", clock);
  const ann = { name: "ann", role: "reviewer", mark: "1", by: "root" },
    vic = { ...ann, name: "vic", role: "viewer" };
  for (const users of [[ann, vic], [ann, vic], [{ ...ann, mark: "2", by: "bob" }, vic]]) {
    hospital.ledger.noteUsers(users);
  }
  await turns(20);
  await hospital.restart();
  // One is removed as `mitral users` does, and one by whoever wrote the file.
  for (const users of [[{ name: "ann", by: "bob" }], [{ ...ann, by: "bob" }], [{ ...ann, role: "viewer" }]]) {
    hospital.ledger.noteUsers(users);
  }
  await turns(20);
  const told = (await entriesOf(hospital)).filter(({ kind }) => kind === "config");
  assertEquals(told.map(({ act, by }) => [act, by]), [
    ["user ann added as reviewer", "root"],
    ["user vic added as viewer", "root"],
    ["user ann given another password", "bob"],
    ["user ann removed", "bob"],
    ["user vic removed", undefined],
    ["user ann added as reviewer", "bob"],
    ["user ann made viewer", "root"],
  ]);
});

Deno.test("a gateway without a ledger key writes everything down, and signs nothing", async () => {
  const clock = new FakeClock();
  const known = await knownAs("hospital.example", clock);
  const { ledger: _, ...identity } = known.identity;
  await using hospital = new LedgerSite(
    "hospital",
    clock,
    await knownAs("hospital.example", clock, identity),
  );
  await hospital.start();
  await hospital.grow(5);
  await clock.advance(60_000);
  assertEquals(clock.waiting, 0);
  assertEquals(hospital.ledger.state(), { isSigned: false, witnesses: [], alarms: [] });
  assertEquals((await kindsOf(hospital)).filter((kind) => kind === "act").length, 5);
  assertEquals(await hospital.ledger.ask({ ask: "checkpoints", limit: 1 }), []);
});

Deno.test("a newest head that is by none of our keys is an alarm", async () => {
  const clock = new FakeClock();
  await using hospital = await LedgerSite.open("hospital", clock);
  await hospital.grow();
  await hospital.stop();
  // Somebody has put other keys, and what they have signed, in the place of ours.
  hospital.known = await knownAs("hospital.example", clock);
  await hospital.start();
  await hospital.until("ledgerAlarmed");
  assertEquals(hospital.alarmed, ["LEDGER_KEY_STRANGE"]);
  const [{ notes, gateway }] = await hospital.ledger.alarms();
  assertEquals([notes.length, gateway], [1, hospital.gateway]);
});

Deno.test("a ledger that was changed, or shortened, is an alarm, and no head of it is signed", async () => {
  for (
    const [change, code] of [
      ["DELETE FROM ledger WHERE place = (SELECT max(place) FROM ledger)", "JOURNAL_LEDGER_SHORTENED"],
      [
        "UPDATE ledger SET entries = CAST(replace(CAST(entries AS TEXT), 'looked 0', 'looked 9') AS BLOB)",
        "JOURNAL_LEDGER_CHANGED",
      ],
    ] as const
  ) {
    const clock = new FakeClock();
    await using hospital = await LedgerSite.open("hospital", clock);
    await hospital.grow(3);
    await hospital.stop();
    hospital.store.database.exec(change);
    await hospital.start();
    await hospital.until("ledgerAlarmed");
    assertEquals(hospital.alarmed, [code]);
    await hospital.grow(3);
    await clock.advance(60_000);
    const { isSigned, head, alarms } = hospital.ledger.state();
    assertEquals([isSigned, head, alarms.length], [false, undefined, 1]);
    assert((await hospital.ledger.alarms())[0].notes.length > 0);
  }
});

Deno.test("a gateway without an exchange settles its alarms, too, and none that is not there", async () => {
  const clock = new FakeClock();
  await using hospital = await LedgerSite.open("hospital", clock);
  hospital.isAlone = true;
  await hospital.grow();
  await hospital.stop();
  hospital.known = await knownAs("hospital.example", clock);
  await hospital.start();
  await hospital.until("ledgerAlarmed");
  await hospital.ledger.settleAlarm("1", { person: "ann" });
  assertEquals(hospital.ledger.state().alarms, []);
  const error = await assertRejects(() => hospital.ledger.settleAlarm("1"));
  assertEquals((error as { code?: unknown }).code, "LEDGER_ALARM_UNKNOWN");
});
