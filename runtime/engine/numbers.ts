import type { Format, Identity, NumberVerdict } from "../contract/format.ts";
import type { Journal } from "../journal/journal.ts";
import type { Numbered } from "../journal/operations.ts";
import { errors } from "./errors.ts";
import { troubleOf } from "./trouble.ts";

/** What is to be written of a number with its message. */
export interface Counted {
  /** It is no message, but speaks of the numbers. */
  readonly isLink: boolean;
  /** Left out where nothing changes. */
  readonly numbered?: Numbered;
}

/**
 * The numbers that the senders of a channel give their messages. The last of each sender is in the journal, and goes on
 * in the commit that appends its message. Here it goes on as the append is asked for, so that the next message is judged
 * without waiting: where that commit fails, so does every later one.
 */
export class Numbers {
  readonly #channel: string;
  readonly #format: Format;
  readonly #journal: Journal;
  readonly #last = new Map<string, number | null>();

  constructor(channel: string, format: Format, journal: Journal) {
    this.#channel = channel;
    this.#format = format;
    this.#journal = journal;
  }

  /** Resolves when a message can be judged: its sender's last number is known here. */
  async ready(identity: Identity, partner: string | undefined): Promise<void> {
    const sender = counterOf(identity, partner);
    if (this.#last.has(sender)) return;
    const found = await this.#journal.ask({ ask: "numbering", channel: this.#channel, sender });
    // Another message of the sender may have been quicker.
    if (!this.#last.has(sender)) this.#last.set(sender, found?.last ?? null);
  }

  /** What the number of a message says. The message MUST have one, and be ready. */
  judge(identity: Identity, partner: string | undefined): NumberVerdict {
    return this.#format.judgeNumber!(identity.number!, this.#last.get(counterOf(identity, partner)) ?? null);
  }

  /** What is to be written. MUST be asked for in the turn in which the message was judged, and then be written. */
  count(
    identity: Identity,
    partner: string | undefined,
    { kind, last }: NumberVerdict,
    atMs: number,
  ): Counted {
    const sender = counterOf(identity, partner), isLink = kind === "link";
    if (isLink && last === this.#last.get(sender)) return { isLink };
    this.#last.set(sender, last);
    const repeats = kind === "repeated" ? { repeats: troubleOf(REUSED, atMs) } : {};
    return { isLink, numbered: { sender, last, ...repeats } };
  }
}

const REUSED = errors.error("ENGINE_NUMBER_REUSED");

function counterOf({ sender }: Identity, partner: string | undefined): string {
  return partner === undefined ? sender : `${partner}/${sender}`;
}
