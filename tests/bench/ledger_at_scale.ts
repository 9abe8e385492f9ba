/**
 * A journal on disk with a million ledger entries, looked through as `mitral audit verify` does, and proofs of random entries
 * checked by the outsider's script. Run: `deno run -A tests/bench/ledger_at_scale.ts [ENTRIES]`.
 */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { memoryFiles } from "../../runtime/journal/memory_files.ts";
import { Reader } from "../../runtime/journal/reader.ts";
import { prepareSchema } from "../../runtime/journal/schema.ts";
import { Sealing } from "../../runtime/journal/sealing.ts";
import { openWriter } from "../../runtime/journal/sqlite_database.ts";
import { verifyLedgerIn } from "../../runtime/journal/upkeep/upkeep.ts";
import type { LedgerVerified } from "../../runtime/journal/upkeep/verify_ledger.ts";
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

/** What was found of a large ledger. */
export interface AtScale {
  readonly verified: LedgerVerified;
  readonly proven: readonly Proven[];
  /** Of the key that signed its head. */
  readonly key: Uint8Array;
  /** How long each took, in milliseconds. */
  readonly tookMs: { readonly filling: number; readonly verifying: number; readonly proving: number };
}

/** Fills the journal of a folder with messages until the ledger has about so many entries, looks through it, and proves some. */
export async function ledgerAtScale(folder: string, entries: number, proofs: number): Promise<AtScale> {
  const [own, witness] = [newSigner(), newSigner()];
  const path = join(folder, "journal.db");
  const [, filling] = await timed(async () => {
    const database = openWriter(path);
    try {
      prepareSchema(database);
      const writer = new Writer(database, new Sealing(database, masterKey, randomBytes), memoryFiles());
      // Each message is received, and delivered.
      fillMany(writer, Math.ceil(entries / 2));
      const [head] = writer.apply([{ op: "readHead" }]) as Parameters<typeof checkpointOf>[0][];
      writer.apply([checkpointOf(head!, own), cosignatureOf(head!, witness)]);
    } finally {
      database.close();
    }
  });
  const keys = {
    own: [own.publicBytes],
    witnesses: [{ name: WITNESS, publicBytes: witness.publicBytes }],
  };
  const [verified, verifying] = await timed(() => verifyLedgerIn(denoWorld, { folder, masterKey, keys }));
  const [proven, proving] = await timed(async () => await prove(path, proofs));
  return { verified, proven, key: own.publicBytes, tookMs: { filling, verifying, proving } };
}

/** Proves so many entries, each by what a new reader needs for it. */
function prove(path: string, count: number): readonly Proven[] {
  const database = openWriter(path);
  try {
    const reader = new Reader(database, new Sealing(database, masterKey, randomBytes), memoryFiles());
    const [{ epoch, size, note }] = reader.answer({ ask: "checkpoints", limit: 1 });
    const random = new SeededRandom(8);
    return Array.from({ length: count }, () => {
      const number = random.below(size);
      const { entries: [{ bytes }] } = reader.answer({ ask: "entries", epoch, from: number, limit: 1 });
      const hashes = reader.answer({ ask: "inclusion", epoch, number, size });
      return { entry: bytes, proof: writeProof({ number, hashes, note }) };
    });
  } finally {
    database.close();
  }
}

const PEER = join(import.meta.dirname!, "../interop/ledger_proofs_peer.py");
const SCRIPT = join(import.meta.dirname!, "../../runtime/console/evidence/verify_evidence.py");

/** What the outsider's script finds wrong with each proof; `null`: nothing. */
export async function outsiderFinds(
  { key, proven }: Pick<AtScale, "key" | "proven">,
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

async function timed<T>(act: () => Promise<T>): Promise<readonly [T, number]> {
  const startMs = performance.now();
  const done = await act();
  return [done, performance.now() - startMs];
}

/** The most memory this process has had since it was last asked, in MiB: Linux alone tells. */
async function peakMiB(): Promise<number> {
  const kib = /VmHWM:\s+(\d+)/.exec(await Deno.readTextFile("/proc/self/status"))?.[1];
  await Deno.writeTextFile("/proc/self/clear_refs", "5");
  return Number(kib) / 1024;
}

if (import.meta.main) {
  const wanted = Number(Deno.args[0] ?? 1_000_000), proofs = 1_000;
  const folder = await Deno.makeTempDir();
  try {
    const { verified, tookMs, ...found } = await ledgerAtScale(folder, wanted, proofs);
    const peak = await peakMiB();
    const troubles = (await outsiderFinds({ ...found })).filter((trouble) => trouble !== null);
    const { size: bytes } = await Deno.stat(join(folder, "journal.db"));
    const { findings, entries, messages, deliveries } = verified;
    const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
    console.log(
      `${entries} entries of ${messages} messages, ${(bytes / 2 ** 20).toFixed(0)} MiB, written in ${
        seconds(tookMs.filling)
      }`,
    );
    console.log(
      `looked through in ${
        seconds(tookMs.verifying)
      }, with ${messages} bodies opened and ${deliveries} deliveries: ${findings.count} findings`,
    );
    console.log(
      `${proofs} random entries proven, ${
        (tookMs.proving / proofs).toFixed(2)
      } ms each; the outsider's script refuses ${troubles.length}`,
    );
    console.log(`most memory ${peak.toFixed(0)} MiB`);
    if (findings.count + troubles.length > 0) Deno.exitCode = 1;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
