import type { RunningLedger } from "../../engine/ledger/ledger_api.ts";
import type { NumberedEntry } from "../../journal/ledger/operations.ts";

/** What evidence needs of a ledger. */
export type LedgerReader = Pick<RunningLedger, "ask" | "witnessNow">;

/** Entries that are looked at for one question. */
const SLICE = 10_000;

/** Entries about a message in one epoch of the ledger. */
export interface EpochEntries {
  readonly epoch: number;
  readonly entries: readonly NumberedEntry[];
}

/**
 * Every entry about a message that was received at `sinceMs`, or later, by epoch, oldest first; where a destination is named,
 * none that is about another.
 */
export async function entriesAbout(
  ledger: LedgerReader,
  { message, sinceMs, destination }: {
    readonly message: string;
    readonly sinceMs: number;
    readonly destination?: string;
  },
): Promise<readonly EpochEntries[]> {
  const found: EpochEntries[] = [];
  const { epoch: last } = await ledger.ask({ ask: "entries", from: 0, limit: 1 });
  for (let epoch = 1; epoch <= last; epoch++) {
    const entries: NumberedEntry[] = [];
    let from: number | null = await ledger.ask({ ask: "entryAt", epoch, atMs: sinceMs });
    while (from !== null) {
      const slice: { readonly entries: readonly NumberedEntry[]; readonly next: number | null } = await ledger
        .ask({ ask: "entries", epoch, from, limit: SLICE, message });
      entries.push(
        ...slice.entries.filter(({ entry }) =>
          destination === undefined || (entry.destination ?? destination) === destination
        ),
      );
      from = slice.next;
    }
    if (entries.length > 0) found.push({ epoch, entries });
  }
  return found;
}
