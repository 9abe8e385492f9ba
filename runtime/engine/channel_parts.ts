import type { Exchange, Partners, RelayIdentity } from "../contract/adapter.ts";
import type { World } from "../contract/world.ts";
import type { Journal } from "../journal/journal.ts";
import { destinationName } from "../journal/names.ts";
import type { Gathering, PendingTotals } from "../journal/questions.ts";
import type { GatewayKeyring } from "../trust/keyring.ts";
import type { Channel } from "./channel.ts";
import type { JudgePatient } from "./patients/verdict.ts";
import type { IntakeMemory } from "./intake_memory.ts";
import type { Unstamped } from "./line.ts";
import type { ChannelPlan, GatewayPlan } from "./plan.ts";
import type { StandingBook } from "./standing_book.ts";

/** What adapters meet beside the world. */
export interface Surroundings {
  readonly partners: Partners;
  /** As this channel sees it, where the gateway has one. */
  readonly exchange?: Exchange;
  /** Who the gateway is to relays. */
  readonly relay?: RelayIdentity;
}

/** What a channel shares with the rest of its gateway. */
export interface ChannelParts extends Surroundings {
  readonly plan: ChannelPlan;
  /** Folder of the gateway file. */
  readonly folder: string;
  readonly formats: GatewayPlan["formats"];
  readonly world: World;
  readonly journal: Journal;
  readonly memory: IntakeMemory;
  /** Where something is sealed or opened. */
  readonly keyring?: GatewayKeyring;
  /** Queued now, in the inbox and by destination, and what gathers. */
  readonly found: {
    readonly inbox: number;
    readonly pieces: number;
    readonly outboxes: Readonly<Record<string, number>>;
    readonly gathering: Readonly<Record<string, Gathering>>;
  };
  /** Asks the patient index. */
  readonly judge: JudgePatient;
  /** How destinations stand. */
  readonly standings: StandingBook;
  /** Another channel of the gateway; fails where there is none. */
  other(name: string): Channel;
  has(name: string): boolean;
  newId(): string;
  report(event: Unstamped): void;
  /** True while somebody wants to know how long each stage takes. */
  timesStages(): boolean;
}

/** What the journal has of a channel and its destinations, of all there is. */
export function foundOf(
  { name, destinations }: ChannelPlan,
  { inboxes, pieces, outboxes, gathering }: PendingTotals,
): ChannelParts["found"] {
  const ofDestinations = <T>(all: Readonly<Record<string, T>>) =>
    Object.fromEntries(destinations.flatMap((destination) => {
      const one = all[destinationName(name, destination.name)];
      return one === undefined ? [] : [[destination.name, one]];
    }));
  return {
    inbox: inboxes[name] ?? 0,
    pieces: pieces[name] ?? 0,
    outboxes: ofDestinations(outboxes),
    gathering: ofDestinations(gathering),
  };
}
