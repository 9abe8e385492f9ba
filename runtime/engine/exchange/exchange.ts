import type { Exchange, Feed, Intake } from "../../contract/adapter.ts";
import type { EnvelopeSpec } from "../../contract/envelope.ts";
import { essenceOf } from "../../contract/media_type.ts";
import { untilAborted } from "../../contract/signal.ts";
import type { ChannelPlan, Configured } from "../plan.ts";
import type { ExchangePartnerState, ExchangeState } from "../events.ts";
import { limits } from "../limits.ts";
import { Announcements } from "./announcements.ts";
import { feedsTo } from "../accounts/feeds_to.ts";
import { Reckoning } from "../accounts/reckoning.ts";
import { Claims } from "./claims.ts";
import { CONTROL_FEED, ControlFeed } from "./control.ts";
import { DoorIntake } from "./door_intake.ts";
import { Door } from "./doors.ts";
import { errors } from "./errors.ts";
import { MissingReceipts } from "./missing_receipts.ts";
import { type PartnerTestLine, type TestedParts, testPartner } from "./partner_test.ts";
import type { ExchangeParts } from "./parts.ts";
import { Ways } from "./ways.ts";

/**
 * The exchange of a gateway: its doors, its ways to partners, and who takes what. Between a door and a channel stands nothing
 * but a look at what is written on the envelope; the channel opens it, and its receipt goes back by the same door.
 */
export class PartnerExchange {
  readonly #parts: ExchangeParts;
  readonly #claims: Claims;
  readonly #intakes: readonly DoorIntake[];
  readonly #doors: readonly Door[];
  readonly #announcements: Announcements;
  readonly #missing: MissingReceipts;
  readonly #closing = new AbortController();
  #forget = () => {};
  #unwatch = () => {};
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
    this.reckoning = new Reckoning({
      ...parts,
      control: this.control,
      feedsTo: (partner) => feedsTo(parts.channels(), partner),
    });
    this.#claims = new Claims(new Map([[CONTROL_FEED, this.control.intake]]));
    this.#announcements = new Announcements(parts, this.control);
    this.#missing = new MissingReceipts(parts);
    this.#intakes = plan.doors.map(({ spec: { name: door } }) =>
      new DoorIntake({
        door,
        claims: this.#claims,
        memory,
        envelopes: this.#envelopes,
        partnerOf: (gateway) => {
          const partner = keyring.partnerOf(gateway);
          return partner !== undefined && book.find(partner) ? partner : undefined;
        },
        refused: (refused) => report({ name: "exchangeRefused", ...refused }),
      })
    );
    this.#doors = plan.doors.map((door, at) => new Door(door, this.#intakes[at], this.#contentTypes, parts));
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
    // Whoever is new is told at once.
    this.#unwatch = this.#parts.book.watch(() => void this.#announcements.look(this.#closing.signal));
    void this.#look();
    this.reckoning.start();
  }

  /** Our own file of public keys, as it is now; left out where nobody is to be sent it. */
  get ownFile(): ExchangeParts["ownFile"] {
    return this.#parts.ownFile;
  }

  /** As it is now. */
  state(): ExchangeState {
    const { book } = this.#parts;
    const missing = this.#missing.all;
    const partners = book.names.map((name): ExchangePartnerState => {
      const serial = book.find(name)?.serial;
      const sinceMs = missing.find(({ partner }) => partner === name)?.sinceMs;
      return {
        name,
        state: book.stateOf(name) ?? "active",
        ...(serial === undefined ? {} : { serial }),
        ways: this.#ways.state(name),
        ...(sinceMs === undefined ? {} : { receiptMissingSinceMs: sinceMs }),
      };
    });
    return { doors: this.#doors.map((door) => door.state()), partners };
  }

  /** Tests everything between us and a partner. Errors: EXCHANGE_PARTNER_INACTIVE. */
  test(partner: string, signal: AbortSignal): AsyncGenerator<PartnerTestLine> {
    const use: TestedParts["use"] = (act) => this.#ways.use(partner, signal, act);
    return testPartner(
      partner,
      { parts: this.#parts, control: this.control, doors: this.#doors, use },
      signal,
    );
  }

  /** Looks from time to time whether partners have what they are to know, and whether receipts are missing. */
  async #look(): Promise<void> {
    const { clock } = this.#parts.world, { signal } = this.#closing;
    void this.#announcements.look(signal);
    await this.#missing.look();
    if (!signal.aborted) this.#forget = clock.after(limits.exchangeLookMs, () => void this.#look());
  }

  /** First step of a drain: takes nothing new; what was handed over is answered, until the deadline. */
  async stopListening(deadline: AbortSignal): Promise<void> {
    this.#unwatch();
    this.#forget();
    this.#closing.abort(errors.error("EXCHANGE_CLOSED"));
    this.reckoning.stop();
    await untilAborted(this.#announcements.settled(), deadline);
    await Promise.all(this.#doors.map((door) => door.close(deadline)));
    await Promise.all(this.#intakes.map((intake) => intake.close(deadline)));
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
