import { encodeEntry } from "../../../trust/ledger/entry_bytes.ts";
import type { AuditRecord } from "../../../trust/ledger/audit/audit_record.ts";
import type { EntryQuery, ListedEntries } from "../../control/audit.ts";
import { ask, type GatewayOptions } from "../ask.ts";
import type { Session } from "../session.ts";

/** Entries that are asked for at once. */
const PAGE = 1_000;

/**
 * Entries of a running gateway's ledger that match a query, a page at a time, oldest first: as far as the ledger goes when they
 * are asked for. Errors: as of `ask`.
 */
export async function* auditRecords(
  session: Session,
  options: GatewayOptions,
  { gateway, epoch, upTo, from = 0, ...query }: EntryQuery & {
    readonly gateway: string;
    readonly epoch: number;
    /** Number behind the last. */
    readonly upTo: number;
  },
): AsyncGenerator<readonly AuditRecord[]> {
  for (let next: number | null = from; next !== null && next < upTo;) {
    const page: ListedEntries = await ask(session, options, "audit.list", {
      ...query,
      epoch,
      from: next,
      limit: PAGE,
    });
    yield page.entries.filter(({ number }) => number < upTo)
      .map(({ number, entry }) => ({ gateway, epoch, number, entry, bytes: encodeEntry(entry) }));
    next = page.next;
  }
}
