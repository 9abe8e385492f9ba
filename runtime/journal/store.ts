import { MitralError } from "../contract/error.ts";
import type { Facts } from "../contract/error.ts";
import type { Thread, World } from "../contract/world.ts";
import { tellsDamage } from "./check.ts";
import type { Operation } from "./operations.ts";
import type { AnswerTo, Question } from "./questions.ts";
import { errors } from "./schema.ts";

/**
 * The journal's durable half. `commit` applies a batch in one transaction and resolves when it survives a power cut;
 * if it rejects, none of the batch happened and nothing may be written any more.
 */
export interface Store {
  commit(operations: readonly Operation[]): Promise<readonly unknown[]>;
  ask<Q extends Question>(question: Q): Promise<AnswerTo<Q>>;
  /** Looks through everything, and makes sure that a write survives. Errors: JOURNAL_DAMAGED, JOURNAL_STORE_FAILED. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** To the journal's thread. */
export type ToThread =
  & { readonly call: number }
  & (
    | { readonly do: "open"; readonly role: "writer" | "reader"; readonly folder: string }
    | { readonly do: "apply"; readonly operations: readonly Operation[] }
    | { readonly do: "ask"; readonly question: Question }
    | { readonly do: "check" }
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

  call(message: Undone<ToThread>): Promise<unknown> {
    if (this.#dead) return Promise.reject(this.#dead);
    return new Promise((resolve, reject) => {
      const call = ++this.#last;
      this.#waiting.set(call, { resolve, reject });
      this.#thread.post({ ...message, call });
    });
  }

  terminate(): void {
    this.#thread.terminate();
  }
}

function errorFrom(failure: NonNullable<FromThread["failure"]>): MitralError {
  if (failure.busy) return errors.error("JOURNAL_FOLDER_BUSY");
  if (failure.code && failure.code in errors.faults) {
    return errors.error(failure.code as keyof typeof errors.faults, failure.facts);
  }
  return errors.error("JOURNAL_STORE_FAILED", { reason: failure.reason });
}

/** Opens SQLite in the data folder, which must exist: one thread writes, another reads. */
export async function openSqliteStore(world: World, folder: string): Promise<Store> {
  const url = new URL("./store_thread.ts", import.meta.url);
  const writer = new Calls(world.spawn.thread(url));
  const reader = new Calls(world.spawn.thread(url));
  try {
    await writer.call({ do: "open", role: "writer", folder });
    await reader.call({ do: "open", role: "reader", folder });
  } catch (cause) {
    writer.terminate();
    reader.terminate();
    const known = cause instanceof MitralError && cause.code !== "JOURNAL_STORE_FAILED";
    if (known) throw cause;
    const reason = String((cause as MitralError).facts?.reason);
    throw tellsDamage(reason)
      ? errors.error("JOURNAL_DAMAGED", {}, cause)
      : errors.error("JOURNAL_OPEN_FAILED", { reason }, cause);
  }
  return {
    commit: (operations) => writer.call({ do: "apply", operations }) as Promise<readonly unknown[]>,
    ask: <Q extends Question>(question: Q) => reader.call({ do: "ask", question }) as Promise<AnswerTo<Q>>,
    check: () => writer.call({ do: "check" }) as Promise<void>,
    async close() {
      try {
        // Where one of them is dead the other is closed all the same.
        await reader.call({ do: "close" }).finally(() => writer.call({ do: "close" }));
      } finally {
        reader.terminate();
        writer.terminate();
      }
    },
  };
}
