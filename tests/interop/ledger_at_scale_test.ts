/** A ledger of some size, as `tests/bench/ledger_at_scale.ts` makes one of a million entries. */
import { assert, assertEquals } from "@std/assert";
import { fillLedger, lookThrough, outsiderFinds, proveSome } from "../bench/ledger_at_scale.ts";
import { missing } from "./_evidence.ts";

const ENTRIES = 20_000;

Deno.test({
  name:
    "a ledger of many tiles is looked through without a finding, and the outsider's script takes proofs of random entries, and no other",
  ignore: missing,
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const keys = fillLedger(folder, ENTRIES);
      const { findings, messages, entries, opened } = await lookThrough(folder, keys);
      assertEquals([findings.list, messages, opened], [[], ENTRIES / 2, true]);
      assert(entries > ENTRIES * 0.99, String(entries));
      const [key] = keys.own, proven = proveSome(folder, 100);
      assertEquals(await outsiderFinds(key!, proven), proven.map(() => null));
      const moved = proven.map(({ proof }, at) => ({
        proof,
        entry: proven[(at + 1) % proven.length]!.entry,
      }));
      assertEquals([...new Set(await outsiderFinds(key!, moved))], ["the proof does not lead to the root"]);
      const unsigned = await outsiderFinds(key!.with(0, key![0]! ^ 1), proven);
      assertEquals([...new Set(unsigned)], ["the checkpoint is not signed by that key"]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
