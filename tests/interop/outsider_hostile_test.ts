import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { check, evidenceOf, missing, packed, partiesOf, relist, rootsOf } from "./_evidence.ts";

const parties = await partiesOf();
const roots = await rootsOf(parties);

/** A folder that somebody made to harm whoever looks at it: refused in words, whatever it holds. */
function hostile(name: string, spoil: (folder: string, parent: string) => Promise<void>) {
  Deno.test({
    name: `an outsider is told, and not harmed, where ${name}`,
    ignore: missing,
    async fn() {
      const parent = await Deno.makeTempDir();
      try {
        const folder = await packed(parent, await evidenceOf({ parties }));
        await spoil(folder, parent);
        const { code, out, err } = await check(folder, ...roots);
        assertEquals([code, err], [1, ""], out);
        assertStringIncludes(out, "REFUSED: ");
        // The last says that nobody had thought of it.
        assert(!/^OK/m.test(out) && !/Traceback|Error\)/.test(out), out);
      } finally {
        await Deno.remove(parent, { recursive: true });
      }
    },
  });
}

type Index = Record<string, unknown> & { files: Record<string, unknown>[] };

/** Changes what `evidence.json` says. */
async function reword(folder: string, change: (index: Index) => void): Promise<void> {
  const path = join(folder, "evidence.json");
  const index = JSON.parse(await Deno.readTextFile(path)) as Index;
  change(index);
  const { default: canonicalize } = await import("canonicalize");
  await Deno.writeTextFile(path, canonicalize(index)!);
}

/** Puts other bytes in the place of a file, and lists them. */
async function replace(folder: string, name: string, bytes: Uint8Array | string): Promise<void> {
  const written = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
  await Deno.writeFile(join(folder, name), written);
  await relist(folder, new Map([[name, written]]));
}

for (
  const name of ["../outside", "/etc/passwd", "keys/../../outside", "..", "keys/", "payload\u0000", "C:\\x"]
) {
  hostile(`a file is called ${JSON.stringify(name)}`, async (folder, parent) => {
    await Deno.writeTextFile(join(parent, "outside"), "outside");
    await reword(folder, ({ files }) => files.find((file) => file.as === "payload")!.name = name);
  });
}

hostile("a file is a link out of the folder", async (folder, parent) => {
  const path = join(folder, "payload");
  await Deno.rename(path, join(parent, "payload"));
  await Deno.symlink(join(parent, "payload"), path);
});

hostile("the folder of keys is a link", async (folder, parent) => {
  await Deno.rename(join(folder, "keys"), join(parent, "keys"));
  await Deno.symlink(join(parent, "keys"), join(folder, "keys"));
});

hostile("a file is a pipe that nobody writes to", async (folder) => {
  await Deno.remove(join(folder, "payload"));
  await new Deno.Command("mkfifo", { args: [join(folder, "payload")] }).output();
});

hostile("a file is a folder", async (folder) => {
  await Deno.remove(join(folder, "payload"));
  await Deno.mkdir(join(folder, "payload"));
});

hostile("a file has a terabyte", async (folder) => {
  using file = await Deno.open(join(folder, "statement.jws"), { write: true });
  await file.truncate(2 ** 40).catch(() => file.truncate(2 ** 33));
});

hostile("evidence.json has a gigabyte", async (folder) => {
  using file = await Deno.open(join(folder, "evidence.json"), { write: true });
  await file.truncate(2 ** 30);
});

hostile(
  "evidence.json is a hundred thousand lists in each other",
  (folder) =>
    Deno.writeTextFile(
      join(folder, "evidence.json"),
      '{"files":' + "[".repeat(100_000) + "]".repeat(100_000) + "}",
    ),
);

for (const text of ["", "[]", "{}", "\u0000", '{"a":1,"a":2}', '{"a":"\\ud800"}']) {
  hostile(
    `evidence.json is ${JSON.stringify(text)}`,
    (folder) => Deno.writeTextFile(join(folder, "evidence.json"), text),
  );
  for (const name of ["statement.jws", "receipt.jws", "salt"]) {
    hostile(`${name} is ${JSON.stringify(text)}`, (folder) => replace(folder, name, text));
  }
  hostile(`an entry, a proof and keys are ${JSON.stringify(text)}`, async (folder) => {
    await replace(folder, "entry-1-20.json", text);
    await replace(folder, "entry-1-20.tlog-proof", text);
    await replace(folder, "keys/1-st-elsewhere.json", text);
  });
}

const values: readonly unknown[] = [null, 1e300, "\u001b[2J", [null]];

hostile("any word of evidence.json is of another kind", async (folder) => {
  const path = join(folder, "evidence.json"), before = await Deno.readTextFile(path);
  const { files: [first], ...index } = JSON.parse(before) as Index;
  for (const value of values) {
    const spoilings: ((index: Index) => void)[] = [
      ...[...Object.keys(index), "files"].map((name) => (index: Index) => void (index[name] = value)),
      ...Object.keys(first!).map((name) => (index: Index) => void (index.files[3]![name] = value)),
      (index) => void (index.files[3] = value as Record<string, unknown>),
      (index) => void (index.more = value),
    ];
    for (const spoil of spoilings) {
      await Deno.writeTextFile(path, before);
      await reword(folder, spoil);
      const { code, out, err } = await check(folder, ...roots);
      assertEquals([code, err], [1, ""], `${JSON.stringify(value)}: ${out}`);
      assert(!/Error\)/.test(out), out);
      assert(!out.includes("\u001b"), "a terminal is not told what to do");
    }
  }
});
