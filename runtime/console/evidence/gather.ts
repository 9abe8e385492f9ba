import type { MessageContent } from "../../journal/records.ts";
import { entriesAbout, type LedgerReader } from "./entries.ts";
import { errors } from "./errors.ts";
import type { Evidence, ProvenEntry } from "./evidence_pack.ts";
import { headFor } from "./heads.ts";
import { HandedKeys, noteWith } from "./key_files.ts";
import { type Meant, toldOf } from "./told.ts";

/** What is to be proven. */
export interface Wanted extends Meant {
  readonly message: MessageContent;
  /** The gateway's own name. */
  readonly gateway: string;
  /** Without the message's bytes: its statement names it all the same. */
  readonly withoutPayload: boolean;
}

/** Evidence, and what is to be said about it. */
export interface Gathered {
  readonly evidence: Evidence;
  /** Who has witnessed the ledger since, and when, in milliseconds since 1970-01-01T00:00Z. */
  readonly witnesses: readonly { readonly gateway: string; readonly atMs: number }[];
  /** True where partners had to be asked now. */
  readonly asked: boolean;
  /** Entries that no witness has seen yet, and that are left out. */
  readonly left: number;
}

/**
 * Puts together what shows what became of a message, from the journal and its ledger. Errors: EVIDENCE_…, JOURNAL_…,
 * PARTNER_FILE_….
 */
export async function gather(
  ledger: LedgerReader,
  { message, gateway, withoutPayload, ...meant }: Wanted,
): Promise<Gathered> {
  const { destination, signers, other, statement, receipt, ...bytes } = toldOf(message, meant);
  const { id, receivedAtMs } = message;
  const about = await entriesAbout(ledger, {
    message: id,
    sinceMs: receivedAtMs,
    ...(destination === undefined ? {} : { destination }),
  });
  if (about.length === 0) errors.fail("EVIDENCE_ENTRIES_MISSING");
  const known = new Map<string, HandedKeys>();
  const keysOf = async (name: string) => {
    const keys = known.get(name) ?? await HandedKeys.of(ledger, name);
    known.set(name, keys);
    return keys;
  };
  const entries: ProvenEntry[] = [], witnesses = new Map<string, number>();
  let asked = false, left = 0;
  for (const epochEntries of about) {
    const covered = await headFor(ledger, epochEntries, other, () => asked = true);
    const { epoch, head: { size, note, witnesses: names } } = covered;
    const own = await keysOf(gateway);
    own.mustHaveSignedHead(note);
    const kept = [...own.namesAt(epoch)];
    for (const name of names) {
      const keys = await HandedKeys.of(ledger, name), atMs = keys.witnessed(note);
      if (atMs === undefined) continue;
      (await keysOf(name)).witnessed(note);
      kept.push(...keys.namesAt(epoch));
      witnesses.set(name, Math.max(atMs, witnesses.get(name) ?? 0));
    }
    left += covered.left;
    for (const { number, bytes } of covered.entries) {
      const hashes = await ledger.ask({ ask: "inclusion", epoch, number, size });
      entries.push({ epoch, number, bytes, hashes, note: noteWith(note, kept) });
    }
  }
  for (const { gateway, keyId } of signers) (await keysOf(gateway)).mustHaveSigned(keyId);
  return {
    evidence: {
      gateway,
      message: id,
      ...(destination === undefined ? {} : { destination }),
      ...(withoutPayload ? {} : bytes),
      ...(statement ? { statement } : {}),
      ...(receipt ? { receipt } : {}),
      entries,
      keyFiles: [...known.values()].flatMap(({ needed }) => needed),
    },
    witnesses: [...witnesses].map(([gateway, atMs]) => ({ gateway, atMs })),
    asked,
    left,
  };
}
