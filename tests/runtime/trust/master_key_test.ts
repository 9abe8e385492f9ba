import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { MitralError } from "../../../runtime/contract/error.ts";
import {
  createMasterKey,
  findMasterKey,
  lookForMasterKey,
  type MasterKey,
  masterKeyOf,
  readMasterKey,
} from "../../../runtime/trust/master_key.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";

interface File {
  readonly content: string | Uint8Array;
  readonly mode?: number;
  /** Reading it fails by this code. */
  readonly fails?: string;
}

const utf8 = new TextEncoder();

function diskOf(files: Readonly<Record<string, File>>) {
  return {
    async facts(path: string) {
      const { mode = 0o600 } = files[path] ?? {};
      return path in files ? { kind: "file" as const, size: 0, modifiedMs: 0, mode } : undefined;
    },
    async read(path: string) {
      const { content, fails } = files[path];
      if (fails !== undefined) throw Object.assign(new Error("no"), { code: fails });
      return typeof content === "string" ? utf8.encode(content) : new Uint8Array(content);
    },
  };
}

interface Place {
  readonly files?: Readonly<Record<string, File>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly file?: string;
}

const sources = ({ files = {}, env = {}, file = "/g/master.key" }: Place) => ({
  disk: diskOf(files),
  env: (name: string) => env[name],
  file,
});

async function refusal(place: Place): Promise<MitralError> {
  return await assertRejects(() => findMasterKey(sources(place)), MitralError);
}

const seeded = (seed: number) => masterKeyOf(new Uint8Array(32).fill(seed), "test");
const [a, b, c] = await Promise.all([1, 2, 3].map(seeded));
const base64 = ({ bytes }: MasterKey) => bytes.toBase64();
const credentials = { CREDENTIALS_DIRECTORY: "/run/credentials" };
const credential = "/run/credentials/mitral-master-key";

Deno.test("the master key is looked for in the variable, then the credential, then the file", async () => {
  const files = { [credential]: { content: b.bytes }, "/g/master.key": { content: base64(c) } };
  const env = { MITRAL_MASTER_KEY: base64(a), ...credentials };
  assertEquals(await lookForMasterKey(sources({ files, env })), { key: a, source: "MITRAL_MASTER_KEY" });
  assertEquals(await lookForMasterKey(sources({ files, env: credentials })), { key: b, source: credential });
  assertEquals(await lookForMasterKey(sources({ files })), { key: c, source: "/g/master.key" });
});

Deno.test("a service with other credentials than the master key has it in the file", async () => {
  const files = { "/run/credentials/other": { content: "x" }, "/g/master.key": { content: base64(c) } };
  assertEquals(await findMasterKey(sources({ files, env: credentials })), c);
});

Deno.test("a credential is 32 bytes, or what a key file is", async () => {
  const { masterKey, keyFile } = await createMasterKey();
  for (const content of [masterKey.bytes, base64(masterKey), keyFile]) {
    // The service manager says who may read it: not the mode.
    const files = { [credential]: { content, mode: 0o444 } };
    assertEquals(await findMasterKey(sources({ files, env: credentials })), masterKey);
  }
});

Deno.test("a gateway without a master key is told how to make one", async () => {
  const { code, message } = await refusal({});
  assertEquals(code, "MASTER_KEY_MISSING");
  assert(message.includes("`mitral keys master /g/master.key`"));
});

Deno.test("a source that is there and wrong is refused, though the next one is right", async () => {
  const right = { "/g/master.key": { content: base64(c) } };
  const long = `${base64(a).slice(0, -1)}AAAA`;
  const wrong: readonly [string, string][] = [
    ["", "it is empty"],
    ["  \n", "it is empty"],
    ["secret!", "it is not base64"],
    [base64(a).slice(0, 40), "it is 30 bytes long, not 32"],
    [long, "it is 35 bytes long, not 32"],
  ];
  for (const [text, says] of wrong) {
    const inVariable = await refusal({ files: right, env: { MITRAL_MASTER_KEY: text } });
    assertEquals([inVariable.code, inVariable.facts], [
      "MASTER_KEY_MALFORMED",
      { source: "MITRAL_MASTER_KEY", wrong: says },
    ]);
    const inCredential = await refusal({
      files: { ...right, [credential]: { content: `# a comment\n${text}` } },
      env: credentials,
    });
    assertEquals(inCredential.facts, { source: credential, wrong: says });
    const inFile = await refusal({ files: { "/g/master.key": { content: text } } });
    assertEquals(inFile.facts, { source: "/g/master.key", wrong: says });
  }
});

Deno.test("a key file that others may read is refused, whoever they are", async () => {
  const with_ = (mode: number) => ({ "/g/master.key": { content: base64(c), mode } });
  for (const mode of [0o644, 0o640, 0o604, 0o620, 0o601, 0o777]) {
    const { code, facts } = await refusal({ files: with_(mode) });
    assertEquals([code, facts.mode], ["MASTER_KEY_EXPOSED", `0${mode.toString(8)}`]);
  }
  for (const mode of [0o600, 0o400, 0o700]) {
    assertEquals(await findMasterKey(sources({ files: with_(mode) })), c);
  }
});

Deno.test("a key file that cannot be read is refused, by the reason", async () => {
  const files = { "/g/master.key": { content: "", fails: "EACCES" } };
  const { code, facts } = await refusal({ files });
  assertEquals([code, facts], ["MASTER_KEY_UNREADABLE", { source: "/g/master.key", reason: "EACCES" }]);
  const huge = await refusal({ files: { "/g/master.key": { content: "A".repeat(5_000) } } });
  assertEquals(huge.code, "MASTER_KEY_MALFORMED");
});

Deno.test("no refusal of a master key shows any of it", async () => {
  const secret = base64(a);
  const texts = [
    `${secret}A`,
    `${secret}=`,
    `x ${secret}`,
    `# ${secret}`,
    `${secret}\n${secret}`,
    `{"k":"${secret}"}`,
  ];
  for (const content of texts) {
    for (
      const error of [
        await refusal({ files: { "/g/master.key": { content } } }),
        await refusal({ env: { MITRAL_MASTER_KEY: content } }),
      ]
    ) {
      const told = `${JSON.stringify(error)} ${error.message} ${error.cause}`;
      for (let at = 0; at + 8 <= secret.length; at += 4) {
        // Runs of one letter are no secret, and stand in paths.
        assert(!told.includes(secret.slice(at, at + 8)), told);
      }
    }
  }
});

Deno.test("the id of a master key is the same each time, and another for another key", async () => {
  assertEquals((await seeded(1)).id, a.id);
  assertEquals(a.id, "89fb7e57ad68d0ff");
  assertNotEquals(a.id, b.id);
  const [first, second] = await Promise.all([createMasterKey(), createMasterKey()]);
  assertNotEquals(first.masterKey.id, second.masterKey.id);
  assertEquals(first.masterKey.bytes.length, 32);
});

Deno.test("a key given as bytes must be 32 of them", async () => {
  for (const length of [0, 31, 33]) {
    const error = await assertRejects(() => masterKeyOf(new Uint8Array(length), "masterKey"), MitralError);
    assertEquals(error.code, "MASTER_KEY_MALFORMED");
  }
});

Deno.test("on this machine, who may read a key file counts by what a link to it leads to", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { masterKey, keyFile } = await createMasterKey();
    await denoWorld.disk.writeAtomic(`${folder}/key`, keyFile, { mode: 0o600, mustBeNew: true });
    await Deno.symlink(`${folder}/key`, `${folder}/link`);
    const { disk } = denoWorld;
    assertEquals(await readMasterKey(disk, `${folder}/key`), masterKey);
    assertEquals(await readMasterKey(disk, `${folder}/link`), masterKey);
    await Deno.chmod(`${folder}/key`, 0o640);
    for (const name of ["key", "link"]) {
      const error = await assertRejects(() => readMasterKey(disk, `${folder}/${name}`), MitralError);
      assertEquals(error.code, "MASTER_KEY_EXPOSED");
    }
    await Deno.remove(`${folder}/key`);
    const error = await assertRejects(() => readMasterKey(disk, `${folder}/link`), MitralError);
    assertEquals([error.code, error.facts.reason], ["MASTER_KEY_UNREADABLE", "ENOENT"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
