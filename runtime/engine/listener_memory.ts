import type { Memory } from "../contract/adapter.ts";
import type { Journal } from "../journal/journal.ts";

/** No step of a channel has this name: steps are called by their place. */
const STEP = "listen";

/** What the listener of a channel remembers: sealed in the journal, beside what the channel's steps remember. */
export function listenerMemory(journal: Pick<Journal, "ask" | "write">, channel: string): Memory {
  const remember = async (key: string, value: string | null) => {
    await journal.write({ op: "remember", channel, writes: [{ step: STEP, key, value }] });
  };
  return {
    get: (key) => journal.ask({ ask: "state", channel, step: STEP, key }),
    set: remember,
    delete: (key) => remember(key, null),
  };
}
