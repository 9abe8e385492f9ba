import type { KeyedState } from "../contract/actor.ts";
import type { Journal } from "../journal/journal.ts";
import type { StateWrite } from "../journal/operations.ts";

/**
 * What the steps of a work line remember. Writes are gathered with the message that makes them and become durable in its
 * commit; until then later messages see them here, as stages run ahead of the sync.
 */
export class ActorState {
  readonly #journal: Journal;
  readonly #channel: string;
  /** Written and not yet durable: the value, and how many commits still bring one. */
  readonly #ahead = new Map<string, { value: string | null; commits: number }>();

  constructor(journal: Journal, channel: string) {
    this.#journal = journal;
    this.#channel = channel;
  }

  /** The line starts anew from the journal: what was not durable has not happened. */
  forget(): void {
    this.#ahead.clear();
  }

  /** The notes of one stage, which works on one message at a time. */
  notes(): StageNotes {
    return new StageNotes((step, key) => this.#read(step, key), (writes) => this.#run(writes));
  }

  /** A commit has made these durable. */
  durable(writes: readonly StateWrite[]): void {
    for (const { step, key } of writes) {
      const ahead = this.#ahead.get(idOf(step, key));
      if (ahead && --ahead.commits <= 0) this.#ahead.delete(idOf(step, key));
    }
  }

  async #read(step: string, key: string): Promise<string | undefined> {
    const ahead = this.#ahead.get(idOf(step, key));
    if (ahead) return ahead.value ?? undefined;
    return await this.#journal.ask({ ask: "state", channel: this.#channel, step, key });
  }

  #run(writes: readonly StateWrite[]): void {
    for (const { step, key, value } of writes) {
      const commits = this.#ahead.get(idOf(step, key))?.commits ?? 0;
      this.#ahead.set(idOf(step, key), { value, commits: commits + 1 });
    }
  }
}

/** What one stage writes while it works on one message. */
export class StageNotes {
  #written = new Map<string, StateWrite>();

  constructor(
    readonly read: (step: string, key: string) => Promise<string | undefined>,
    readonly run: (writes: readonly StateWrite[]) => void,
  ) {}

  /** The state of one step of the stage. */
  of(step: string): KeyedState {
    const write = (key: string, value: string | null) => {
      this.#written.set(idOf(step, key), { step, key, value });
    };
    return {
      get: async (key) => {
        const written = this.#written.get(idOf(step, key));
        return written ? written.value ?? undefined : await this.read(step, key);
      },
      set: (key, value) => write(key, value),
      delete: (key) => write(key, null),
    };
  }

  /** The message failed, or is begun anew: it has written nothing. */
  drop(): void {
    if (this.#written.size > 0) this.#written = new Map();
  }

  /** What the message has written; later messages see it from now on. */
  take(): readonly StateWrite[] {
    if (this.#written.size === 0) return NOTHING;
    const writes = [...this.#written.values()];
    this.#written = new Map();
    this.run(writes);
    return writes;
  }
}

const NOTHING: readonly StateWrite[] = [];

function idOf(step: string, key: string): string {
  return `${step}\n${key}`;
}
