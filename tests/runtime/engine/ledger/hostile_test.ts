/** What a partner's gateway may say that is not so. */
import { assertEquals } from "@std/assert";
import type { Told } from "../../../../runtime/engine/exchange/control.ts";
import { readCheckpoint, signCheckpoint } from "../../../../runtime/trust/ledger/checkpoint.ts";
import { cosignatureLine, witnessNameOf } from "../../../../runtime/trust/ledger/cosignature.ts";
import { FakeClock } from "../../../world/fake_clock.ts";
import { turns } from "../../../world/turns.ts";
import { knownAs, LedgerSite } from "./ledger_rig.ts";

const MINUTE_MS = 60_000, DAY_MS = 86_400_000;

interface Shown extends Told {
  readonly note: string;
  readonly proof: readonly string[];
}

/** A lab that has signed the hospital's ledger, and what the hospital shows it next. */
async function shownNext() {
  const clock = new FakeClock();
  const hospital = await LedgerSite.open("hospital", clock), lab = await LedgerSite.open("lab", clock);
  hospital.meets(lab);
  await clock.pass(hospital.ledger.witnessNow());
  await hospital.grow(9);
  hospital.isDeaf = true;
  await clock.pass(hospital.ledger.witnessNow());
  hospital.isDeaf = false;
  // What it would say by itself is said by the test.
  hospital.onTheWay = () => undefined;
  const shown = hospital.told.at(-1)![1] as Shown;
  return { hospital, lab, clock, shown };
}

Deno.test("what is no checkpoint of this very partner is refused, and nothing of it is remembered", async () => {
  const { hospital, lab, clock, shown } = await shownNext();
  await using _one = hospital, _other = lab;
  const stranger = await knownAs("hospital.example", clock);
  const { origin, size, root } = readCheckpoint(shown.note);
  const signed = (changed: { readonly origin?: string; readonly size?: number }, by = hospital.known) =>
    signCheckpoint({ origin, size, root, ...changed }, by.identity.ledger!);
  const hash = shown.proof[0];
  const wrong:
    readonly (readonly [Partial<Record<keyof Shown | "began" | "from" | "atMs", unknown>>, string])[] = [
      [{ note: undefined }, "LEDGER_CHECKPOINT_STRANGE"],
      [{ note: 7 }, "LEDGER_CHECKPOINT_STRANGE"],
      [{ note: shown.note + "x".repeat(5_000) }, "LEDGER_CHECKPOINT_STRANGE"],
      [{ note: "hospital\n" }, "LEDGER_CHECKPOINT_UNSIGNED"],
      [{ note: shown.note.replace(`\n${size}\n`, `\n${size + 1}\n`) }, "LEDGER_CHECKPOINT_UNSIGNED"],
      [{ note: signed({}, stranger) }, "LEDGER_CHECKPOINT_UNSIGNED"],
      [{ note: signed({ origin: origin.replace("hospital", "lab") }) }, "LEDGER_CHECKPOINT_STRANGE"],
      [{ note: signed({ origin: origin.replace(/\/1$/, "/01") }) }, "LEDGER_CHECKPOINT_STRANGE"],
      [{ note: signed({ origin: origin.replace(/\/1$/, "") }) }, "LEDGER_CHECKPOINT_STRANGE"],
      [
        { note: signed({ origin: origin.replace(/[0-9a-f]{16}/, stranger.file.root.keyId) }) },
        "LEDGER_CHECKPOINT_STRANGE",
      ],
      [{ from: -1 }, "LEDGER_CHECKPOINT_STRANGE"],
      [{ from: 1.5 }, "LEDGER_CHECKPOINT_STRANGE"],
      [{ from: "3" }, "LEDGER_CHECKPOINT_STRANGE"],
      [{ atMs: undefined }, "LEDGER_CHECKPOINT_STRANGE"],
      [{ atMs: clock.nowMs() + DAY_MS }, "LEDGER_CHECKPOINT_STRANGE"],
      [{ proof: hash }, "LEDGER_CHECKPOINT_STRANGE"],
      [{ proof: [hash.slice(4)] }, "LEDGER_CHECKPOINT_STRANGE"],
      [{ proof: ["*".repeat(44)] }, "LEDGER_CHECKPOINT_STRANGE"],
      [{ proof: Array(60).fill(hash) }, "LEDGER_CHECKPOINT_STRANGE"],
      [{ began: { entry: "AAAA" } }, "LEDGER_CHECKPOINT_STRANGE"],
      [{ began: { entry: "A".repeat(8_000), proof: [] } }, "LEDGER_CHECKPOINT_STRANGE"],
    ];
  const answers = () => lab.told.filter(([, { type }]) => type === "cosignature").length;
  const before = answers();
  for (const [changed, code] of wrong) {
    await clock.advance(MINUTE_MS);
    const outcome = await lab.hears("hospital", { ...shown, ...changed });
    const error = "error" in outcome ? outcome.error : undefined;
    assertEquals(error?.code, code, JSON.stringify(changed).slice(0, 200));
    assertEquals(lab.all("checkpointRefused").at(-1)?.error.code, code);
  }
  assertEquals([lab.alarmed, answers()], [[], before]);
  // As it was told, it is as good as ever.
  await clock.advance(MINUTE_MS);
  assertEquals((await lab.hears("hospital", shown)).kind, "accepted");
  await hospital.until("ledgerWitnessed", 2);
});

Deno.test("whoever asks all the time is not heard, and that keeps no other from being heard", async () => {
  const { hospital, lab, clock, shown } = await shownNext();
  await using _one = hospital, _other = lab;
  await clock.advance(MINUTE_MS);
  const outcomes = [];
  for (let at = 0; at < 20; at++) outcomes.push(await lab.hears("hospital", shown));
  const codes = outcomes.flatMap((outcome) => "error" in outcome ? [outcome.error.code] : []);
  assertEquals(codes, Array(8).fill("LEDGER_WITNESS_BUSY"));
  // Or it could fill the log.
  assertEquals(lab.all("checkpointRefused").length, 1);
  await using registry = await LedgerSite.open("registry", clock);
  registry.meets(lab);
  assertEquals((await clock.pass(registry.ledger.witnessNow())).map(({ hasSigned }) => hasSigned), [true]);
  await clock.advance(MINUTE_MS);
  assertEquals((await lab.hears("hospital", shown)).kind, "accepted");
});

Deno.test("a head that comes late, or twice, is held against nobody", async () => {
  const { hospital, lab, clock, shown } = await shownNext();
  await using _one = hospital, _other = lab;
  await clock.advance(MINUTE_MS);
  await hospital.grow(30);
  hospital.onTheWay = (told) => told;
  await clock.pass(hospital.ledger.witnessNow());
  await clock.advance(MINUTE_MS);
  for (let at = 0; at < 2; at++) assertEquals((await lab.hears("hospital", shown)).kind, "accepted");
  await turns(20);
  assertEquals([hospital.alarmed, lab.alarmed], [[], []]);
  await hospital.grow();
  assertEquals((await clock.pass(hospital.ledger.witnessNow()))[0].hasSigned, true);
});

Deno.test("a proof that does not show what it is to show is a split view", async () => {
  const { hospital, lab, clock, shown } = await shownNext();
  await using _one = hospital, _other = lab;
  await clock.advance(MINUTE_MS);
  await lab.hears("hospital", { ...shown, proof: shown.proof.slice(1) });
  assertEquals(lab.alarmed, ["LEDGER_VIEW_SPLIT"]);
  // The hospital's ledger did grow out of it, so it does not agree.
  await turns(20);
  assertEquals(hospital.all("witnessFailed").at(-1)?.error.code, "LEDGER_WITNESS_MISTAKEN");
  assertEquals(hospital.alarmed, []);
});

Deno.test("what a witness says of our ledger counts only by its own signature, or ours", async () => {
  const { hospital, lab, clock, shown } = await shownNext();
  await using _one = hospital, _other = lab;
  const { origin, size, root, text } = readCheckpoint(shown.note);
  const { gateway, root: { keyId } } = lab.known.file;
  const name = witnessNameOf({ gateway, root: keyId });
  const stranger = await knownAs("lab.example", clock);
  const line = cosignatureLine(text, name, lab.known.identity.ledger!, clock.nowMs());
  const base = { type: "cosignature", origin, size } as const;
  const forged = signCheckpoint({ origin, size: size + 100, root }, stranger.identity.ledger!);
  const wrong: readonly Told[] = [
    { ...base },
    { ...base, line: 7 },
    { ...base, line: line.repeat(9) },
    { ...base, line: line + line },
    { ...base, line: line.trimEnd() },
    { ...base, line: cosignatureLine(text, name, stranger.identity.ledger!, clock.nowMs()) },
    { ...base, line: cosignatureLine(text, `${name}x`, lab.known.identity.ledger!, clock.nowMs()) },
    { ...base, line, known: { note: shown.note } },
    { ...base, line, origin: origin.replace("hospital", "lab") },
    { ...base, line, size: -1 },
    { ...base, known: shown.note },
    { ...base, known: { note: forged } },
    { ...base, conflict: { note: forged } },
    { ...base, conflict: { note: "nothing" } },
    { ...base, conflict: { note: "x".repeat(9_000) } },
  ];
  for (const told of wrong) {
    await clock.advance(MINUTE_MS / 4);
    const outcome = await hospital.hears("lab", told);
    const code = "error" in outcome ? outcome.error.code : undefined;
    assertEquals(code, "LEDGER_COSIGNATURE_STRANGE", JSON.stringify(told).slice(0, 200));
  }
  // Of a head that it was never shown, nothing is kept.
  assertEquals((await hospital.hears("lab", { ...base, size: size + 7, line })).kind, "accepted");
  assertEquals(hospital.alarmed, []);
  assertEquals((await hospital.hears("lab", { ...base, conflict: { note: shown.note } })).kind, "rejected");
  assertEquals(hospital.all("witnessFailed").at(-1)?.error.code, "LEDGER_WITNESS_MISTAKEN");
  assertEquals((await hospital.hears("lab", { ...base, line })).kind, "accepted");
  await hospital.until("ledgerWitnessed", 2);
  assertEquals(hospital.alarmed, []);
});

Deno.test("what the key before has signed is good for a day after it was replaced, and not once it is revoked", async () => {
  const { hospital, lab, clock, shown } = await shownNext();
  await using _one = hospital, _other = lab;
  await turns(20);
  const first = hospital.known.identity.ledger!.keyId;
  const other = await knownAs("hospital.example", clock);
  const identity = { ...hospital.known.identity, serial: 2, ledger: other.identity.ledger! };
  hospital.known = await knownAs("hospital.example", clock, identity);
  // The lab takes the newer file.
  hospital.meets(lab);
  await turns(20);
  await clock.advance(DAY_MS - MINUTE_MS);
  assertEquals((await lab.hears("hospital", shown)).kind, "accepted");
  const before = hospital.known;
  const revoked = [{ keyId: first, atMs: clock.nowMs() }];
  hospital.known = await knownAs("hospital.example", clock, { ...identity, serial: 3, revoked });
  assertEquals(codeOf(await lab.hears("hospital", shown)), "LEDGER_CHECKPOINT_UNSIGNED");
  hospital.known = before;
  await clock.advance(2 * MINUTE_MS);
  assertEquals(codeOf(await lab.hears("hospital", shown)), "LEDGER_CHECKPOINT_UNSIGNED");
});

function codeOf(outcome: Awaited<ReturnType<LedgerSite["hears"]>>): string | undefined {
  return "error" in outcome ? outcome.error.code : undefined;
}
