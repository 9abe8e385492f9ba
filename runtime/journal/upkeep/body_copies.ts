import type { BodyCopies } from "./backup_manifest.ts";
import type { Database } from "../database.ts";
import { copyDurably, type FileSum, makeFolder, syncPath } from "../disk_io.ts";
import type { Tell } from "./upkeep.ts";

/** Names of the files of large bodies, each once, a page at a time. */
export function* bodyFilesIn(database: Database): Generator<string> {
  const page = database.prepare(
    "SELECT DISTINCT file FROM body WHERE file > ? ORDER BY file LIMIT 1000",
  );
  for (let last = "";;) {
    const names = page.all(last).map(({ file }) => String(file));
    if (names.length === 0) return;
    yield* names;
    last = names[names.length - 1];
  }
}

/** Path of such a file within a data folder or a backup. */
export function bodyPath(folder: string, name: string): string {
  return `${folder}/bodies/${name.slice(0, 2)}/${name}`;
}

/** Copies the files of all large bodies that a database names. What is damaged is copied as it is. */
export function copyBodies(database: Database, from: string, to: string, tell: Tell): BodyCopies {
  const total = Number(
    database.prepare("SELECT count(DISTINCT file) AS files FROM body WHERE file IS NOT NULL").get()!.files,
  );
  const root = `${to}/bodies`, made = new Set<string>();
  makeFolder(root, to);
  let [files, bytes, damaged] = [0, 0, 0];
  for (const name of bodyFilesIn(database)) {
    const place = `${root}/${name.slice(0, 2)}`;
    if (!made.has(place)) makeFolder(place, root);
    made.add(place);
    const sum = copyOne(bodyPath(from, name), bodyPath(to, name));
    if (sum?.sha256 !== name) damaged++;
    bytes += sum?.bytes ?? 0;
    tell({ doing: "copying bodies", done: ++files, total });
  }
  for (const place of made) syncPath(place);
  return { files, bytes, damaged };
}

function copyOne(from: string, to: string): FileSum | undefined {
  try {
    return copyDurably(from, to);
  } catch (cause) {
    if ((cause as { code?: unknown }).code === "ENOENT") return undefined;
    throw cause;
  }
}
