/**
 * A journal on disk with a million ledger entries, looked through as `mitral audit verify` does, and proofs of random entries
 * checked by the outsider's script. Run: `deno run -A tests/bench/ledger_at_scale.ts [ENTRIES]`.
 */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { LedgerHead } from "../../runtime/journal/ledger/operations.ts";
import { memoryFiles } from "../../runtime/journal/memory_files.ts";
import { Reader } from "../../runtime/journal/reader.ts";
import { prepareSchema } from "../../runtime/journal/schema.ts";
import { Sealing } from "../../runtime/journal/sealing.ts";
import { openWriter } from "../../runtime/journal/sqlite_database.ts";
import { verifyLedgerIn } from "../../runtime/journal/upkeep/upkeep.ts";
import type { LedgerKeys, LedgerVerified } from "../../runtime/journal/upkeep/verify_ledger.ts";
import { Writer } from "../../runtime/journal/writer.ts";
import { writeProof } from "../../runtime/trust/ledger/tlog_proof.ts";
import { denoWorld } from "../../runtime/world/deno_world.ts";
import { fillMany } from "../runtime/journal/many_messages.ts";
import { checkpointOf, cosignatureOf, newSigner, WITNESS } from "../runtime/journal/ledger/signer.ts";
import { masterKey } from "../world/master_key.ts";
import { SeededRandom } from "../world/seeded_random.ts";

/** An entry, and what shows that it is in the ledger. */
export interface Proven {
  readonly entry: Uint8Array;
  readonly proof: string;
}

/** Fills the journal of a folder with messages until the ledger has about so many entries; resolves with what its head is signed by. */
export function fillLedger(folder: string, entries: number): LedgerKeys {
  const [own, witness] = [newSigner(), newSigner()];
  using journal = opened(folder);
  prepareSchema(journal.database);
  const writer = new Writer(journal.database, journal.sealing(), memoryFiles());
  // Each message is received, and delivered.
  fillMany(writer, Math.ceil(entries / 2));
  const [head] = writer.apply([{ op: "readHead" }]) as readonly LedgerHead[];
  writer.apply([checkpointOf(head!, own), cosignatureOf(head!, witness)]);
  return { own: [own.publicBytes], witnesses: [{ name: WITNESS, publicBytes: witness.publicBytes }] };
}

/** Looks through it as `mitral audit verify` does. */
export function lookThrough(folder: string, keys: LedgerKeys): Promise<LedgerVerified> {
  return verifyLedgerIn(denoWorld, { folder, masterKey, keys });
}

/** Proves so many entries, any of them. */
export function proveSome(folder: string, count: number): readonly Proven[] {
  using journal = opened(folder);
  const reader = new Reader(journal.database, journal.sealing(), memoryFiles());
  const [{ epoch, size, note }] = reader.answer({ ask: "checkpoints", limit: 1 });
  const random = new SeededRandom(8);
  return Array.from({ length: count }, () => {
    const number = random.below(size);
    const { entries: [{ bytes }] } = reader.answer({ ask: "entries", epoch, from: number, limit: 1 });
    const hashes = reader.answer({ ask: "inclusion", epoch, number, size });
    return { entry: bytes, proof: writeProof({ number, hashes, note }) };
  });
}

function opened(folder: string) {
  const database = openWriter(join(folder, "journal.db"));
  return {
    database,
    sealing: () => new Sealing(database, masterKey, randomBytes),
    [Symbol.dispose]: () => database.close(),
  };
}

const PEER = join(import.meta.dirname!, "../interop/ledger_proofs_peer.py");
const SCRIPT = join(import.meta.dirname!, "../../runtime/console/evidence/verify_evidence.py");

/** What the outsider's script finds wrong with each proof, whose head this key has signed; `null`: nothing. */
export async function outsiderFinds(
  key: Uint8Array,
  proven: readonly Proven[],
): Promise<readonly (string | null)[]> {
  const told = {
    key: key.toBase64(),
    proofs: proven.map(({ entry, proof }) => ({ entry: entry.toBase64(), proof })),
  };
  const peer = new Deno.Command("python3", { args: [PEER, SCRIPT], stdin: "piped", stdout: "piped" }).spawn();
  const stdin = peer.stdin.getWriter();
  await stdin.write(new TextEncoder().encode(JSON.stringify(told)));
  await stdin.close();
  return JSON.parse(new TextDecoder().decode((await peer.output()).stdout));
}

/** Does it, and says what it took: time, and the most memory the process had meanwhile, which Linux alone tells. */
async function weighed<T>(what: string, act: () => T | Promise<T>): Promise<T> {
  await Deno.writeTextFile("/proc/self/clear_refs", "5");
  const startMs = performance.now();
  const done = await act();
  const seconds = (performance.now() - startMs) / 1_000;
  const [, kib] = /VmHWM:\s+(\d+)/.exec(await Deno.readTextFile("/proc/self/status"))!;
  console.log(`${what}: ${seconds.toFixed(1)} s, at most ${(Number(kib) / 1024).toFixed(0)} MiB`);
  return done;
}

if (import.meta.main) {
  const wanted = Number(Deno.args[0] ?? 1_000_000);
  const folder = await Deno.makeTempDir();
  try {
    const keys = await weighed("written", () => fillLedger(folder, wanted));
    const { findings, entries, messages, deliveries } = await weighed(
      "looked through",
      () => lookThrough(folder, keys),
    );
    console.log(
      `${entries} entries, ${messages} bodies, ${deliveries} deliveries: ${findings.count} findings`,
    );
    const proven = await weighed("1000 random entries proven", () => proveSome(folder, 1_000));
    const found = await weighed(
      "checked by the outsider's script",
      () => outsiderFinds(keys.own[0]!, proven),
    );
    const refused = found.filter((trouble) => trouble !== null).length;
    console.log(`${refused} of them refused`);
    if (findings.count + refused > 0) Deno.exitCode = 1;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
