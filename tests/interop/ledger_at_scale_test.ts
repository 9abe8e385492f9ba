/** A ledger of some size, as `tests/bench/ledger_at_scale.ts` makes one of a million entries. */
import { assert, assertEquals } from "@std/assert";
import { ledgerAtScale, outsiderFinds } from "../bench/ledger_at_scale.ts";
import { missing } from "./_evidence.ts";

const ENTRIES = 20_000;

Deno.test({
  name:
    "a ledger of many tiles is looked through without a finding, and the outsider's script takes proofs of random entries, and no other",
  ignore: missing,
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const { verified, proven, key } = await ledgerAtScale(folder, ENTRIES, 100);
      assertEquals([verified.findings.list, verified.messages, verified.opened], [[], ENTRIES / 2, true]);
      assert(verified.entries > ENTRIES * 0.99, String(verified.entries));
      assertEquals(await outsiderFinds({ key, proven }), proven.map(() => null));
      const others = proven.map(({ proof }, at) => ({
        proof,
        entry: proven[(at + 1) % proven.length]!.entry,
      }));
      const [wrong, unsigned] = [
        await outsiderFinds({ key, proven: others }),
        await outsiderFinds({ key: key.with(0, key[0]! ^ 1), proven }),
      ];
      assertEquals([...new Set(wrong)], ["the proof does not lead to the root"]);
      assertEquals([...new Set(unsigned)], ["the checkpoint is not signed by that key"]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
