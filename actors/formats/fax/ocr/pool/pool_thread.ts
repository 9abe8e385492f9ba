import type { Thread, World } from "../../../../../runtime/contract/world.ts";
import type { Fax, FromThread, Question } from "./protocol.ts";
import type { PoolParts } from "./pool.ts";

/** What became of a question. */
export type Result =
  | Extract<FromThread, { kind: "answer" | "refused" | "broken" }>
  | { readonly kind: "late" };

/** A thread of the pool, as the pool sees it: one question at a time, each with its deadline. */
export class PoolThread {
  readonly #world: World;
  readonly #run: PoolParts["run"];
  readonly #thread: Thread;
  /** What ends the question under way. */
  #end: (result: Result) => void = () => {};
  #running = new AbortController();
  #cancelRest = () => {};
  #cancelLate = () => {};

  constructor(world: World, run: PoolParts["run"]) {
    this.#world = world;
    this.#run = run;
    this.#thread = world.spawn.thread(new URL("./reader_thread.ts", import.meta.url));
    this.#thread.receive = (message) => this.#receive(message as FromThread);
    this.#thread.died = (cause) => this.#end({ kind: "broken", cause });
  }

  /** Asks it. After `late` and `broken`, the thread MUST be ended. */
  ask(fax: Fax, question: Question, msMax: number): Promise<Result> {
    this.#cancelRest();
    this.#running = new AbortController();
    const { promise, resolve } = Promise.withResolvers<Result>();
    this.#cancelLate = this.#world.clock.after(msMax, () => this.#end({ kind: "late" }));
    this.#end = (result) => {
      this.#cancelLate();
      resolve(result);
    };
    this.#thread.post({ kind: "question", fax, question });
    return promise;
  }

  /** Calls `over` where it is asked nothing for so long. */
  rest(idleMsMax: number, over: () => void): void {
    this.#cancelRest = this.#world.clock.after(idleMsMax, over);
  }

  /** Ends it, and what is run for it, at once. */
  end(): void {
    this.#cancelRest();
    this.#cancelLate();
    this.#running.abort();
    this.#thread.terminate();
  }

  #receive(message: FromThread): void {
    if (message.kind !== "run") return this.#end(message);
    const { signal } = this.#running;
    this.#run(message.png, message.layout, signal).then(
      (tsv) => this.#thread.post({ kind: "ran", tsv }, [tsv.buffer]),
      (cause) => this.#end({ kind: "broken", cause }),
    );
  }
}
