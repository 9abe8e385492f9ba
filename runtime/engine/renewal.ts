import { MitralError } from "../contract/error.ts";
import type { World } from "../contract/world.ts";
import type { Channel } from "./channel.ts";
import { errors } from "./errors.ts";
import { limits } from "./limits.ts";
import type { Unstamped } from "./line.ts";
import type { ChannelPlan } from "./plan.ts";
import { backoffMs } from "./supervisor.ts";

/** What channels are renewed with. */
export interface RenewalParts {
  readonly world: Pick<World, "clock" | "random">;
  /** By name, in the order of the gateway file. */
  readonly channels: ReadonlyMap<string, Channel>;
  /** Makes a channel of a plan on the journal as it is now, in place of the one of that name. */
  make(plan: ChannelPlan): Channel;
  report(event: Unstamped): void;
}

/**
 * Makes every channel anew once another journal is in place, and starts those that ran. Nobody starts, stops or reloads a
 * channel meanwhile: such acts go on side by side, and a renewal by itself. A channel that does not start is tried again.
 */
export class Renewal {
  readonly #parts: RenewalParts;
  readonly #acts = new Set<Promise<unknown>>();
  #renewing: Promise<void> = Promise.resolve();
  /** Channels that are to be started again. */
  readonly #returning = new Set<Channel>();

  constructor(parts: RenewalParts) {
    this.#parts = parts;
  }

  /** Acts at once, unless a renewal is under way: then after it. */
  async act<T>(act: () => Promise<T>): Promise<T> {
    for (let seen; seen !== this.#renewing;) await (seen = this.#renewing);
    const acting = act();
    this.#acts.add(acting);
    try {
      return await acting;
    } finally {
      this.#acts.delete(acting);
    }
  }

  /** Renews once every act that has begun is over. Resolves when each channel that ran was started, or tried to. */
  renew(): Promise<void> {
    return this.#renewing = Promise.allSettled(this.#acts).then(() => this.#renew());
  }

  /** Somebody stops it, or all of them: it is not started again. */
  forget(channel?: Channel): void {
    if (channel) this.#returning.delete(channel);
    else this.#returning.clear();
  }

  /** A channel did not start: it is tried again, beside everything else. */
  retry(channel: Channel, cause: unknown): void {
    this.#returning.add(channel);
    this.#startLater(channel, cause, 1);
  }

  async #renew(): Promise<void> {
    const { channels, make } = this.#parts;
    const olds = [...channels.values()];
    const ran = new Set(
      olds.filter((old) => old.state().condition !== "stopped" || this.#returning.has(old))
        .map(({ plan }) => plan.name),
    );
    // Their answers are lost, and what they send is not settled any more: there is nothing to wait for.
    await Promise.allSettled(olds.map((old) => old.stop(AbortSignal.abort())));
    this.#returning.clear();
    for (const { plan } of olds) {
      const channel = make(plan);
      if (ran.has(plan.name)) this.#returning.add(channel);
    }
    await Promise.all([...this.#returning].map((channel) => this.#start(channel)));
  }

  async #start(channel: Channel, attempt = 1): Promise<void> {
    if (!this.#returning.has(channel)) return;
    try {
      await channel.start();
      this.#returning.delete(channel);
    } catch (cause) {
      if (this.#returning.has(channel)) this.#startLater(channel, cause, attempt);
    }
  }

  #startLater(channel: Channel, cause: unknown, attempt: number): void {
    const { world: { clock, random }, report } = this.#parts;
    const error = cause instanceof MitralError ? cause : errors.error("ENGINE_CHANNEL_CRASHED", {}, cause);
    const againInMs = backoffMs(attempt, limits.reopenMs, limits.reopenMsMax, random);
    report({ name: "channelFailed", channel: channel.plan.name, error, againInMs });
    clock.after(againInMs, () => void this.#start(channel, attempt + 1));
  }
}
