/**
 * Makes the data folder of this program's version: `deno run -P=test --no-check tests/runtime/journal/data_folders/make.ts`.
 * Done once for each version of the schema, and never again: what it writes is not made anew.
 */
import { randomBytes } from "node:crypto";
import { dirname } from "node:path";
import { gzipSync } from "node:zlib";
import { Journal } from "../../../../runtime/journal/journal.ts";
import { VERSION } from "../../../../runtime/journal/schema.ts";
import { openAnswer } from "../../../../runtime/journal/sealed_answers.ts";
import { Sealing } from "../../../../runtime/journal/sealing.ts";
import { createMasterKey } from "../../../../runtime/trust/master_key.ts";
import { MemoryStore } from "../../../world/memory_store.ts";
import { GatewayRig } from "../../engine/gateway_rig.ts";
import { deaf } from "../entries.ts";
import { filesUnder } from "../readable.ts";
import { contentsOf, sha256 } from "./contents.ts";
import { fill } from "./fill.ts";
import { placesOf, siteOf } from "./site.ts";

const [scratch, keys] = [await Deno.makeTempDir(), await Deno.makeTempDir()];
try {
  const { masterKey, keyFile } = await createMasterKey();
  const rig = new GatewayRig(1, undefined, new MemoryStore(scratch, masterKey));
  const { database } = rig.store;
  const site = await siteOf(rig, keys);
  await rig.open(site.channels, site.settings);
  await fill(rig, site);
  rig.cutPower();

  const journal = await Journal.open(rig.world, scratch, deaf, rig.store.openStore);
  const places = placesOf(site);
  const contents = await contentsOf(journal, places);
  await journal.close();
  const sealing = new Sealing(database, masterKey, randomBytes);
  const rows = database.prepare("SELECT seq, id, answer FROM message ORDER BY seq").all();
  const besides = await Promise.all(rows.map(async ({ seq, id, answer }) => ({
    id,
    answer: answer === null
      ? null
      : await sha256(openAnswer(sealing, Number(seq), answer as Uint8Array)!.bytes),
  })));
  rig.store[Symbol.dispose]();

  const version = new URL(`v${VERSION}/`, import.meta.url);
  // Fails where there is one of this version.
  await Deno.mkdir(version);
  for (const path of filesUnder(scratch)) {
    const packed = new URL(`folder${path.slice(scratch.length)}.gz`, version);
    await Deno.mkdir(dirname(packed.pathname), { recursive: true });
    await Deno.writeFile(packed, gzipSync(await Deno.readFile(path), { level: 9 }));
  }
  await Deno.writeFile(new URL("master.key", version), keyFile, { mode: 0o600 });
  const expected = JSON.stringify({ places, ...contents, besides }, null, 2);
  await Deno.writeTextFile(new URL("expected.json", version), `${expected}\n`);
} finally {
  for (const folder of [scratch, keys]) await Deno.remove(folder, { recursive: true });
}
// The gateway was cut off in the middle of its work, and its peers still hold some of that.
Deno.exit();
