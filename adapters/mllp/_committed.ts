import type { Parcel } from "../../runtime/contract/adapter.ts";

/** So many are remembered: a peer that lags further behind with its second answers is not understood. */
const parcelsMax = 8;

/**
 * Messages of one connection whose commit counted. What the peer says of them later (HL7's application acknowledgment)
 * is known by that, and means nothing any more.
 */
export class Committed {
  readonly #parcels: Parcel[] = [];

  /** True where no second answer can come. */
  get isEmpty(): boolean {
    return this.#parcels.length === 0;
  }

  add(parcel: Parcel): void {
    this.#parcels.push(parcel);
    if (this.#parcels.length > parcelsMax) this.#parcels.shift();
  }

  /** True for an answer to one of them. */
  async isAbout(answer: Uint8Array): Promise<boolean> {
    for (const parcel of this.#parcels) {
      try {
        await parcel.judge(answer);
        return true;
      } catch {
        // Another message's.
      }
    }
    return false;
  }
}
