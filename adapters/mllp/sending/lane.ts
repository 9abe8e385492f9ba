import type { Parcel } from "../../../runtime/contract/adapter.ts";
import type { Outcome } from "../../../runtime/contract/message.ts";
import type { Clock } from "../../../runtime/contract/world.ts";
import type { Linking } from "../../_kit/net/linking.ts";
import { type Link, LinkError } from "./link.ts";

/** What all lanes of a sender share. */
export interface LaneTools {
  readonly clock: Clock;
  readonly keepAlive: boolean;
  /** Gets a link. */
  linking(): Linking<Link>;
  /** A better link in place of one that has nothing to do; the same where there is none. */
  better(link: Link): Link;
  /** The declared error for a link that gave no outcome; anything else as it is. */
  unanswered(cause: unknown): unknown;
}

/** A link that has rested for longer may have been closed by the peer without our having looked. */
const restedMs = 1_000;

/** One link at a time, got when it is needed and lost when anything goes wrong. */
export class Lane {
  readonly #tools: LaneTools;
  #link: Link | undefined;
  #linking: Linking<Link> | undefined;
  #inFlight = 0;

  constructor(tools: LaneTools) {
    this.#tools = tools;
  }

  /** Messages that are being sent, or wait for their answer. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** True where the next message needs no new connection. */
  get isConnected(): boolean {
    return this.#link?.isOpen ?? false;
  }

  /** Sends one message and says what the peer's answer means. On `signal` closes, with all that is in flight. */
  async carry(parcel: Parcel, signal: AbortSignal): Promise<Outcome> {
    this.#inFlight++;
    const giveUp = () => this.drop(new LinkError("broken", signal.reason));
    signal.addEventListener("abort", giveUp, { once: true });
    try {
      const link = await this.#ready();
      signal.throwIfAborted();
      const outcome = await link.ask(parcel.bytes, parcel.judge);
      if (!this.#tools.keepAlive) link.close();
      return outcome;
    } catch (cause) {
      throw signal.aborted ? signal.reason : this.#tools.unanswered(cause);
    } finally {
      signal.removeEventListener("abort", giveUp);
      this.#inFlight--;
    }
  }

  /** Closes; what is under way rejects with `reason`. */
  drop(reason: unknown): void {
    this.#linking?.abandon(reason);
    this.#link?.close(reason);
  }

  async #ready(): Promise<Link> {
    if (this.#link?.isOpen && (this.#link.isOverdue || this.#link.idleMs > restedMs)) {
      await this.#tools.clock.turn();
      if (this.#link.isOverdue) this.#link.close();
    }
    if (this.#link?.isOpen) {
      if (this.#inFlight === 1) this.#link = this.#tools.better(this.#link);
      return this.#link;
    }
    const linking = this.#linking ??= this.#tools.linking();
    try {
      return this.#link = await linking.link;
    } finally {
      if (this.#linking === linking) this.#linking = undefined;
    }
  }
}
