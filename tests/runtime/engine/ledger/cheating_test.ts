/** What a gateway might try so that nobody notices what its ledger no longer has. */
import { assertEquals } from "@std/assert";
import type { Operation } from "../../../../runtime/journal/operations.ts";
import { originOf, readCheckpoint, signCheckpoint } from "../../../../runtime/trust/ledger/checkpoint.ts";
import { cosignatureLine, witnessNameOf } from "../../../../runtime/trust/ledger/cosignature.ts";
import { encodeEntry } from "../../../../runtime/trust/ledger/entry_bytes.ts";
import { leafHash } from "../../../../runtime/trust/ledger/tree.ts";
import { FakeClock } from "../../../world/fake_clock.ts";
import { LedgerSite } from "./ledger_rig.ts";

const MINUTE_MS = 60_000, HOUR_MS = 60 * MINUTE_MS;

/** A hospital whose ledger a lab has signed, and which says what the test wants it to from then on. */
async function cheat() {
  const clock = new FakeClock();
  const hospital = await LedgerSite.open("hospital", clock), lab = await LedgerSite.open("lab", clock);
  hospital.meets(lab);
  await hospital.grow(20);
  await clock.pass(hospital.ledger.witnessNow());
  hospital.onTheWay = () => undefined;
  const { known: { file, identity } } = hospital;
  const signed = readCheckpoint((await hospital.ledger.ask({ ask: "checkpoints", limit: 1 }))[0].note);
  /** Shows the lab a ledger of one entry. */
  const show = (epoch: number, before?: string) => {
    const entry = encodeEntry({ kind: "began", atMs: clock.nowMs(), ...(before ? { before } : {}) });
    const origin = originOf({ gateway: file.gateway, root: file.root.keyId, epoch });
    const note = signCheckpoint({ origin, size: 1, root: leafHash(entry) }, identity.ledger!);
    return lab.hears("hospital", {
      type: "checkpoint",
      note,
      atMs: clock.nowMs(),
      from: 0,
      proof: [],
      began: { entry: entry.toBase64(), proof: [] },
    });
  };
  const signedBy = (site: LedgerSite) =>
    site.told.filter(([, { type, line }]) => type === "cosignature" && line !== undefined).length;
  return { hospital, lab, clock, signed, show, signedBy };
}

Deno.test("whoever was restored is not signed once more after another restore, until a person has looked at the first", async () => {
  const { hospital, lab, show, signedBy } = await cheat();
  await using _one = hospital, _other = lab;
  assertEquals((await show(2)).kind, "accepted");
  const before = signedBy(lab);
  const outcome = await show(3);
  assertEquals("error" in outcome && outcome.error.code, "LEDGER_RESTORE_UNSEEN");
  assertEquals(signedBy(lab), before);
  await lab.ledger.settleAlarm("1", { person: "bob" });
  assertEquals((await show(3)).kind, "accepted");
  assertEquals([lab.alarmed, signedBy(lab)], [
    ["LEDGER_PARTNER_RESTORED", "LEDGER_PARTNER_RESTORED"],
    before + 1,
  ]);
});

Deno.test("a head of an epoch far away is refused: whoever stole the keys could leave no later one to the gateway", async () => {
  const { hospital, lab, show, signedBy } = await cheat();
  await using _one = hospital, _other = lab;
  const before = signedBy(lab);
  for (const epoch of [1_002, Number.MAX_SAFE_INTEGER]) {
    const outcome = await show(epoch);
    assertEquals("error" in outcome && outcome.error.code, "LEDGER_CHECKPOINT_STRANGE");
  }
  assertEquals([lab.alarmed, signedBy(lab)], [[], before]);
  assertEquals((await show(1_001)).kind, "accepted");
});

Deno.test("a restore that cannot be written down as an alarm is not signed before it is", async () => {
  const { hospital, lab, show, signedBy } = await cheat();
  await using _one = hospital, _other = lab;
  const before = signedBy(lab), write = lab.journal.write;
  const isFull = (operation: Operation) => operation.op === "writeEntry" && operation.entry.kind === "alarm";
  lab.journal.write = (operation, ...how) =>
    isFull(operation)
      ? Promise.reject(new Error("disk full"))
      : write.call(lab.journal, operation, ...how) as never;
  assertEquals((await show(2)).kind, "failed");
  assertEquals([lab.alarmed, signedBy(lab)], [["LEDGER_PARTNER_RESTORED"], before]);
  lab.journal.write = write;
  assertEquals((await show(2)).kind, "accepted");
  // Told once, and there after a restart.
  assertEquals([lab.alarmed.length, signedBy(lab)], [1, before + 1]);
  const { entries } = await lab.ledger.ask({ ask: "entries", from: 0, limit: 1_000 });
  assertEquals(entries.filter(({ entry }) => entry.kind === "alarm").length, 1);
  await lab.restart();
  assertEquals((await lab.ledger.alarms()).map(({ code }) => code), ["LEDGER_PARTNER_RESTORED"]);
});

Deno.test("who settles an alarm lets nothing go: no second view of one ledger is ever signed", async () => {
  const { hospital, lab, show, signedBy } = await cheat();
  await using _one = hospital, _other = lab;
  const before = signedBy(lab);
  await show(1);
  assertEquals(lab.alarmed, ["LEDGER_ROLLED_BACK"]);
  await lab.ledger.settleAlarm("1", { person: "bob" });
  await show(1);
  assertEquals(signedBy(lab), before);
  // A restore is the one way on, and told of.
  await show(2);
  assertEquals([lab.alarmed.at(-1), signedBy(lab)], ["LEDGER_PARTNER_RESTORED", before + 1]);
});

Deno.test("what a restored gateway says of the entries before is told as what it says, unless it is shown", async () => {
  const told = async (before: (signed: { origin: string; size: number; root: string }) => string) => {
    const { hospital, lab, signed, show } = await cheat();
    await using _one = hospital, _other = lab;
    const { origin, size, root } = signed;
    await show(2, before({ origin, size, root: root.toBase64() }));
    const [{ says }] = await lab.ledger.alarms();
    return says.slice(says.indexOf(`epoch 1 `) + 8);
  };
  const other = new Uint8Array(32).toBase64();
  const none = "none is gone; what came behind them may be";
  assertEquals(await told(({ origin, size, root }) => `${origin} ${size} ${root}`), none);
  assertEquals(await told(({ origin, size }) => `${origin} ${size + 5} ${other}`), `it says that ${none}`);
  assertEquals(
    await told(({ origin }) => `${origin} 7 ${other}`),
    "it says that those from number 7 on are gone",
  );
  for (const size of ["all", "-3", "1e2", "07", ""]) {
    assertEquals(await told(({ origin }) => `${origin} ${size} ${other}`), "it does not show which are gone");
  }
});

Deno.test("a witness that signs for another time than now is not taken: what it signed would spoil what it is to prove", async () => {
  const { hospital, lab, clock } = await cheat();
  await using _one = hospital, _other = lab;
  hospital.onTheWay = (told) => told;
  lab.onTheWay = () => undefined;
  await hospital.grow();
  await clock.pass(hospital.ledger.witnessNow());
  const { note } = hospital.told.at(-1)![1] as unknown as { readonly note: string };
  const { origin, size, text } = readCheckpoint(note);
  const { known: { file, identity } } = lab;
  const name = witnessNameOf({ gateway: file.gateway, root: file.root.keyId });
  const says = (atMs: number) => {
    const line = cosignatureLine(text, name, identity.ledger!, atMs);
    return hospital.hears("lab", { type: "cosignature", origin, size, line });
  };
  for (const atMs of [0, clock.nowMs() - HOUR_MS, clock.nowMs() + HOUR_MS, 8e15]) {
    const outcome = await says(atMs);
    assertEquals("error" in outcome && outcome.error.code, "LEDGER_COSIGNATURE_STRANGE", String(atMs));
  }
  assertEquals((await says(clock.nowMs() - MINUTE_MS)).kind, "accepted");
});
