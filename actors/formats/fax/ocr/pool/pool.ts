import type { MitralError } from "../../../../../runtime/contract/error.ts";
import type { World } from "../../../../../runtime/contract/world.ts";
import { errors } from "../../errors.ts";
import type { Layout } from "../engines/engine.ts";
import type { Answers, Fax, Question } from "./protocol.ts";
import { FairQueue } from "./queue.ts";
import { PoolThread, type Result } from "./pool_thread.ts";

/** What a pool is made of. */
export interface PoolParts {
  readonly world: World;
  /** Has the program read a PNG; resolves with its TSV. */
  run(png: Uint8Array<ArrayBuffer>, layout: Layout, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
}

/** A question that waits, or is being answered. */
interface Task {
  readonly fax: Fax;
  readonly question: Question;
  readonly msMax: number;
  /** A thread has died of it, or had too long. */
  isAgain: boolean;
  readonly signal: AbortSignal;
  resolve(answer: Answers[Question["ask"]]): void;
  reject(cause: unknown): void;
}

/** How long a thread may have nothing to do, before it gives its memory back. */
const IDLE_MS_MAX = 120_000;
/** A thread that holds more is replaced: WebAssembly's memory only grows. Usual pages need 45 MB. */
const HELD_BYTES_MAX = 100_000_000;

/**
 * The threads that read pages, shared by all channels: no more than so many, started when they are needed. Each has one
 * page at a time; faxes take turns, so that one of 200 pages holds up none of two.
 */
export class ReaderPool {
  readonly #parts: PoolParts;
  readonly #queue = new FairQueue<Task>();
  readonly #threads = new Set<PoolThread>();
  #idle: PoolThread[] = [];
  #faxes = 0;
  #threadsMax = 1;

  constructor(parts: PoolParts) {
    this.#parts = parts;
  }

  /** Threads there are now. */
  get threads(): number {
    return this.#threads.size;
  }

  /** Lets there be so many threads, where there may be fewer now. */
  growTo(threads: number): void {
    this.#threadsMax = Math.max(this.#threadsMax, threads);
  }

  /** A fax whose pages are going to be asked about. */
  take(bytes: Uint8Array): Fax {
    const shared = new SharedArrayBuffer(bytes.length);
    new Uint8Array(shared).set(bytes);
    return { fax: this.#faxes++, bytes: shared };
  }

  /**
   * Asks a thread. Fails with what the fax is refused for. Where an answer takes longer than `msMax` from when a thread
   * begins, or the thread dies of it, it is asked once more: the machine may be busy, or short of memory. After that it
   * fails with FAX_PAGE_TIMED_OUT, FAX_DOCUMENT_TIMED_OUT or FAX_READER_CRASHED. Others notice nothing of it.
   */
  ask<K extends Question["ask"]>(
    fax: Fax,
    question: Extract<Question, { readonly ask: K }>,
    { msMax, signal }: { readonly msMax: number; readonly signal: AbortSignal },
  ): Promise<Answers[K]> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<Answers[Question["ask"]]>();
    const task: Task = { fax, question, msMax, isAgain: false, signal, resolve, reject };
    const stop = () => {
      // A thread that has begun goes on to its end: what it answers is dropped.
      this.#queue.remove(fax.fax, task);
      reject(signal.reason);
    };
    signal.addEventListener("abort", stop, { once: true });
    this.#queue.add(fax.fax, task);
    this.#dispatch();
    return promise.finally(() => signal.removeEventListener("abort", stop)) as Promise<Answers[K]>;
  }

  /** Ends all threads. What they were asked is not answered. */
  close(): void {
    for (const thread of this.#threads) thread.end();
    this.#threads.clear();
    this.#idle = [];
  }

  #dispatch(): void {
    while (this.#idle.length > 0 || this.#threads.size < this.#threadsMax) {
      const task = this.#queue.take();
      if (!task) return;
      const thread = this.#idle.pop() ?? this.#start();
      void this.#work(thread, task);
    }
  }

  #start(): PoolThread {
    const { world, run } = this.#parts;
    const thread = new PoolThread(world, run);
    this.#threads.add(thread);
    return thread;
  }

  async #work(thread: PoolThread, task: Task): Promise<void> {
    const { fax, question, msMax, isAgain, signal, resolve, reject } = task;
    const result = await thread.ask(fax, question, msMax);
    if (result.kind === "answer") resolve(result.answer);
    else if (result.kind === "refused") reject(errors.error(codeOf(result.code), result.facts));
    else if (!isAgain && !signal.aborted) {
      task.isAgain = true;
      this.#queue.add(fax.fax, task);
    } else reject(failureOf(result, task));
    const isWell = (result.kind === "answer" || result.kind === "refused") &&
      result.heldBytes <= HELD_BYTES_MAX;
    if (isWell && this.#threads.has(thread)) {
      this.#idle.push(thread);
      thread.rest(IDLE_MS_MAX, () => this.#drop(thread));
    } else this.#drop(thread);
    this.#dispatch();
  }

  #drop(thread: PoolThread): void {
    thread.end();
    this.#threads.delete(thread);
    this.#idle = this.#idle.filter((each) => each !== thread);
  }
}

function failureOf(result: Result & { kind: "late" | "broken" }, { question, msMax }: Task): MitralError {
  const page = "page" in question ? question.page : 0;
  if (result.kind === "broken") return errors.error("FAX_READER_CRASHED", { page }, result.cause);
  return page === 0
    ? errors.error("FAX_DOCUMENT_TIMED_OUT", { pageMsMax: msMax })
    : errors.error("FAX_PAGE_TIMED_OUT", { page, pageMsMax: msMax });
}

/** A thread of ours knows no other codes. */
function codeOf(code: string): keyof typeof errors.faults {
  return code in errors.faults ? code as keyof typeof errors.faults : "FAX_READER_CRASHED";
}
