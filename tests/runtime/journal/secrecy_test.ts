import { assert, assertEquals } from "@std/assert";
import { MemoryStore } from "../../world/memory_store.ts";
import { GatewayRig } from "../engine/gateway_rig.ts";
import { fill, TOLD } from "./data_folders/fill.ts";
import { siteOf } from "./data_folders/site.ts";
import { filesUnder, readable } from "./readable.ts";

Deno.test("nothing that messages say can be read in the data folder: while a gateway runs, when it is killed, when it has stopped", async () => {
  const [data, keys] = [await Deno.makeTempDir(), await Deno.makeTempDir()];
  try {
    const rig = new GatewayRig(1, undefined, new MemoryStore(data));
    // What is written is what counts here, not when.
    rig.store.database.exec("PRAGMA synchronous = OFF");
    const site = await siteOf(rig, keys);
    await rig.open(site.channels, site.settings);
    await fill(rig, site);
    const names = filesUnder(data).map((path) => path.slice(data.length + 1));
    assert(
      names.includes("journal.db-wal") && names.some((name) => name.startsWith("bodies/")),
      names.join(),
    );
    assertEquals(readable(data, TOLD), [], "while it runs");
    rig.cutPower();
    assertEquals(readable(data, TOLD), [], "when it is killed");
    rig.store[Symbol.dispose]();
    assertEquals(readable(data, TOLD), [], "when it has stopped");
    // What is looked for is found where it is.
    await Deno.writeTextFile(`${data}/copy`, btoa(`..${TOLD.find((value) => value === "Kalium")}`));
    assertEquals(readable(data, TOLD), ["Kalium in copy as base64"]);
  } finally {
    for (const folder of [data, keys]) await Deno.remove(folder, { recursive: true });
  }
});
