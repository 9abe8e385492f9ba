import { dirname, join } from "node:path";
import type { Document } from "../../../network/document.ts";
import { errors } from "../errors.ts";
import { kindOf } from "../explain.ts";
import type { Session } from "../session.ts";

/** Names, in a folder, the documents that were rendered to it: what may be replaced and removed. */
const LIST = "documents.txt";

/** The documents of a folder as they lie there; none where nothing was rendered to it. Errors: CONSOLE_FILE_UNREADABLE. */
export async function readRendered(folder: string, session: Session): Promise<readonly Document[]> {
  const { disk } = session.outside.world;
  const documents: Document[] = [];
  const isThere = async (path: string) => await disk.facts(session.path(path)) !== undefined;
  if (!await isThere(join(folder, LIST))) return [];
  const list = new TextDecoder().decode(await session.read(join(folder, LIST)));
  for (const path of list.split("\n").filter(isDocument)) {
    if (!await isThere(join(folder, path))) continue;
    documents.push({ path, text: new TextDecoder().decode(await session.read(join(folder, path))) });
  }
  return documents;
}

/**
 * Writes all documents anew, and removes those that were rendered before and are none now. Errors: CONSOLE_FILE_EXISTS where
 * something that was not rendered is in the way, CONSOLE_FILE_UNWRITABLE.
 */
export async function writeRendered(
  folder: string,
  documents: readonly Document[],
  before: readonly Document[],
  session: Session,
): Promise<void> {
  const { disk } = session.outside.world;
  const known = new Set(before.map(({ path }) => path));
  for (const { path } of documents) if (!known.has(path)) await session.mustBeFree(join(folder, path));
  const paths = documents.map(({ path }) => path);
  const gone = [...known].filter((path) => !paths.includes(path));
  // The list names every file from before the first is written until after the last is removed.
  await write(join(folder, LIST), listOf([...paths, ...gone]), session);
  for (const { path, text } of documents) await write(join(folder, path), text, session);
  for (const path of gone) {
    await disk.remove(session.path(join(folder, path)));
    // The folder of a partner that is gone, once it is empty.
    if (path.includes("/")) await disk.remove(session.path(join(folder, dirname(path)))).catch(() => {});
  }
  if (gone.length > 0) await write(join(folder, LIST), listOf(paths), session);
}

async function write(path: string, text: string, session: Session): Promise<void> {
  await session.makeFolder(dirname(path));
  try {
    await session.outside.world.disk.writeAtomic(session.path(path), new TextEncoder().encode(text));
  } catch (cause) {
    errors.fail("CONSOLE_FILE_UNWRITABLE", { path, reason: kindOf(cause) }, cause);
  }
}

function listOf(paths: readonly string[]): string {
  return paths.toSorted().join("\n") + "\n";
}

/** No path of the list leads out of its folder. */
function isDocument(path: string): boolean {
  return /^([a-z][a-z0-9-]*\/)?[a-z][a-z0-9_]*\.(md|csv|conf)$/.test(path);
}
