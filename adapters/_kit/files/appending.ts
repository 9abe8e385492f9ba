import { join } from "node:path/posix";
import { reasonOf } from "./reason.ts";
import type { OutboxTools } from "./outbox_spec.ts";

/** What was added, or was about to be. */
interface Note {
  /** Which delivery it is. */
  readonly of: string;
  readonly name: string;
  /** Size of the file before. */
  readonly at: number;
  readonly length: number;
}

/** How many of those added last are known again. An attempt that failed may have others go before the next. */
const NOTES_MAX = 32;

/**
 * Adds messages to files, one after the other. What is to be added, and where, is noted in a hidden file before: after a
 * crash, and where an answer was lost, what was added is known again, and what was added in part is completed. Only where
 * somebody takes the file away in between, or `NOTES_MAX` others were added, is a message written twice.
 */
export class Appending {
  readonly #tools: OutboxTools;
  readonly #mode: number;
  readonly #notePath: string;
  /** The oldest first; `undefined` where what is on the disk is not known. */
  #notes: readonly Note[] | undefined;
  #before: Promise<void> = Promise.resolve();

  constructor(tools: OutboxTools, mode: number) {
    const { path, as } = tools.config;
    this.#tools = tools;
    this.#mode = mode;
    this.#notePath = join(path, `.${as.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, 100)}.last`);
  }

  /** `of` names the delivery: the same for every attempt, another for every other. Rejects with what the folder says. */
  add(name: string, bytes: Uint8Array, of: string): Promise<void> {
    // An attempt that nobody waits for any longer still comes to its end first.
    const added = this.#before.then(() => this.#add(name, bytes, of));
    this.#before = added.catch(() => {});
    return added;
  }

  async #add(name: string, bytes: Uint8Array, of: string): Promise<void> {
    const { config, folder } = this.#tools;
    const path = join(config.path, name);
    const size = (await folder.facts(path))?.size ?? 0;
    const notes = await this.#read();
    const here = notes.filter((note) => note.name === name), last = here.at(-1);
    const known = here.find((note) => note.of === of);
    // What was added later and stands no further on is in a file that was begun anew.
    const isGone = known &&
      here.slice(here.indexOf(known) + 1).some(({ at }) => at < known.at + known.length);
    if (known && !isGone) {
      const there = await this.#from(path, known.at, size, bytes.length);
      const isBegun = there.every((byte, at) => byte === bytes[at]);
      if (isBegun && there.length === bytes.length) return;
      if (known === last && isBegun && size === known.at + there.length) {
        return await folder.append(path, bytes.subarray(there.length), { mode: this.#mode });
      }
    }
    // Half of another message that nobody completes any more: this one begins on a line of its own.
    const isTorn = last !== undefined && size > last.at && size < last.at + last.length;
    const begins = isTorn ? this.separated(new Uint8Array()) : new Uint8Array();
    const note = { of, name, at: size + begins.length, length: bytes.length };
    await this.#note([...notes.filter((each) => each.of !== of), note].slice(-NOTES_MAX));
    await folder.append(path, joined(begins, bytes), { mode: this.#mode });
  }

  /** A message with what stands behind it. */
  separated(bytes: Uint8Array): Uint8Array {
    return joined(bytes, new TextEncoder().encode(this.#tools.config.separator));
  }

  async #from(path: string, at: number, size: number, lengthMax: number): Promise<Uint8Array> {
    const there = new Uint8Array(Math.max(0, Math.min(size - at, lengthMax)));
    let filled = 0;
    if (there.length === 0) return there;
    for await (const piece of this.#tools.folder.read(path, at, new AbortController().signal)) {
      const part = piece.subarray(0, there.length - filled);
      there.set(part, filled);
      filled += part.length;
      if (filled === there.length) break;
    }
    return there.subarray(0, filled);
  }

  async #read(): Promise<readonly Note[]> {
    if (this.#notes) return this.#notes;
    const pieces: Uint8Array[] = [];
    try {
      for await (const piece of this.#tools.folder.read(this.#notePath, 0, new AbortController().signal)) {
        pieces.push(piece);
      }
    } catch (cause) {
      if (reasonOf(cause) !== "ENOENT") throw cause;
    }
    return this.#notes = notesIn(new TextDecoder().decode(joined(...pieces)));
  }

  async #note(notes: readonly Note[]): Promise<void> {
    // Where this fails, what is there may be either.
    this.#notes = undefined;
    await this.#tools.folder.write(this.#notePath, new TextEncoder().encode(JSON.stringify(notes)), {
      mode: this.#mode,
    });
    this.#notes = notes;
  }
}

/** What is noted; nothing where that cannot be read: somebody else's file, or none. */
function notesIn(text: string): readonly Note[] {
  try {
    const notes: readonly Note[] = JSON.parse(text);
    return notes.every(isNote) ? notes : [];
  } catch {
    return [];
  }
}

function isNote({ of, name, at, length }: Note): boolean {
  return [of, name].every((each) => typeof each === "string") &&
    [at, length].every((count) => Number.isSafeInteger(count) && count >= 0);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
