/** A data folder that is kept of an earlier version, in a temporary folder. */
import { assertEquals } from "@std/assert";
import { gunzipSync } from "node:zlib";
import type { Journal } from "../../../../runtime/journal/journal.ts";
import { type Contents, contentsOf, type Places } from "./contents.ts";

/** What was in a data folder when it was kept. */
export interface Expected extends Contents {
  readonly places: Places;
  /** Of each message what is not asked for, in the order of `messages`. */
  readonly besides: readonly {
    readonly id: string;
    readonly answer: string | null;
    readonly evidence: string | null;
  }[];
}

/** Disposed: removed. */
export interface Unpacked extends AsyncDisposable {
  readonly path: string;
  readonly version: number;
  readonly expected: Expected;
}

/** Unpacks the data folder of a version. */
export async function unpacked(version: number): Promise<Unpacked> {
  const kept = new URL(`v${version}/`, import.meta.url);
  const path = await Deno.makeTempDir();
  await Deno.writeFile(`${path}/journal.db`, gunzipSync(await Deno.readFile(new URL("journal.db.gz", kept))));
  return {
    path,
    version,
    expected: JSON.parse(await Deno.readTextFile(new URL("expected.json", kept))),
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

/** Fails unless a journal holds all that was in the data folder, and nothing else. */
export async function assertHolds(
  journal: Journal,
  { version, expected }: Omit<Unpacked, "path">,
): Promise<void> {
  const { places, besides, ...contents } = expected;
  const messages = contents.messages.map((message) => {
    const { evidence } = besides.find(({ id }) => id === message.id)!;
    return evidence === null ? message : { ...message, evidence };
  });
  // Versions up to 3 kept the keys of order themselves.
  const keyOf = (key: string) => version < 4 ? journal.blindKey(key) : key;
  const queues = Object.fromEntries(
    Object.entries(contents.queues).map(([name, rows]) => [
      name,
      rows.map((row) => row.keys ? { ...row, keys: row.keys.map(keyOf) } : row),
    ]),
  );
  const found = JSON.parse(JSON.stringify(await contentsOf(journal, places)));
  assertEquals(found, { ...contents, messages, queues });
}
