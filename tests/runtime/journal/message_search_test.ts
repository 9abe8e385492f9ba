import { assertEquals } from "@std/assert";
import { randomBytes } from "node:crypto";
import { Blinds } from "../../../runtime/journal/blinds.ts";
import type { Database, SqlValue } from "../../../runtime/journal/database.ts";
import { memoryFiles } from "../../../runtime/journal/memory_files.ts";
import { MessageSearch } from "../../../runtime/journal/message_search.ts";
import { Names } from "../../../runtime/journal/names.ts";
import { prepareSchema } from "../../../runtime/journal/schema.ts";
import { Sealing } from "../../../runtime/journal/sealing.ts";
import { openWriter } from "../../../runtime/journal/sqlite_database.ts";
import { Writer } from "../../../runtime/journal/writer.ts";
import { masterKey } from "../../world/master_key.ts";
import { fillMany, queriesOver } from "./many_messages.ts";

const COUNT = 2_000;

/** Indexes of the few that are in some state. */
const PARTIAL = new RegExp(
  "INDEX (?:message_(?:inbox|quarantined|filtered|cancelled|gathering)|delivery_(?:outbox|cancelled|quarantined|gathering))$",
);

/** Tells the plan of each statement that is run, line by line. */
function planned(database: Database, tell: (step: string) => void): Database {
  return {
    ...database,
    prepare(sql) {
      const statement = database.prepare(sql);
      const explain = (values: SqlValue[]) => {
        const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values);
        for (const { detail } of plan) tell(String(detail));
      };
      return {
        run: (...values) => statement.run(...values),
        get: (...values) => (explain(values), statement.get(...values)),
        all: (...values) => (explain(values), statement.all(...values)),
      };
    },
  };
}

function filled(): { database: Database; search(tell: (step: string) => void): MessageSearch } {
  const database = openWriter(":memory:");
  prepareSchema(database);
  const sealing = new Sealing(database, masterKey, randomBytes);
  fillMany(new Writer(database, sealing, memoryFiles()), COUNT);
  const search = (tell: (step: string) => void) =>
    new MessageSearch(planned(database, tell), new Names(database), new Blinds(sealing.indexKey));
  return { database, search };
}

Deno.test("no search looks through a whole table: each goes by an index, or down the newest until it has enough", () => {
  const { database, search } = filled();
  for (const [says, query] of queriesOver(COUNT)) {
    const steps: string[] = [];
    search((step) => steps.push(step)).rows(query);
    const scans = steps.filter((step) => /^SCAN (?:message|delivery|found)\b/.test(step));
    const whole = scans.filter((step) => !PARTIAL.test(step) && !step.endsWith("INDEX message_received"));
    assertEquals(whole, [], says);
  }
  database.close();
});

Deno.test("where few messages have one of the words of a query, those are all that is looked at", () => {
  const { database, search } = filled();
  for (const query of [{ controlId: "C7" }, { channel: "channel-3", state: "filtered" }] as const) {
    const steps: string[] = [];
    search((step) => steps.push(step)).rows(query);
    assertEquals(
      steps.includes("SEARCH message USING INTEGER PRIMARY KEY (rowid=?)"),
      true,
      steps.join("\n"),
    );
    assertEquals(steps.filter((step) => step.includes("INDEX message_received")), []);
  }
  database.close();
});

Deno.test("a search from page to page finds every message once, either way", () => {
  const { database, search } = filled();
  const found = search(() => {});
  const newest: string[] = [], oldest: string[] = [];
  for (const [ids, order] of [[newest, "newest"], [oldest, "oldest"]] as const) {
    for (;;) {
      const from = ids.length === 0
        ? {}
        : order === "newest"
        ? { before: ids.at(-1)! }
        : { after: ids.at(-1)! };
      const page = found.rows({ channel: "channel-3", limit: 37, order, ...from });
      if (page.length === 0) break;
      ids.push(...page.map(({ id }) => String(id)));
    }
  }
  assertEquals(newest.length, COUNT / 10);
  assertEquals(oldest, newest.toReversed());
  database.close();
});
