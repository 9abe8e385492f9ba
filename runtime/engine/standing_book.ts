import { destinationName } from "../journal/names.ts";
import type { Stand, Standing, Standings } from "../journal/standing.ts";

/** How the destinations of a gateway stand: what people have set, and channels that come and go do not change. */
export class StandingBook {
  #standings = new Map<string, Standing>();
  /** No destination sends. */
  sendersHeld = false;

  /** What the journal has. */
  load({ standings, sendersHeld }: Standings): void {
    this.#standings = new Map(Object.entries(standings));
    this.sendersHeld = sendersHeld;
  }

  of(channel: string, destination: string): Standing {
    return this.#standings.get(destinationName(channel, destination)) ?? NOTHING_SET;
  }

  /** A change is durable. */
  change(channel: string, destination: string, change: Stand["change"]): void {
    const { paused, divertTo } = { ...this.of(channel, destination), ...change };
    this.#standings.set(destinationName(channel, destination), {
      paused,
      ...(divertTo == null ? {} : { divertTo }),
    });
  }
}

const NOTHING_SET: Standing = { paused: false };
