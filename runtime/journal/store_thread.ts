/// <reference lib="deno.worker" />
/**
 * The journal's thread, in one of its roles. A writer owns the file and commits batches; a reader answers questions
 * beside it; a keeper writes large bodies into files. SQLite's calls and the disk block: here they block nobody else.
 */
import { checkDatabase } from "./check.ts";
import { randomBytes } from "node:crypto";
import type { BodyFiles } from "./body_files.ts";
import type { Database } from "./database.ts";
import { diskFolder } from "./disk_folder.ts";
import { diskFiles } from "./disk_files.ts";
import { LARGE_BYTES, type LargeBody, writeLarge } from "./large_bodies.ts";
import { openUpToDate, type RewriteProgress } from "./migration/migrate.ts";
import type { Operation } from "./operations.ts";
import { prepareSchema } from "./schema.ts";
import { Reader } from "./reader.ts";
import { type KeyChange, rewrap, type Rewrapped } from "./rewrap.ts";
import { Sealing } from "./sealing.ts";
import { holdFolder, openReader, openWriter } from "./sqlite_database.ts";
import type { Applied, FromThread, Opening, ToThread } from "./store.ts";
import { refuseHalfRestored } from "./upkeep/hold_folder.ts";
import { sweepFiles } from "./sweep_files.ts";
import { Writer } from "./writer.ts";

let writer: Writer | undefined;
let reader: Reader | undefined;
let check = () => {};
let files: BodyFiles | undefined;
let close = () => {};

/** The index key, of a writer. */
function open({ role, folder, masterKey }: Opening, call: number): Uint8Array | undefined {
  files = diskFiles(folder, randomBytes);
  if (role === "writer") return openToWrite(folder, masterKey!, files, call);
  if (role === "reader") {
    const database = openReader(`${folder}/journal.db`);
    reader = new Reader(database, new Sealing(database, masterKey!, randomBytes), files);
    close = () => database.close();
  }
}

function openToWrite(
  folder: string,
  masterKey: NonNullable<Opening["masterKey"]>,
  files: BodyFiles,
  call: number,
): Uint8Array {
  const lock = hold(folder);
  let database: Database | undefined;
  try {
    refuseHalfRestored(folder);
    database = openUpToDate({
      folder: diskFolder(folder),
      files,
      masterKey,
      random: randomBytes,
      progress: (progress) => tell(call, progress),
    });
    prepareSchema(database);
    const sealing = new Sealing(database, masterKey, randomBytes);
    sweepFiles(database, files);
    writer = new Writer(database, sealing, files);
    check = () => checkDatabase(database!);
    close = () => {
      try {
        database!.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      } finally {
        database!.close();
        lock.close();
      }
    };
    return sealing.indexKey;
  } catch (cause) {
    database?.close();
    lock.close();
    throw cause;
  }
}

/** Now and then: a twentieth makes a difference to whoever waits. */
function tell(call: number, progress: RewriteProgress): void {
  const { done, of } = progress, share = Math.ceil(of / PROGRESS_PARTS);
  if (done % share === 0 || done === of) self.postMessage({ call, progress } satisfies FromThread);
}

const PROGRESS_PARTS = 20;

function rewrapIn(folder: string, keys: KeyChange): Rewrapped {
  const lock = hold(folder);
  let database: Database | undefined;
  try {
    database = openWriter(`${folder}/journal.db`);
    const rewrapped = rewrap(database, keys, randomBytes);
    // What was wrapped by the key before stays in no file.
    database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    return rewrapped;
  } finally {
    database?.close();
    lock.close();
  }
}

function hold(folder: string): Database {
  try {
    return holdFolder(`${folder}/lock.db`);
  } catch (cause) {
    throw Object.assign(new Error((cause as Error).message), {
      busy: /locked|busy/i.test(String(cause)),
      cause,
    });
  }
}

function perform(message: ToThread): unknown {
  switch (message.do) {
    case "open":
      return open(message, message.call);
    case "apply":
      return apply(message.operations);
    case "ask":
      return reader!.answer(message.question);
    case "check":
      return check();
    case "keep":
      return keep(message.body, files!);
    case "rewrap":
      return rewrapIn(message.folder, message);
    case "close":
      return close();
  }
}

function apply(operations: readonly Operation[]): Applied {
  let sinceMs = 0;
  const results = writer!.apply(operations, () => void (sinceMs = performance.now()));
  return { results, syncMs: performance.now() - sinceMs };
}

/** The body was moved here: it is let go at once, since a thread that rests does not tidy up. */
function keep(body: Uint8Array<ArrayBuffer>, files: BodyFiles): LargeBody {
  const kept = writeLarge(body, files, randomBytes);
  body.buffer.transfer(0);
  return kept;
}

self.onmessage = (event: MessageEvent<ToThread>) => {
  let reply: FromThread;
  try {
    reply = { call: event.data.call, result: perform(event.data) };
  } catch (cause) {
    const { code, facts, busy, message } = cause as {
      code?: string;
      facts?: object;
      busy?: boolean;
      message: string;
    };
    reply = {
      call: event.data.call,
      failure: { code, facts: facts as never, busy: busy ?? false, reason: message },
    };
  }
  self.postMessage(reply, largeBodiesIn(reply.result));
};

/** Large bodies of rows: they move to whoever asked, where others are copied. */
function largeBodiesIn(rows: unknown): ArrayBuffer[] {
  if (!Array.isArray(rows)) return [];
  return rows.flatMap((row: { readonly body?: unknown } | null) => {
    const body = row?.body;
    return body instanceof Uint8Array && body.length > LARGE_BYTES ? [body.buffer as ArrayBuffer] : [];
  });
}
