import type { Journal } from "../../journal/journal.ts";
import { type ReadCheckpoint, verifyCheckpoint } from "../../trust/ledger/checkpoint.ts";
import type { Partner } from "../../trust/partner_file.ts";
import { parsePartnerFile } from "../../trust/partner_file.ts";

/** How long a partner's heads may be signed by the key before: what is on its way is signed by it. */
const OVERLAP_MS = 86_400_000;

/** Root key of a gateway, by its id, and the gateway's own name. */
export interface LedgerOwner {
  readonly gateway: string;
  readonly root: string;
}

/**
 * The checkpoint, where it is signed by the ledger key of the partner's file, or by the one before until a day after that was
 * replaced; `undefined` where it is not. Only where the newest has not signed it, older files are read.
 */
export async function verifiedBy(
  { gateway, root, ledger, revoked }: Partner,
  note: string,
  journal: Pick<Journal, "ask">,
  nowMs: number,
): Promise<ReadCheckpoint | undefined> {
  const newest = ledger && verifyCheckpoint(note, ledger.publicBytes);
  if (newest) return newest;
  const gone = new Set(revoked.map(({ keyId }) => keyId));
  const earlier = await handedKeys({ gateway, root: root.keyId }, journal, nowMs - OVERLAP_MS);
  const good = earlier.filter(({ keyId }) => !gone.has(keyId));
  return verifyCheckpoint(note, ...good.map(({ publicBytes }) => publicBytes));
}

/**
 * Ledger keys of the files that a gateway's root key has signed, as far as this gateway has handed them out or taken them;
 * only those that were not replaced before a time.
 */
export async function handedKeys(
  { gateway, root }: LedgerOwner,
  journal: Pick<Journal, "ask">,
  sinceMs = -Infinity,
): Promise<readonly { readonly keyId: string; readonly publicBytes: Uint8Array }[]> {
  const files = await journal.ask({ ask: "handedFiles", gateway });
  const inTime = files.filter((_, at) => at === 0 || files[at - 1].atMs > sinceMs);
  const partners = await Promise.all(
    inTime.map(({ bytes }) => parsePartnerFile(bytes, gateway).catch(() => undefined)),
  );
  return partners.flatMap((file) => file?.ledger && file.root.keyId === root ? [file.ledger] : []);
}
