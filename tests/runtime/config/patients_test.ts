/** What a gateway file says of its patient index. */
import { assertEquals } from "@std/assert";
import { catalog } from "../../../catalog.ts";
import { readGateway } from "../../../runtime/config/read_gateway.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";

async function read(patients: unknown) {
  const channel = (parse: string) => ({
    listen: { mllp: { port: 0 } },
    parse,
    send: { files: { file: { path: "./" } } },
  });
  const settings = {
    gateway: "clinic",
    patients,
    channels: { adt: channel("hl7v2"), lists: channel("csv"), orders: channel("hl7v2") },
  };
  return await readGateway({ settings, folder: Deno.cwd() }, {
    disk: denoWorld.disk,
    catalog,
    timeZone: "UTC",
    env: () => undefined,
    loadActor: () => Promise.reject(),
  });
}

Deno.test("patients: the channels that are named feed the index, and no others", async () => {
  const { plan } = await read({ from: "adt" });
  assertEquals(plan!.patients, { from: ["adt"] });
  assertEquals(plan!.channels.map(({ indexesPatients }) => indexesPatients ?? false), [true, false, false]);
  const both = await read({ from: ["adt", "orders"], authority: "ST E" });
  assertEquals(both.plan!.patients, { from: ["adt", "orders"], authority: "ST E" });
});

Deno.test("patients: a channel that is not there, or whose format tells nothing of patients, is a problem", async () => {
  const problemsOf = async (from: unknown) =>
    (await read({ from })).problems.map(({ code, file, hint }) => [code, file, hint]);
  assertEquals(await problemsOf(["adt", "atd", "lists"]), [
    ["CONFIG_CHANNEL_UNKNOWN", "patients.from[1]", "did you mean adt?"],
    ["CONFIG_VALUE_INVALID", "patients.from[2]", "a channel with ADT messages, parse: hl7v2"],
  ]);
  assertEquals((await problemsOf([])).map(([code]) => code), ["CONFIG_VALUE_INVALID"]);
  assertEquals((await problemsOf(undefined)).map(([code]) => code), ["CONFIG_VALUE_MISSING"]);
});
