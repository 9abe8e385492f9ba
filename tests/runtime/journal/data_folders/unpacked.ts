/** A data folder that is kept of an earlier version, in a temporary folder. */
import { assertEquals } from "@std/assert";
import { dirname } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Journal } from "../../../../runtime/journal/journal.ts";
import { type MasterKey, readMasterKey } from "../../../../runtime/trust/master_key.ts";
import { denoWorld } from "../../../../runtime/world/deno_world.ts";
import { masterKey } from "../../../world/master_key.ts";
import { filesUnder } from "../readable.ts";
import { type Contents, contentsOf, type Places } from "./contents.ts";

/** What was in a data folder when it was kept. */
export interface Expected extends Contents {
  readonly places: Places;
  /** Of each message what is not asked for, in the order of `messages`. */
  readonly besides: readonly {
    readonly id: string;
    readonly answer: string | null;
    /** From version 4 on it is asked for. */
    readonly evidence?: string | null;
  }[];
}

/** Disposed: removed. */
export interface Unpacked extends AsyncDisposable {
  readonly path: string;
  readonly version: number;
  /** What it is sealed under; up to version 3, what it is to be sealed under. */
  readonly masterKey: MasterKey;
  readonly expected: Expected;
}

/** Unpacks the data folder of a version. */
export async function unpacked(version: number): Promise<Unpacked> {
  const kept = new URL(`v${version}/`, import.meta.url);
  const path = await Deno.makeTempDir();
  const packed = new URL("folder", kept).pathname;
  for (const file of filesUnder(packed)) {
    const to = path + file.slice(packed.length, -".gz".length);
    await Deno.mkdir(dirname(to), { recursive: true });
    await Deno.writeFile(to, gunzipSync(await Deno.readFile(file)));
  }
  return {
    path,
    version,
    masterKey: version < 4 ? masterKey : await keyIn(new URL("master.key", kept).pathname),
    expected: JSON.parse(await Deno.readTextFile(new URL("expected.json", kept))),
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

/** A copy in a repository is as readable as that is, and the key is no secret. */
async function keyIn(path: string): Promise<MasterKey> {
  return await readMasterKey({ read: denoWorld.disk.read, facts: () => Promise.resolve(undefined) }, path);
}

/** Fails unless a journal holds all that was in the data folder, and nothing else. */
export async function assertHolds(
  journal: Journal,
  { version, expected }: Pick<Unpacked, "version" | "expected">,
): Promise<void> {
  const { places, besides, ...contents } = expected;
  const messages = contents.messages.map((message) => {
    const { evidence } = besides.find(({ id }) => id === message.id)!;
    return !evidence ? message : { ...message, evidence };
  });
  // Versions up to 3 kept the keys of order themselves.
  const keyOf = (key: string) => version < 4 ? journal.blindKey(key) : key;
  const queues = Object.fromEntries(
    Object.entries(contents.queues).map(([name, rows]) => [
      name,
      rows.map((row) => row.keys ? { ...row, keys: row.keys.map(keyOf) } : row),
    ]),
  );
  assertEquals(inTermsOf(expected, await contentsOf(journal, places)), { ...contents, messages, queues });
}

/** Without the fields that nobody knew of when the expectation was written. */
function inTermsOf(expected: Expected, found: Contents): unknown {
  const known = new Set<string>();
  JSON.parse(JSON.stringify(expected), (key, value) => {
    known.add(key);
    return value;
  });
  const isNew = (key: string) => /^[a-z]\w*$/i.test(key) && !known.has(key);
  return JSON.parse(JSON.stringify(found), (key, value) => isNew(key) ? undefined : value);
}
