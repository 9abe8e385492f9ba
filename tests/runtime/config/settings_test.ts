import { assertEquals, assertNotEquals } from "@std/assert";
import { EXAMPLE, FILES, FOLDER, read, SMALLEST } from "./_fixtures.ts";

Deno.test("config: the settings of a file are flat text by path, as they are written", async () => {
  const { settings } = await read(SMALLEST);
  assertEquals(Object.fromEntries(settings!), {
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
  assertEquals(settings!.get("channels.lab-results.listen.mllp.tls.key"), "secret:tls-key");
  assertEquals(settings!.get('channels.lab-results.transform[0].set."OBX[1]-5.1"'), "");
  assertEquals(settings!.get("channels.sealed-in.decrypt.from[0]"), "state-registry");
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
    return found[1];
  };
  assertEquals(await hashOf("one"), await hashOf("one"));
  assertNotEquals(await hashOf("one"), await hashOf("two"));
});

Deno.test("config: a file with problems has no settings", async () => {
  assertEquals((await read("gateway: x\n")).settings, undefined);
});
