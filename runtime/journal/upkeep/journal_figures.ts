import { existsSync, readdirSync, statSync } from "node:fs";
import type { Database } from "../database.ts";
import { Names } from "../names.ts";
import type { DeliveryState, MessageState } from "../records.ts";
import { DELIVERY, errors, MESSAGE, mustBeCurrent, VERSION } from "../schema.ts";
import { DAY_MS, masterKeyIn } from "../sealing.ts";
import { openReader } from "../sqlite_database.ts";
import type { Tell } from "./upkeep.ts";

/** Messages, or deliveries, that are alike. */
export interface Counted<State> {
  readonly channel: string;
  /** Of a delivery. */
  readonly destination?: string;
  readonly state: State;
  /** Whose key seals them: `2026-01-31`, UTC. */
  readonly day: string;
  readonly count: number;
  /** Of their bodies, before they were sealed. */
  readonly bytes: number;
}

/** What is in a journal. */
export interface JournalFigures {
  /** Of its tables. */
  readonly version: number;
  /** Grows by one with each restore. */
  readonly epoch: number;
  /** Id of the master key. */
  readonly masterKey: string;
  readonly dataKeys: number;
  readonly messages: readonly Counted<MessageState>[];
  readonly deliveries: readonly Counted<DeliveryState>[];
  /** Days of which it has messages. */
  readonly days: number;
  /** When the first and the last of the messages came, in milliseconds since 1970-01-01T00:00Z; left out without any. */
  readonly oldestMs?: number;
  readonly newestMs?: number;
  readonly files: {
    readonly databaseBytes: number;
    /** Of the database: pages nothing is in. */
    readonly freeBytes: number;
    readonly walBytes: number;
    /** Files of large bodies. */
    readonly bodies: number;
    readonly bodyBytes: number;
  };
}

/** Counts what is in a journal, in one look. Blocks: for a thread of its own. Errors: JOURNAL_FILE_MISSING, JOURNAL_VERSION_… */
export function countAll(folder: string, tell: Tell): JournalFigures {
  const path = `${folder}/journal.db`;
  if (!existsSync(path)) errors.fail("JOURNAL_FILE_MISSING", { folder });
  const database = openReader(path);
  try {
    mustBeCurrent(database);
    database.exec("BEGIN");
    tell({ doing: "counting messages" });
    const messages = counted(database, MESSAGES, Object.keys(MESSAGE) as MessageState[]);
    tell({ doing: "counting deliveries" });
    const deliveries = counted(database, DELIVERIES, Object.keys(DELIVERY) as DeliveryState[]);
    const one = (sql: string) => Number(database.prepare(sql).get()!.value);
    const { oldest, newest } = database.prepare(ENDS).get()!;
    return {
      version: VERSION,
      epoch: one("SELECT value FROM setting WHERE name = 'epoch'"),
      masterKey: masterKeyIn(database),
      dataKeys: one("SELECT count(*) AS value FROM data_key"),
      messages,
      deliveries,
      days: new Set(messages.map(({ day }) => day)).size,
      ...(oldest === null ? {} : { oldestMs: Number(oldest), newestMs: Number(newest) }),
      files: {
        databaseBytes: sizeOf(path),
        freeBytes: Number(database.prepare("PRAGMA freelist_count").get()!.freelist_count) *
          Number(database.prepare("PRAGMA page_size").get()!.page_size),
        walBytes: sizeOf(`${path}-wal`),
        ...bodiesIn(`${folder}/bodies`),
      },
    };
  } finally {
    database.close();
  }
}

const MESSAGES =
  `SELECT channel, NULL AS destination, day, state, count(*) AS count, sum(size) AS bytes FROM message
  GROUP BY channel, day, state`;
const DELIVERIES = `SELECT channel, destination, day, delivery.state AS state, count(*) AS count,
  sum(delivery.size) AS bytes FROM delivery JOIN message ON message.seq = delivery.seq
  GROUP BY destination, day, delivery.state`;
const ENDS = "SELECT min(received_ms) AS oldest, max(received_ms) AS newest FROM message";

function counted<State>(database: Database, sql: string, states: readonly State[]): Counted<State>[] {
  const names = new Names(database);
  return database.prepare(sql).all().map(({ channel, destination, day, state, count, bytes }) => {
    return {
      channel: names.textOf(Number(channel)),
      ...(destination === null ? {} : { destination: names.destinationOf(Number(destination)) }),
      state: states[Number(state)],
      day: new Date(Number(day) * DAY_MS).toISOString().slice(0, 10),
      count: Number(count),
      bytes: Number(bytes),
    };
  });
}

function bodiesIn(folder: string): { readonly bodies: number; readonly bodyBytes: number } {
  let [bodies, bodyBytes] = [0, 0];
  for (const place of existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : []) {
    if (!place.isDirectory()) continue;
    for (const name of readdirSync(`${folder}/${place.name}`)) {
      bodies++;
      bodyBytes += sizeOf(`${folder}/${place.name}/${name}`);
    }
  }
  return { bodies, bodyBytes };
}

/** 0 where there is none, or no more. */
function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
