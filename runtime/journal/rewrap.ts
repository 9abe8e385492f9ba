import type { MasterKey } from "../trust/master_key.ts";
import type { Database } from "./database.ts";
import { mustBeCurrent } from "./schema.ts";
import { indexKeyIn, MASTER_ID, placeOf, Wrapping } from "./sealing.ts";

/** One master key, and the one that is to take its place. */
export interface KeyChange {
  readonly from: MasterKey;
  readonly to: MasterKey;
}

/** What a change of the master key did. */
export interface Rewrapped {
  /** Data keys that are wrapped by the new master key. */
  readonly dataKeys: number;
  /** Data keys that did not unwrap, damaged as they were before: they are left as they are. */
  readonly damaged: number;
}

const SLICE = 1_000;

/**
 * Wraps every key of a journal under another master key, in one transaction: what is sealed stays as it is. Where that
 * has been done, nothing is. Errors: JOURNAL_VERSION_OLDER, JOURNAL_VERSION_NEWER, MASTER_KEY_WRONG.
 */
export function rewrap(
  database: Database,
  { from, to }: KeyChange,
  random: (length: number) => Uint8Array,
): Rewrapped {
  mustBeCurrent(database);
  if (database.prepare("SELECT value FROM vault WHERE name = ?").get(MASTER_ID)?.value === to.id) {
    return { dataKeys: 0, damaged: 0 };
  }
  const [before, after] = [new Wrapping(from, random), new Wrapping(to, random)];
  // Of another journal, or under another key, nothing is touched.
  indexKeyIn(database, before);
  const named = database.prepare("SELECT name, value FROM vault WHERE name <> ?").all(MASTER_ID);
  const keep = database.prepare("UPDATE vault SET value = ? WHERE name = ?");
  database.exec("BEGIN IMMEDIATE");
  for (const { name, value } of named) {
    const key = before.unwrap(String(name), value as Uint8Array);
    if (key) keep.run(after.wrap(String(name), key), name);
  }
  keep.run(to.id, MASTER_ID);
  const rewrapped = rewrapDataKeys(database, before, after);
  database.exec("COMMIT");
  return rewrapped;
}

function rewrapDataKeys(database: Database, before: Wrapping, after: Wrapping): Rewrapped {
  const next = database.prepare(
    `SELECT id, channel, day, wrapped FROM data_key WHERE id > ? ORDER BY id LIMIT ${SLICE}`,
  );
  const keep = database.prepare("UPDATE data_key SET wrapped = ? WHERE id = ?");
  let [dataKeys, damaged, last] = [0, 0, 0];
  for (;;) {
    const rows = next.all(last);
    for (const { id, channel, day, wrapped } of rows) {
      const place = placeOf(Number(channel), Number(day));
      const key = before.unwrap(place, wrapped as Uint8Array);
      last = Number(id);
      if (!key) {
        damaged++;
        continue;
      }
      keep.run(after.wrap(place, key), id);
      dataKeys++;
    }
    if (rows.length < SLICE) return { dataKeys, damaged };
  }
}
