import type { Format, Identity, NumberVerdict } from "../contract/format.ts";
import type { Journal } from "../journal/journal.ts";
import type { Numbered } from "../journal/operations.ts";
import { errors } from "./errors.ts";
import { troubleOf } from "./trouble.ts";

/** What numbers are judged by. */
export interface NumbersParts {
  readonly channel: string;
  readonly format: Format;
  readonly journal: Journal;
}

/**
 * The numbers that the senders of a channel give their messages. The last of each sender is in the journal, and goes on
 * in the commit that appends its message. Here it goes on as the append is asked for, so that the next message is judged
 * without waiting: where that commit fails, so does every later one.
 */
export class Numbers {
  readonly #parts: NumbersParts;
  readonly #last = new Map<string, number | null>();

  constructor(parts: NumbersParts) {
    this.#parts = parts;
  }

  /** Resolves when a message can be judged: its sender's last number is known here. */
  async ready(identity: Identity, partner: string | undefined): Promise<void> {
    const { journal, channel } = this.#parts;
    const sender = counterOf(identity, partner);
    if (this.#last.has(sender)) return;
    const found = await journal.ask({ ask: "numbering", channel, sender });
    // Another message of the sender may have been quicker.
    if (!this.#last.has(sender)) this.#last.set(sender, found?.last ?? null);
  }

  /** What the number of a message says; `undefined` where it has none. */
  judge({ number, ...identity }: Identity, partner: string | undefined): NumberVerdict | undefined {
    if (number === undefined) return undefined;
    return this.#parts.format.judgeNumber?.(number, this.#last.get(counterOf(identity, partner)) ?? null);
  }

  /** What is to be written with a message. MUST be asked for in the turn in which the message was judged. */
  count(
    identity: Identity,
    partner: string | undefined,
    { kind, last }: NumberVerdict,
    atMs: number,
  ): Numbered | undefined {
    const sender = counterOf(identity, partner);
    // A word about the numbers that changes none.
    if (kind === "link" && last === this.#last.get(sender)) return undefined;
    this.#last.set(sender, last);
    return { sender, last, ...(kind === "repeated" ? { repeats: troubleOf(REUSED, atMs) } : {}) };
  }
}

const REUSED = errors.error("ENGINE_NUMBER_REUSED");

function counterOf({ sender }: Pick<Identity, "sender">, partner: string | undefined): string {
  return partner === undefined ? sender : `${partner}/${sender}`;
}
