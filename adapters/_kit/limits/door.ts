import type { TransportEvent } from "../../../runtime/contract/adapter.ts";
import type { Facts, Fault, MitralError } from "../../../runtime/contract/error.ts";
import type { Clock } from "../../../runtime/contract/world.ts";
import { addressBytes, isWithin, type Network, networkOf, peerOf } from "./network.ts";
import { Seldom } from "./seldom.ts";
import type { Strikes } from "./strikes.ts";

const faults = {
  NETWORK_REFUSED: {
    blame: "operator",
    retry: "never",
    says: "Cannot take connection from {peer}: it is in no network of allow",
  },
  CONNECTIONS_FULL: {
    blame: "operator",
    retry: "later",
    says: "Cannot take connection from {peer}: there are connectionsMax ({connectionsMax}) already",
  },
  ADDRESS_FULL: {
    blame: "sender",
    retry: "later",
    says:
      "Cannot take connection from {peer}: it has connectionsPerAddressMax ({connectionsPerAddressMax}) already",
  },
  ADDRESS_BARRED: {
    blame: "sender",
    retry: "later",
    says: "Cannot take connection from {peer}: it has failed to sign in too often",
  },
} as const satisfies Readonly<Record<string, Fault>>;

/** Why somebody was turned away. */
export type TurnedAway = "network" | "connections" | "address" | "barred";

const nouns = {
  network: "NETWORK_REFUSED",
  connections: "CONNECTIONS_FULL",
  address: "ADDRESS_FULL",
  barred: "ADDRESS_BARRED",
} as const satisfies Record<TurnedAway, keyof typeof faults>;

/** Codes of a door, of the adapter that has it. */
export type DoorCode<Owner extends string> = `${Owner}_${keyof typeof faults}`;

/** What an adapter declares that has a door: its name in capitals gives the codes. */
export function doorErrors<const Owner extends string>(
  owner: Owner,
): Readonly<Record<DoorCode<Owner>, Fault>> {
  const own = Object.entries(faults).map(([noun, fault]) => [`${owner}_${noun}`, fault]);
  return Object.fromEntries(own) as Record<DoorCode<Owner>, Fault>;
}

/** What a door needs of what its adapter is given. */
export interface DoorTools<Owner extends string> {
  readonly config: {
    readonly connectionsMax: number;
    readonly connectionsPerAddressMax: number;
    readonly allow?: readonly string[] | undefined;
  };
  readonly world: { readonly clock: Clock };
  error(code: DoorCode<Owner>, facts?: Facts): MitralError;
  report(event: TransportEvent): void;
}

/** What else a door may be told. */
export interface DoorOptions {
  /** Connections in all, where these are others than `connectionsMax`. */
  readonly openMax?: number;
  /** Addresses that have failed too often are turned away. */
  readonly strikes?: Strikes;
}

/**
 * Who may come in: asked with the address of every new connection, before a byte of it is read. Whoever is turned away
 * is an event, `connectionTurnedAway`, with the reason and its code; once a minute for each reason it is worth a warning.
 *
 * It remembers addresses with open connections only, so that it is bounded by the connections.
 */
export class Door<const Owner extends string> {
  readonly #owner: Owner;
  readonly #tools: DoorTools<Owner>;
  readonly #options: DoorOptions;
  readonly #allowed: readonly Network[] | undefined;
  readonly #openBy = new Map<string, number>();
  readonly #warnings: Seldom;
  #open = 0;

  /** `owner`: the adapter's name in capitals. Its `allow` has been checked by `unfitNetworks`. */
  constructor(owner: Owner, tools: DoorTools<Owner>, options: DoorOptions = {}) {
    this.#owner = owner;
    this.#tools = tools;
    this.#options = options;
    this.#allowed = tools.config.allow?.flatMap((text) => networkOf(text) ?? []);
    this.#warnings = new Seldom(tools.world.clock);
  }

  /** Connections that are in. */
  get open(): number {
    return this.#open;
  }

  /** Lets a connection in, until what it gives is disposed; `undefined` where it is turned away. */
  readonly enter = (address: string): Disposable | undefined => {
    const peer = peerOf(address);
    const reason = this.#reason(address, peer);
    if (reason) {
      this.turnAway(reason, address);
      return undefined;
    }
    this.#open++;
    this.#openBy.set(peer, (this.#openBy.get(peer) ?? 0) + 1);
    let isIn = true;
    return {
      [Symbol.dispose]: () => {
        if (isIn) this.#leave(peer);
        isIn = false;
      },
    };
  };

  /** Says that somebody, at an address with or without a port, was turned away. */
  turnAway(reason: TurnedAway, peer: string): void {
    const { config: { connectionsMax, connectionsPerAddressMax }, error, report } = this.#tools;
    const code: DoorCode<Owner> = `${this.#owner}_${nouns[reason]}`;
    const event = { name: "connectionTurnedAway", facts: { peer, reason, code } };
    if (!this.#warnings.isDue(reason)) return report(event);
    report({ ...event, error: error(code, { peer, connectionsMax, connectionsPerAddressMax }) });
  }

  #reason(address: string, peer: string): TurnedAway | undefined {
    const { connectionsMax, connectionsPerAddressMax } = this.#tools.config;
    if (!this.#isAllowed(address)) return "network";
    if (this.#options.strikes && this.#options.strikes.outMs(address) > 0) return "barred";
    if (this.#open >= (this.#options.openMax ?? connectionsMax)) return "connections";
    return (this.#openBy.get(peer) ?? 0) >= connectionsPerAddressMax ? "address" : undefined;
  }

  #isAllowed(address: string): boolean {
    if (!this.#allowed) return true;
    const bytes = addressBytes(address);
    return bytes !== undefined && this.#allowed.some((network) => isWithin(bytes, network));
  }

  #leave(peer: string): void {
    this.#open--;
    const left = this.#openBy.get(peer)! - 1;
    if (left === 0) this.#openBy.delete(peer);
    else this.#openBy.set(peer, left);
  }
}
