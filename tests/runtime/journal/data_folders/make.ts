/**
 * Makes the data folder of this program's version: `deno run -P=test --no-check tests/runtime/journal/data_folders/make.ts`.
 * Done once for each version of the schema, and never again: what it writes is not made anew.
 */
import { gzipSync } from "node:zlib";
import type { SqlValue } from "../../../../runtime/journal/database.ts";
import { Journal } from "../../../../runtime/journal/journal.ts";
import { MemoryStore } from "../../../world/memory_store.ts";
import { GatewayRig } from "../../engine/gateway_rig.ts";
import { deaf } from "../entries.ts";
import { contentsOf, type Places, sha256 } from "./contents.ts";
import { fill } from "./fill.ts";
import { siteOf } from "./site.ts";

const scratch = await Deno.makeTempDir();
try {
  const rig = new GatewayRig(1, undefined, new MemoryStore(`${scratch}/journal.db`));
  const { database } = rig.store;
  const site = await siteOf(rig, scratch);
  await rig.open(site.channels, site.settings);
  await fill(rig, site);
  rig.cutPower();

  const rows = (sql: string) => database.prepare(sql).all();
  const places = {
    channels: Object.fromEntries(
      site.channels.map(({ name, destinations }) => [name, destinations.map((each) => each.name)]),
    ),
    state: rows("SELECT text AS channel, step, key FROM state JOIN name ON id = channel"),
    numbering: rows("SELECT text AS channel, sender FROM numbering JOIN name ON id = channel"),
  } as unknown as Places;
  const journal = await Journal.open(rig.world, scratch, deaf, rig.store.openStore);
  const contents = await contentsOf(journal, places);
  await journal.close();
  const messages = rows(
    `SELECT message.id AS id, sender, identity, answered, answer, text AS answerType, evidence
     FROM message LEFT JOIN name ON name.id = answer_type ORDER BY seq`,
  );
  const hashOf = async (bytes: SqlValue) => bytes === null ? null : await sha256(bytes as Uint8Array);
  const besides = await Promise.all(messages.map(async ({ answer, evidence, ...row }) => ({
    ...row,
    answer: await hashOf(answer),
    evidence: await hashOf(evidence),
  })));
  const version = Number(rows("PRAGMA user_version")[0].user_version);
  rig.store[Symbol.dispose]();

  const folder = new URL(`v${version}/`, import.meta.url);
  // Fails where there is one of this version.
  await Deno.mkdir(folder);
  const file = await Deno.readFile(`${scratch}/journal.db`);
  await Deno.writeFile(new URL("journal.db.gz", folder), gzipSync(file, { level: 9 }));
  const expected = JSON.stringify({ places, ...contents, besides }, null, 2);
  await Deno.writeTextFile(new URL("expected.json", folder), `${expected}\n`);
} finally {
  await Deno.remove(scratch, { recursive: true });
}
// The gateway was cut off in the middle of its work, and its peers still hold some of that.
Deno.exit();
