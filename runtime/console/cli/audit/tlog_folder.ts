import type { AuditRecord } from "../../../trust/ledger/audit/audit_record.ts";
import { entriesPath, TILE_HASHES, TILE_LEVELS, tilePath } from "../../../trust/ledger/tiles.ts";
import { HASH_BYTES, isSame, leafHash } from "../../../trust/ledger/tree.ts";
import { TreeEdge } from "../../../trust/ledger/tree_edge.ts";
import { readCheckpoint } from "../../../trust/ledger/checkpoint.ts";
import { bundleOf } from "../../../journal/ledger/bundle.ts";
import { errors } from "../errors.ts";
import type { Session } from "../session.ts";

/**
 * Writes the ledger up to a signed head as files that any tool of transparency logs reads: `checkpoint`, `tile/L/N` and
 * `tile/entries/N`. The checkpoint is written last: a folder without one is not whole.
 *
 * Source: C2SP tlog-tiles. Errors: CONSOLE_LEDGER_DIFFERENT, CONSOLE_FILE_EXISTS, CONSOLE_FILE_UNWRITABLE.
 */
export async function writeTlogFolder(
  folder: string,
  { checkpoint, pages }: {
    readonly checkpoint: string;
    /** Every entry before the size of the checkpoint, from the first on. */
    readonly pages: AsyncIterable<readonly AuditRecord[]>;
  },
  session: Session,
): Promise<{ readonly size: number }> {
  const { size, root } = readCheckpoint(checkpoint);
  const full: (readonly [path: string, bytes: Uint8Array])[] = [];
  const edge = new TreeEdge((level, number, hashes) => full.push([tilePath(level, number), hashes]));
  let bundle: Uint8Array[] = [];
  const write = (path: string, bytes: Uint8Array) => session.writeNew(`${folder}/${path}`, bytes, 0o600);
  const close = async () => {
    if (bundle.length === 0) return;
    const path = entriesPath(Math.floor((edge.size - 1) / TILE_HASHES), bundle.length);
    await write(path, bundleOf(bundle));
    bundle = [];
  };
  for await (const page of pages) {
    for (const { number, bytes } of page) {
      if (number !== edge.size) errors.fail("CONSOLE_LEDGER_DIFFERENT", { size });
      edge.append(leafHash(bytes));
      bundle.push(bytes);
      if (bundle.length === TILE_HASHES) await close();
      for (const [path, hashes] of full.splice(0)) await write(path, hashes);
    }
  }
  await close();
  for (let level = 0; 2 ** level <= size; level += TILE_LEVELS) {
    const number = Math.floor(Math.floor(size / 2 ** level) / TILE_HASHES);
    const hashes = edge.tile(level, number);
    if (hashes) await write(tilePath(level, number, hashes.length / HASH_BYTES), hashes);
  }
  if (edge.size !== size || !isSame(edge.root(), root)) errors.fail("CONSOLE_LEDGER_DIFFERENT", { size });
  await write("checkpoint", new TextEncoder().encode(checkpoint));
  return { size };
}
