import type { Judge } from "./link.ts";

/** So many messages are remembered, each with all its bytes. */
const messagesMax = 8;

/**
 * Second answers to messages of one connection whose commit counted (HL7's application acknowledgments after CA): they
 * are known by their messages, and mean nothing any more. Where a peer lags far behind with them, as many are let pass as
 * messages were forgotten: none of them is the answer to a message that waits.
 */
export class SecondAnswers {
  readonly #judges: Judge[] = [];
  #forgotten = 0;

  /** True where one may come. */
  get mayCome(): boolean {
    return this.#judges.length > 0 || this.#forgotten > 0;
  }

  /** The commit of a message has counted. */
  expect(judge: Judge): void {
    this.#judges.push(judge);
    if (this.#judges.length <= messagesMax) return;
    this.#judges.shift();
    this.#forgotten++;
  }

  /** True for one of them, which then does not come again. */
  async include(answer: Uint8Array): Promise<boolean> {
    for (const judge of this.#judges) {
      try {
        await judge(answer);
      } catch {
        // Another message's.
        continue;
      }
      this.#judges.splice(this.#judges.indexOf(judge), 1);
      return true;
    }
    if (this.#forgotten === 0) return false;
    this.#forgotten--;
    return true;
  }
}
