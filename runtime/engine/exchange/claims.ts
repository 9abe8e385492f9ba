import type { Feed, Intake } from "../../contract/adapter.ts";
import { errors } from "./errors.ts";

/** Who takes which feed of which partner. */
export class Claims {
  /** By partner, then by feed; the empty name stands for every feed that nobody else takes. */
  readonly #taken = new Map<string, Map<string, Intake>>();
  /** Feeds that the exchange itself takes, whoever sends. */
  readonly #own: ReadonlyMap<string, Intake>;

  constructor(own: ReadonlyMap<string, Intake>) {
    this.#own = own;
  }

  /** Until the returned function is called. Errors: EXCHANGE_FEED_TAKEN. */
  claim({ partner, name = "" }: Feed, intake: Intake): () => void {
    const feeds = this.#taken.get(partner) ?? new Map<string, Intake>();
    if (feeds.has(name) || this.#own.has(name)) {
      errors.fail("EXCHANGE_FEED_TAKEN", { partner, feed: name || "any" });
    }
    this.#taken.set(partner, feeds.set(name, intake));
    return () => {
      if (feeds.get(name) === intake) feeds.delete(name);
    };
  }

  /** Whom a feed goes to; `undefined`: nobody. */
  find(partner: string, feed: string): Intake | undefined {
    const feeds = this.#taken.get(partner);
    return this.#own.get(feed) ?? feeds?.get(feed) ?? feeds?.get("");
  }
}
