/// <reference lib="deno.worker" />
/** A thread that looks after a journal: one job, told how far it is, and then its result. */
import { existsSync } from "node:fs";
import type { Facts } from "../../contract/error.ts";
import { errors } from "../schema.ts";
import { type Backup, backUp } from "./backup.ts";
import { holdIdle } from "./hold_folder.ts";
import { countAll } from "./journal_figures.ts";
import { type Restore, restore } from "./restore.ts";
import type { Progress } from "./upkeep.ts";
import { type LedgerToVerify, verifyLedger } from "./verify_ledger.ts";
import { verifyBackup, verifyJournal } from "./verify.ts";

/** What is to be done. */
export type Job =
  | ({ readonly job: "backUp"; readonly idle: boolean } & Backup)
  | ({ readonly job: "verify" } & Parameters<typeof verifyJournal>[0])
  | ({ readonly job: "verifyBackup" } & Parameters<typeof verifyBackup>[0])
  | ({ readonly job: "restore" } & Restore)
  | ({ readonly job: "verifyLedger" } & LedgerToVerify)
  | { readonly job: "count"; readonly folder: string };

/** What comes of it. */
export interface FromUpkeep {
  readonly progress?: Progress;
  readonly failure?: { readonly code?: string; readonly facts?: Facts; readonly reason: string };
  readonly result?: unknown;
}

/** Nobody looks more often. */
const TELL_MS = 100;

let toldAtMs = -Infinity;
let doing = "";

function tell(progress: Progress): void {
  const nowMs = performance.now();
  if (progress.doing === doing && nowMs - toldAtMs < TELL_MS) return;
  [doing, toldAtMs] = [progress.doing, nowMs];
  self.postMessage({ progress } satisfies FromUpkeep);
}

function perform(job: Job): unknown {
  switch (job.job) {
    case "backUp":
      return backUpHeld(job);
    case "verify":
      return verifyJournal(job, tell);
    case "verifyBackup":
      return verifyBackup(job, tell);
    case "verifyLedger":
      return verifyLedger(job, tell);
    case "restore":
      return restore(job, tell);
    case "count":
      return countAll(job.folder, tell);
  }
}

async function backUpHeld(job: Backup & { readonly idle: boolean }) {
  const { folder, idle } = job;
  if (!existsSync(`${folder}/journal.db`)) errors.fail("JOURNAL_FILE_MISSING", { folder });
  const lock = idle ? holdIdle(folder) : undefined;
  try {
    return await backUp(job, tell);
  } finally {
    lock?.close();
  }
}

self.onmessage = async ({ data }: MessageEvent<Job>) => {
  let said: FromUpkeep;
  try {
    said = { result: await perform(data) };
  } catch (cause) {
    const { code, facts, message } = cause as { code?: string; facts?: Facts; message: string };
    said = { failure: { code, facts, reason: message } };
  }
  self.postMessage(said);
};
