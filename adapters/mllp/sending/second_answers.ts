import type { Judge } from "./link.ts";

/** So many messages are remembered: a peer that lags further behind with its second answers is not understood. */
const messagesMax = 8;

/**
 * Second answers to messages of one connection whose commit counted (HL7's application acknowledgments after CA): they
 * are known by their messages, and mean nothing any more.
 */
export class SecondAnswers {
  readonly #judges: Judge[] = [];

  /** True where one may come. */
  get mayCome(): boolean {
    return this.#judges.length > 0;
  }

  /** The commit of a message has counted. */
  expect(judge: Judge): void {
    this.#judges.push(judge);
    if (this.#judges.length > messagesMax) this.#judges.shift();
  }

  /** True for one of them. */
  async include(answer: Uint8Array): Promise<boolean> {
    for (const judge of this.#judges) {
      try {
        await judge(answer);
        return true;
      } catch {
        // Another message's.
      }
    }
    return false;
  }
}
