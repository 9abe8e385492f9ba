/**
 * The journal's writer alone, in a process of its own: `deno run -A _journal_feed.ts FOLDER MESSAGES with|without`. For each
 * byte it reads it writes so many messages of 1 kB, received, processed and delivered, 32 together, with fsyncs, and prints
 * what that took. Two of them share no code that was compiled for the other, and no garbage.
 */
import { randomBytes } from "node:crypto";
import process from "node:process";
import { join } from "node:path";
import { memoryFiles } from "../../runtime/journal/memory_files.ts";
import type { Appended, Operation, Processed } from "../../runtime/journal/operations.ts";
import { prepareSchema } from "../../runtime/journal/schema.ts";
import { Sealing } from "../../runtime/journal/sealing.ts";
import { openWriter } from "../../runtime/journal/sqlite_database.ts";
import { Writer } from "../../runtime/journal/writer.ts";
import { appendOf, branchTo, processOf } from "../runtime/journal/entries.ts";
import { masterKey } from "../world/master_key.ts";

/** What is committed together: as with 32 senders. */
const TOGETHER = 32;
const BODY_BYTES = 1_024;

/** What writing took. */
export interface Fed {
  readonly perSecond: number;
  /** Of one message. */
  readonly cpuMicroseconds: number;
}

function feed(writer: Writer, messages: number): Fed {
  const body = randomBytes(BODY_BYTES);
  const startedMs = performance.now(), startedCpu = cpuMicroseconds();
  for (let at = 0; at < messages; at += TOGETHER) {
    const appended = writer.apply(
      some(() => appendOf({ body, answered: "positively", sameness: { kind: "exact", windowMs: 1 } })),
    ) as Appended[];
    const processed = writer.apply(
      appended.map(({ seq }) => processOf(seq, [branchTo("ehr")])),
    ) as Processed[];
    writer.apply(
      processed.map(([{ delivery }], which): Operation => ({
        op: "settle",
        seq: appended[which].seq,
        delivery,
        attempts: 1,
        atMs: 4_000,
        tellRest: false,
      })),
    );
  }
  return {
    perSecond: messages / (performance.now() - startedMs) * 1_000,
    cpuMicroseconds: (cpuMicroseconds() - startedCpu) / messages,
  };
}

function some<T>(make: () => T): T[] {
  return Array.from({ length: TOGETHER }, make);
}

function cpuMicroseconds(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

if (import.meta.main) {
  const [folder, count, how] = Deno.args, messages = Number(count) - Number(count) % TOGETHER;
  const database = openWriter(join(folder, `${how}.db`));
  prepareSchema(database);
  const sealing = new Sealing(database, masterKey, randomBytes);
  const writer = new Writer(database, sealing, memoryFiles(), { withoutLedger: how === "without" });
  while (await Deno.stdin.read(new Uint8Array(1)) !== null) {
    console.log(JSON.stringify(feed(writer, messages)));
  }
  database.close();
}
