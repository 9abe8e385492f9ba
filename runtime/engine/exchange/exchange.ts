import type { Exchange, Feed, Intake } from "../../contract/adapter.ts";
import type { EnvelopeSpec } from "../../contract/envelope.ts";
import { essenceOf } from "../../contract/media_type.ts";
import type { ChannelPlan, Configured } from "../plan.ts";
import { Reckoning } from "../accounts/reckoning.ts";
import { Claims } from "./claims.ts";
import { CONTROL_FEED, ControlFeed } from "./control.ts";
import { DoorIntake } from "./door_intake.ts";
import { Door, type DoorState } from "./doors.ts";
import type { ExchangeParts } from "./parts.ts";
import { Ways } from "./ways.ts";

/** What a gateway's exchange does now. */
export interface ExchangeState {
  readonly doors: readonly DoorState[];
}

/**
 * The exchange of a gateway: its doors, its ways to partners, and who takes what. Between a door and a channel stands nothing
 * but a look at what is written on the envelope; the channel opens it, and its receipt goes back by the same door.
 */
export class PartnerExchange {
  readonly #parts: ExchangeParts;
  readonly #claims: Claims;
  readonly #doorIntake: DoorIntake;
  readonly #doors: readonly Door[];
  readonly #ways: Ways;
  /** By media type. */
  readonly #envelopes = new Map<string, Configured<EnvelopeSpec>>();
  /** The media types of those: doors have this very array, and look at it for each message. */
  readonly #contentTypes: string[] = [];
  /** What gateways tell each other beside messages. */
  readonly control: ControlFeed;
  /** Compares with partners what was exchanged. */
  readonly reckoning: Reckoning;

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
    const { memory, plan, keyring, book, report } = parts;
    this.#ways = new Ways(parts, () => [...this.#envelopes.values()].map(({ spec }) => spec.receiptType));
    this.control = new ControlFeed(parts, this.#envelopes, this.#ways.send.bind(this.#ways));
    this.reckoning = new Reckoning({ ...parts, control: this.control });
    this.#claims = new Claims(new Map([[CONTROL_FEED, this.control.intake]]));
    this.#doorIntake = new DoorIntake({
      claims: this.#claims,
      memory,
      envelopes: this.#envelopes,
      partnerOf: (gateway) => {
        const partner = keyring.partnerOf(gateway);
        return partner !== undefined && book.stateOf(partner) === "active" ? partner : undefined;
      },
      refused: (refused) => report({ name: "exchangeRefused", ...refused }),
    });
    this.#doors = plan.doors.map((door) => new Door(door, this.#doorIntake, this.#contentTypes, parts));
    this.#speak(plan.envelope);
  }

  /** The exchange as the adapters of a channel see it. What the channel opens may come by every door from now on. */
  forChannel({ decrypt, destinations }: ChannelPlan): Exchange {
    const envelopes = [decrypt, ...destinations.map(({ encrypt }) => encrypt)];
    for (const envelope of envelopes) if (envelope) this.#speak(envelope);
    return {
      claim: (feed: Feed, intake: Intake) => this.#claims.claim(feed, intake),
      send: (partner, parcel, signal) => this.#ways.send(partner, parcel, signal),
    };
  }

  /** Opens the doors. One that cannot be opened is tried again, and keeps nothing else from its work. */
  async open(): Promise<void> {
    await Promise.all(this.#doors.map((door) => door.open()));
    this.reckoning.start();
  }

  /** As it is now. */
  state(): ExchangeState {
    return { doors: this.#doors.map((door) => door.state()) };
  }

  /** First step of a drain: takes nothing new; what was handed over is answered, until the deadline. */
  async stopListening(deadline: AbortSignal): Promise<void> {
    this.reckoning.stop();
    await Promise.all(this.#doors.map((door) => door.close(deadline)));
    await this.#doorIntake.close(deadline);
  }

  /** Once nothing is to be sent any more. */
  async close(): Promise<void> {
    await this.#ways.close();
  }

  /** Takes and sends what is sealed so. */
  #speak({ spec, config }: Configured<EnvelopeSpec>): void {
    const contentType = essenceOf(spec.contentType);
    if (this.#envelopes.has(contentType) || !spec.address) return;
    this.#envelopes.set(contentType, { spec, config });
    this.#contentTypes.push(spec.contentType);
    // What is open asks for the receipts it knew of.
    this.#ways.renew();
  }
}
