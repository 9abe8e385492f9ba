import { assertEquals, assertNotEquals } from "@std/assert";
import type { Settings } from "../../../runtime/config/settings.ts";
import { EXAMPLE, FILES, FOLDER, read, SMALLEST } from "./_fixtures.ts";

/** What may be shown of settings. */
function written(settings: Settings | undefined): Record<string, string> {
  return Object.fromEntries([...settings!].map(([path, { written }]) => [path, written]));
}

Deno.test("config: the settings of a file are flat text by path, as they are written", async () => {
  const { settings } = await read(SMALLEST);
  assertEquals(written(settings), {
    "gateway": "st-elsewhere",
    "channels.lab.listen.mllp.port": "2575",
    "channels.lab.parse": "hl7v2",
    "channels.lab.send.ehr.mllp.host": "ehr.local",
    "channels.lab.send.ehr.mllp.port": "7001",
  });
});

Deno.test("config: settings keep references to secrets, and no secret", async () => {
  const { settings } = await read(EXAMPLE);
  const all = JSON.stringify([...settings!]);
  const said = written(settings);
  assertEquals(said["channels.lab-results.listen.mllp.tls.key"], "secret:tls-key");
  assertEquals(said['channels.lab-results.transform[0].set."OBX[1]-5.1"'], "");
  assertEquals(said["channels.sealed-in.decrypt.from[0]"], "state-registry");
  assertEquals(all.includes("canary"), false, all);
});

Deno.test("config: a custom actor counts among settings by what its file holds", async () => {
  const hashOf = async (text: string) => {
    const files = { ...FILES, [`${FOLDER}/transformers/normalise_phone.ts`]: text };
    const { settings } = await read(EXAMPLE, files);
    const [found, ...more] = [...settings!].filter(([path]) =>
      path.endsWith(" ./transformers/normalise_phone.ts")
    );
    assertEquals(more, []);
    assertEquals(found[0].startsWith("channels.lab-results.transform[1]"), true, found[0]);
    return found[1].value;
  };
  assertEquals(await hashOf("one"), await hashOf("one"));
  assertNotEquals(await hashOf("one"), await hashOf("two"));
});

Deno.test("config: a setting with a variable is shown as it is written, and compared by what that stands for", async () => {
  const text = SMALLEST.replace("ehr.local", "ehr.${TOKEN}");
  const settingWith = async (token: string) => {
    const { settings } = await read(text, { ...FILES, [`${FOLDER}/gateway.env`]: `TOKEN=${token}\n` });
    return settings!.get("channels.lab.send.ehr.mllp.host")!;
  };
  const [one, two] = [await settingWith("canary-1"), await settingWith("canary-2")];
  assertEquals([one.written, two.written], ["ehr.${TOKEN}", "ehr.${TOKEN}"]);
  assertEquals([one.value, two.value], ["ehr.canary-1", "ehr.canary-2"]);
});

Deno.test("config: a file with problems has no settings", async () => {
  assertEquals((await read("gateway: x\n")).settings, undefined);
});

Deno.test("config: the hash of a file, or of one of its channels, changes with what is written there alone", async () => {
  const hashes = async (text: string) => {
    const { plan } = await read(text);
    return [plan!.hash!, plan!.channels[0].hash!];
  };
  const [whole, lab] = await hashes(SMALLEST);
  assertEquals(await hashes(`# A comment.\n${SMALLEST}`), [whole, lab]);
  const [other, port] = await hashes(SMALLEST.replace("7001", "7002"));
  assertNotEquals([other, port], [whole, lab]);
  const [renamed, same] = await hashes(SMALLEST.replace("st-elsewhere", "elsewhere"));
  assertNotEquals(renamed, whole);
  assertEquals(same, lab);
});
