import type { MitralError } from "../../contract/error.ts";
import type { World } from "../../contract/world.ts";
import { masterKeyErrors } from "../../trust/master_key.ts";
import { errors } from "../schema.ts";
import type { Backup } from "./backup.ts";
import type { BackupManifest } from "./backup_manifest.ts";
import type { JournalFigures } from "./journal_figures.ts";
import type { Restore, Restored } from "./restore.ts";
import { upkeepErrors } from "./upkeep_errors.ts";
import type { FromUpkeep, Job } from "./upkeep_thread.ts";
import type { LedgerToVerify, LedgerVerified } from "./verify_ledger.ts";
import type { Verified, verifyBackup, verifyJournal } from "./verify.ts";

/** How far a long look at a journal, or a copy of it, is. */
export interface Progress {
  /** `copying bodies`. */
  readonly doing: string;
  /** So many of `total`; left out where it is not counted. */
  readonly done?: number;
  /** Of what is counted. */
  readonly total?: number;
}

/** Is told how far something is. MUST NOT throw. */
export type Tell = (progress: Progress) => void;

/** How something long is done. */
export interface Watched {
  /** Is told how far it is. */
  readonly tell?: Tell;
  /** Aborted: it ends at once, and what was begun is of no use. */
  readonly signal?: AbortSignal;
}

/**
 * Copies a journal while its gateway uses it; nothing may be removed from it meanwhile. `idle`: nobody uses it, and nobody
 * can until this is done. Errors: JOURNAL_BACKUP_…, JOURNAL_VERSION_…, JOURNAL_FILE_MISSING, JOURNAL_FOLDER_BUSY.
 */
export function backUpJournal(
  world: World,
  backup: Omit<Backup, "atMs"> & { readonly idle: boolean },
  how: Watched = {},
): Promise<BackupManifest> {
  return run(world, { job: "backUp", ...backup, atMs: world.clock.nowMs() }, how) as Promise<BackupManifest>;
}

/** Looks whether everything in a journal is as it was written, beside a gateway that uses it. */
export function verify(
  world: World,
  what: Parameters<typeof verifyJournal>[0],
  how: Watched = {},
): Promise<Verified> {
  return run(world, { job: "verify", ...what }, how) as Promise<Verified>;
}

/** Looks whether everything in a backup is as it was written. */
export function verifyCopy(
  world: World,
  what: Parameters<typeof verifyBackup>[0],
  how: Watched = {},
): Promise<ReturnType<typeof verifyBackup>> {
  return run(world, { job: "verifyBackup", ...what }, how) as Promise<ReturnType<typeof verifyBackup>>;
}

/** Looks through the ledger in a data folder, beside a gateway that uses it, or in a backup: see `verifyLedger`. */
export function verifyLedgerIn(
  world: World,
  what: LedgerToVerify,
  how: Watched = {},
): Promise<LedgerVerified> {
  return run(world, { job: "verifyLedger", ...what }, how) as Promise<LedgerVerified>;
}

/** Puts a backup into a data folder nobody uses. */
export function restoreJournal(
  world: World,
  restore: Omit<Restore, "atMs">,
  how: Watched = {},
): Promise<Restored> {
  return run(world, { job: "restore", ...restore, atMs: world.clock.nowMs() }, how) as Promise<Restored>;
}

/** Counts what is in a journal, beside a gateway that uses it. */
export function countJournal(world: World, folder: string, how: Watched = {}): Promise<JournalFigures> {
  return run(world, { job: "count", folder }, how) as Promise<JournalFigures>;
}

/** On a thread of its own, with connections of its own: neither who writes nor who reads waits for it. */
async function run(world: World, job: Job, { tell = () => {}, signal }: Watched): Promise<unknown> {
  signal?.throwIfAborted();
  const thread = world.spawn.thread(new URL("./upkeep_thread.ts", import.meta.url));
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const abort = () => reject(signal!.reason);
  signal?.addEventListener("abort", abort);
  thread.receive = (message) => {
    const { progress, failure, result } = message as FromUpkeep;
    if (progress) tell(progress);
    else if (failure) reject(errorFrom(job, failure));
    else resolve(result);
  };
  thread.died = (cause) => reject(errorFrom(job, { reason: "its thread died" }, cause));
  thread.post(job);
  try {
    return await promise;
  } finally {
    signal?.removeEventListener("abort", abort);
    thread.terminate();
  }
}

const FAILED = {
  backUp: "JOURNAL_BACKUP_FAILED",
  verify: "JOURNAL_VERIFY_FAILED",
  verifyBackup: "JOURNAL_VERIFY_FAILED",
  verifyLedger: "JOURNAL_VERIFY_FAILED",
  restore: "JOURNAL_RESTORE_FAILED",
  count: "JOURNAL_VERIFY_FAILED",
} as const;

function errorFrom(
  { job }: Job,
  { code, facts, reason }: NonNullable<FromUpkeep["failure"]>,
  cause?: unknown,
): MitralError {
  for (const table of [errors, upkeepErrors, masterKeyErrors]) {
    if (code && code in table.faults) return table.error(code as never, facts as never);
  }
  return upkeepErrors.error(FAILED[job], { reason }, cause);
}
