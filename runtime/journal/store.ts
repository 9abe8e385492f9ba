import { MitralError } from "../contract/error.ts";
import type { Facts } from "../contract/error.ts";
import type { Thread, World } from "../contract/world.ts";
import { type MasterKey, masterKeyErrors } from "../trust/master_key.ts";
import type { LargeBody } from "./large_bodies.ts";
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
  ask<Q extends Question>(question: Q): Promise<AnswerTo<Q>>;
  /** Seals a large body into a file of its own. It survives a power cut, and is removed some time if nothing names it. */
  keep(body: Uint8Array): Promise<LargeBody>;
  close(): Promise<void>;
}

/** What a thread is opened for. */
export interface Opening {
  readonly role: "writer" | "reader" | "keeper";
  readonly folder: string;
  /** Not for a keeper. */
  readonly masterKey?: MasterKey;
}

/** To the journal's thread. */
export type ToThread =
  & { readonly call: number }
  & (
    | ({ readonly do: "open" } & Opening)
    | { readonly do: "apply"; readonly operations: readonly Operation[] }
    | { readonly do: "ask"; readonly question: Question }
    | { readonly do: "keep"; readonly body: Uint8Array<ArrayBuffer> }
    | ({ readonly do: "rewrap"; readonly folder: string } & KeyChange)
    | { readonly do: "close" }
  );

/** From the journal's thread. */
export interface FromThread {
  readonly call: number;
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
  #dead: unknown;

  constructor(thread: Thread) {
    this.#thread = thread;
    thread.receive = (message) => {
      const { call, result, failure } = message as FromThread;
      const caller = this.#waiting.get(call)!;
      this.#waiting.delete(call);
      if (failure) caller.reject(errorFrom(failure));
      else caller.resolve(result);
    };
    thread.died = (cause) => {
      this.#dead = errors.error("JOURNAL_STORE_FAILED", { reason: "its thread died" }, cause);
      for (const caller of this.#waiting.values()) caller.reject(this.#dead);
      this.#waiting.clear();
    };
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

  terminate(): void {
    this.#thread.terminate();
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
export function sqliteStore(masterKey: MasterKey): (world: World, folder: string) => Promise<Store> {
  return (world, folder) => openSqliteStore(world, folder, masterKey);
}

async function openSqliteStore(world: World, folder: string, masterKey: MasterKey): Promise<Store> {
  const url = new URL("./store_thread.ts", import.meta.url);
  const writer = new Calls(world.spawn.thread(url));
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
  return {
    indexKey,
    commit: (operations) => writer.call({ do: "apply", operations }) as Promise<readonly unknown[]>,
    ask: <Q extends Question>(question: Q) => reader.call({ do: "ask", question }) as Promise<AnswerTo<Q>>,
    async keep(given) {
      const keeping = await (opening ??= openKeeper());
      const body = new Uint8Array(given);
      return await keeping.call({ do: "keep", body }, [body.buffer]) as LargeBody;
    },
    async close() {
      try {
        await reader.call({ do: "close" });
        await writer.call({ do: "close" });
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
  return errors.fail("JOURNAL_OPEN_FAILED", { reason }, cause);
}

/**
 * Seals the journal in a data folder under another master key, while nobody uses it: see `rewrap`.
 * Errors: JOURNAL_FILE_MISSING, JOURNAL_FOLDER_BUSY, JOURNAL_OPEN_FAILED, those of `rewrap`.
 */
export async function changeMasterKey(world: World, folder: string, keys: KeyChange): Promise<Rewrapped> {
  const found = await world.disk.facts(`${folder}/journal.db`);
  if (!found) return errors.fail("JOURNAL_FILE_MISSING", { folder });
  const writer = new Calls(world.spawn.thread(new URL("./store_thread.ts", import.meta.url)));
  try {
    return await writer.call({ do: "rewrap", folder, ...keys }) as Rewrapped;
  } catch (cause) {
    return failOpening(cause);
  } finally {
    writer.terminate();
  }
}
