import { MitralError } from "../contract/error.ts";
import type { Facts } from "../contract/error.ts";
import type { Thread, World } from "../contract/world.ts";
import { tellsDamage } from "./check.ts";
import { type MasterKey, masterKeyErrors } from "../trust/master_key.ts";
import type { LargeBody } from "./large_bodies.ts";
import type { RewriteProgress } from "./migration/migrate.ts";
import type { Operation } from "./operations.ts";
import type { AnswerTo, Question } from "./questions.ts";
import type { KeyChange, Rewrapped } from "./rewrap.ts";
import { errors } from "./schema.ts";

/**
 * The journal's durable half. `commit` applies a batch in one transaction and resolves when it survives a power cut;
 * if it rejects, none of the batch happened and nothing may be written any more.
 */
export interface Store {
  /** What the blind indexes are made with. */
  readonly indexKey: Uint8Array;
  commit(operations: readonly Operation[]): Promise<readonly unknown[]>;
  /** How long the last commit waited for the disk; left out where there is none. */
  readonly syncMs?: number;
  ask<Q extends Question>(question: Q): Promise<AnswerTo<Q>>;
  /** Looks through everything, and makes sure that a write survives. Errors: JOURNAL_DAMAGED, JOURNAL_STORE_FAILED. */
  check(): Promise<void>;
  /** Seals a large body into a file of its own. It survives a power cut, and is removed some time if nothing names it. */
  keep(body: Uint8Array): Promise<LargeBody>;
  close(): Promise<void>;
}

/** Opens the store in a folder that exists. `onProgress`: where its file is of an old version, and is rewritten. */
export type OpenStore = (
  world: World,
  folder: string,
  onProgress?: (progress: RewriteProgress) => void,
) => Promise<Store>;

/** What a thread is opened for. */
export interface Opening {
  readonly role: "writer" | "reader" | "keeper";
  readonly folder: string;
  /** Not for a keeper. */
  readonly masterKey?: MasterKey;
}

/** What became of a batch. */
export interface Applied {
  readonly results: readonly unknown[];
  readonly syncMs: number;
}

/** To the journal's thread. */
export type ToThread =
  & { readonly call: number }
  & (
    | ({ readonly do: "open" } & Opening)
    | { readonly do: "apply"; readonly operations: readonly Operation[] }
    | { readonly do: "ask"; readonly question: Question }
    | { readonly do: "check" }
    | { readonly do: "keep"; readonly body: Uint8Array<ArrayBuffer> }
    | ({ readonly do: "rewrap"; readonly folder: string } & KeyChange)
    | { readonly do: "close" }
  );

/** From the journal's thread. */
export interface FromThread {
  readonly call: number;
  /** The answer is still to come. */
  readonly progress?: RewriteProgress;
  readonly result?: unknown;
  readonly failure?: {
    readonly code?: string;
    readonly facts?: Facts;
    readonly busy: boolean;
    readonly reason: string;
  };
}

type Undone<T> = T extends unknown ? Omit<T, "call"> : never;

/** A thread that is called and answers. */
class Calls {
  readonly #thread: Thread;
  readonly #waiting = new Map<number, { resolve(result: unknown): void; reject(cause: unknown): void }>();
  #last = 0;
  #dead: MitralError | undefined;

  constructor(thread: Thread, onProgress: (progress: RewriteProgress) => void = () => {}) {
    this.#thread = thread;
    thread.receive = (message) => {
      const { call, progress, result, failure } = message as FromThread;
      if (progress) return onProgress(progress);
      const caller = this.#waiting.get(call)!;
      this.#waiting.delete(call);
      if (failure) caller.reject(errorFrom(failure));
      else caller.resolve(result);
    };
    thread.died = (cause) =>
      this.#end(errors.error("JOURNAL_STORE_FAILED", { reason: "its thread died" }, cause));
  }

  /** What is in `transfer` moves, and is gone here. */
  call(message: Undone<ToThread>, transfer: readonly ArrayBuffer[] = []): Promise<unknown> {
    if (this.#dead) return Promise.reject(this.#dead);
    return new Promise((resolve, reject) => {
      const call = ++this.#last;
      this.#waiting.set(call, { resolve, reject });
      this.#thread.post({ ...message, call }, transfer);
    });
  }

  /** Whoever still waits is told that nothing comes. */
  terminate(): void {
    this.#thread.terminate();
    this.#end(errors.error("JOURNAL_CLOSED"));
  }

  #end(why: MitralError): void {
    this.#dead = why;
    for (const caller of this.#waiting.values()) caller.reject(why);
    this.#waiting.clear();
  }
}

function errorFrom(failure: NonNullable<FromThread["failure"]>): MitralError {
  if (failure.busy) return errors.error("JOURNAL_FOLDER_BUSY");
  for (const table of [errors, masterKeyErrors]) {
    if (failure.code && failure.code in table.faults) {
      return table.error(failure.code as never, failure.facts as never);
    }
  }
  return errors.error("JOURNAL_STORE_FAILED", { reason: failure.reason });
}

/** A way to open SQLite in a data folder, which must exist: one thread writes, another reads, a third keeps large bodies. */
export function sqliteStore(masterKey: MasterKey): OpenStore {
  return (world, folder, onProgress) => openSqliteStore(world, folder, masterKey, onProgress);
}

async function openSqliteStore(
  world: World,
  folder: string,
  masterKey: MasterKey,
  onProgress?: (progress: RewriteProgress) => void,
): Promise<Store> {
  const url = new URL("./store_thread.ts", import.meta.url);
  const writer = new Calls(world.spawn.thread(url), onProgress);
  const reader = new Calls(world.spawn.thread(url));
  let indexKey;
  try {
    indexKey = await writer.call({ do: "open", role: "writer", folder, masterKey }) as Uint8Array;
    await reader.call({ do: "open", role: "reader", folder, masterKey });
  } catch (cause) {
    writer.terminate();
    reader.terminate();
    return failOpening(cause);
  }
  // Few gateways see large bodies: the thread for them waits until the first.
  let keeper: Calls | undefined;
  const openKeeper = async () => {
    keeper = new Calls(world.spawn.thread(url));
    await keeper.call({ do: "open", role: "keeper", folder });
    return keeper;
  };
  let opening: Promise<Calls> | undefined;
  let syncMs = 0;
  return {
    indexKey,
    async commit(operations) {
      const applied = await writer.call({ do: "apply", operations }) as Applied;
      syncMs = applied.syncMs;
      return applied.results;
    },
    get syncMs() {
      return syncMs;
    },
    ask: <Q extends Question>(question: Q) => reader.call({ do: "ask", question }) as Promise<AnswerTo<Q>>,
    check: () => writer.call({ do: "check" }) as Promise<void>,
    async keep(given) {
      const keeping = await (opening ??= openKeeper());
      const body = new Uint8Array(given);
      return await keeping.call({ do: "keep", body }, [body.buffer]) as LargeBody;
    },
    async close() {
      try {
        // Where one of them is dead the other is closed all the same.
        await reader.call({ do: "close" }).finally(() => writer.call({ do: "close" }));
      } finally {
        keeper?.terminate();
        reader.terminate();
        writer.terminate();
      }
    },
  };
}

function failOpening(cause: unknown): never {
  if (cause instanceof MitralError && cause.code !== "JOURNAL_STORE_FAILED") throw cause;
  const reason = String((cause as MitralError).facts?.reason);
  if (tellsDamage(reason)) errors.fail("JOURNAL_DAMAGED", {}, cause);
  return errors.fail("JOURNAL_OPEN_FAILED", { reason }, cause);
}

/**
 * Seals the journal in a data folder under another master key, while nobody uses it: see `rewrap`.
 * Errors: JOURNAL_FILE_MISSING, JOURNAL_FOLDER_BUSY, JOURNAL_OPEN_FAILED, those of `rewrap`.
 */
export async function changeMasterKey(world: World, folder: string, keys: KeyChange): Promise<Rewrapped> {
  await mustHoldJournal(world, folder);
  const writer = new Calls(world.spawn.thread(new URL("./store_thread.ts", import.meta.url)));
  try {
    return await writer.call({ do: "rewrap", folder, ...keys }) as Rewrapped;
  } catch (cause) {
    return failOpening(cause);
  } finally {
    writer.terminate();
  }
}

/** For what looks after a journal, and begins none. Errors: JOURNAL_FILE_MISSING. */
export async function mustHoldJournal(world: World, folder: string): Promise<void> {
  if (!await world.disk.facts(`${folder}/journal.db`)) errors.fail("JOURNAL_FILE_MISSING", { folder });
}
