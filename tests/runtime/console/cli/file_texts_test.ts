import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { notingTexts, withTexts } from "../../../../runtime/console/cli/deploy/file_texts.ts";
import { denoWorld } from "../../../../runtime/world/deno_world.ts";
import { withFolder } from "../console_kit.ts";

Deno.test("the texts of a gateway file are itself, its variables and the channels beside it, as they were read", () =>
  withFolder(async (folder) => {
    const file = join(folder, "gateway.yaml");
    const parts = { "gateway.yaml": "gateway: a", "gateway.env": "A=1", "channels/lab.yaml": "about: x" };
    const others = { "secrets/key": "s3cret", "table.csv": "ORU", "tag.ts": "" };
    for (const name of ["channels", "secrets"]) await Deno.mkdir(join(folder, name));
    for (const [name, text] of Object.entries({ ...parts, ...others })) {
      await Deno.writeTextFile(join(folder, name), text);
    }

    const { disk, noted } = notingTexts(denoWorld.disk, { file });
    for (const name of Object.keys({ ...parts, ...others })) await disk.readText(join(folder, name));
    const paths = Object.fromEntries(Object.entries(parts).map(([name, text]) => [join(folder, name), text]));
    assertEquals(noted.texts, { file, texts: paths });
    assertEquals(noted.paths.size, Object.keys({ ...parts, ...others }).length);

    for (const name of Object.keys(parts)) await Deno.writeTextFile(join(folder, name), "changed");
    await Deno.writeTextFile(join(folder, "channels/new.yaml"), "about: new");
    const kept = withTexts(denoWorld.disk, noted.texts);
    for (const [path, text] of Object.entries(paths)) assertEquals(await kept.readText(path), text);
    assertEquals(await kept.list(join(folder, "channels")), ["lab.yaml"]);
    await assertRejects(() => kept.readText(join(folder, "channels/new.yaml")));
    assertEquals((await kept.facts(join(folder, "gateway.env")))?.kind, "file");
    assertEquals(await kept.readText(join(folder, "table.csv")), "ORU", "what is no part is as it is now");
  }));

Deno.test("a gateway file that had no variables has none later", () =>
  withFolder(async (folder) => {
    const file = join(folder, "gateway.yaml");
    await Deno.writeTextFile(join(folder, "gateway.env"), "A=1");
    const kept = withTexts(denoWorld.disk, { file, texts: { [file]: "gateway: a" } });
    assertEquals(await kept.facts(join(folder, "gateway.env")), undefined);
  }));

Deno.test("another file of variables that is named is part of the gateway file, and the one beside it is not", () =>
  withFolder(async (folder) => {
    const [file, variablesFile] = [join(folder, "gateway.yaml"), join(folder, "test.env")];
    for (const name of ["gateway.env", "test.env"]) await Deno.writeTextFile(join(folder, name), "A=1");
    const { disk, noted } = notingTexts(denoWorld.disk, { file, variablesFile });
    for (const name of ["gateway.env", "test.env"]) await disk.readText(join(folder, name));
    assertEquals(noted.texts, { file, variablesFile, texts: { [variablesFile]: "A=1" } });
  }));
