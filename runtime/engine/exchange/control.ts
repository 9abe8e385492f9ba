import type { Delivery, Intake, Parcel, Reply } from "../../contract/adapter.ts";
import { bindEnvelope, type Envelope, type EnvelopeSpec, type Statement } from "../../contract/envelope.ts";
import { MitralError } from "../../contract/error.ts";
import { essenceOf } from "../../contract/media_type.ts";
import type { Outcome } from "../../contract/message.ts";
import { limits } from "../limits.ts";
import type { Configured } from "../plan.ts";
import { errors } from "./errors.ts";
import type { ExchangeParts } from "./parts.ts";
import { type ReceiptFacts, receiptFacts } from "./receipt_facts.ts";

/** What gateways tell each other beside messages goes under this feed. */
export const CONTROL_FEED = "mitral.control";
const CONTENT_TYPE = "application/vnd.mitral.control+json";

/** What one gateway tells another: JSON. A `type` that the other does not know is rejected, and nothing comes of it. */
export interface Told {
  readonly type: string;
  readonly [name: string]: unknown;
}

/**
 * Does what a partner's gateway has told. MUST come to the same however often it is told the same. What it resolves with
 * is what the signed receipt says; a `MitralError` it throws is `rejected`, or `failed` where it says `later`.
 */
export type ControlHandler = (partner: string, told: Told, evidence: Evidence) => Promise<void>;

/** What shows to others that a partner's gateway told it. */
export interface Evidence {
  /** What was told, as it came. */
  readonly payload: Uint8Array;
  /** What its gateway signed: a JWS that names the payload's hash. */
  readonly signed: Uint8Array;
}

/** What came of telling something. */
export interface Heard {
  /** `accepted` or `rejected`: as the partner's signed receipt says, which was verified. `failed`: there is none. */
  readonly outcome: Outcome;
  /** What the receipt says. */
  readonly receipt?: ReceiptFacts;
  /** When it went out and when the receipt was here, by our own clock. */
  readonly sentAtMs: number;
  readonly heardAtMs: number;
}

/** Brings a sealed parcel to a partner. */
export type Carry = (partner: string, parcel: Parcel, signal: AbortSignal) => Promise<Outcome>;

/** What is special about telling something. */
export interface TellOptions {
  readonly signal?: AbortSignal;
  /** Another way than the best. */
  readonly by?: Carry;
}

/** The feed by which gateways talk to each other: sealed and receipted as messages are, and kept in no journal. */
export class ControlFeed {
  readonly #parts: ExchangeParts;
  readonly #envelopes: ReadonlyMap<string, Configured<EnvelopeSpec>>;
  readonly #carry: Carry;
  readonly #handlers = new Map<string, ControlHandler>();
  #sequence: number;

  constructor(
    parts: ExchangeParts,
    envelopes: ReadonlyMap<string, Configured<EnvelopeSpec>>,
    carry: Carry,
  ) {
    this.#parts = parts;
    this.#envelopes = envelopes;
    this.#carry = carry;
    // Nothing is missed where a number is: what is told again goes under another.
    this.#sequence = parts.world.clock.nowMs();
    this.handle("ping", () => Promise.resolve());
  }

  /** Where what is told to us arrives. */
  readonly intake: Intake = {
    isOpen: true,
    opened: () => Promise.resolve(),
    reading: () => this.#parts.memory.reading(),
    receive: (delivery) => this.#receive(delivery).catch(refused),
    refuse: (_, error) => Promise.resolve(refused(error)),
    state: () => Promise.resolve(undefined),
  };

  /** From now on what is told under a type is done by `handler`. */
  handle(type: string, handler: ControlHandler): void {
    this.#handlers.set(type, handler);
  }

  /**
   * Tells a partner's gateway something, once; whoever must be sure tells it again. Errors: EXCHANGE_PARTNER_INACTIVE,
   * EXCHANGE_WAY_MISSING, those of the envelope and of the senders, the signal's reason.
   */
  async tell(partner: string, told: Told, { signal, by = this.#carry }: TellOptions = {}): Promise<Heard> {
    const { plan, world: { clock }, newId, keyring } = this.#parts;
    const payload = new TextEncoder().encode(JSON.stringify(told));
    const envelope = this.#bound(plan.envelope);
    const sentAtMs = clock.nowMs();
    const statement: Statement = {
      id: newId(),
      from: keyring.gateway,
      channel: CONTROL_FEED,
      epoch: this.#parts.journal().found.epoch,
      sequence: ++this.#sequence,
      issuedAtMs: sentAtMs,
      expiresAtMs: sentAtMs + limits.controlExpiresMs,
      contentType: CONTENT_TYPE,
    };
    const { bytes } = await envelope.seal(payload, statement, [partner]);
    const parcel: Parcel = {
      id: statement.id,
      bytes,
      contentType: envelope.contentType,
      attempt: 1,
      sequence: statement.sequence,
      atMs: sentAtMs,
      value: () => "",
      judge: (receipt) => envelope.judge(receipt, { statement, payload, to: partner }),
    };
    const life = new AbortController();
    const stop = () => life.abort(signal?.reason);
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
    const late = () =>
      life.abort(errors.error("EXCHANGE_ANSWER_LATE", { partner, answerMsMax: ANSWER_MS_MAX }));
    const forget = clock.after(ANSWER_MS_MAX, late);
    try {
      const outcome = await by(partner, parcel, life.signal);
      const receipt = outcome.kind !== "filtered" && outcome.answer && receiptFacts(outcome.answer.bytes);
      return { outcome, sentAtMs, heardAtMs: clock.nowMs(), ...(receipt ? { receipt } : {}) };
    } finally {
      forget();
      signal?.removeEventListener("abort", stop);
    }
  }

  async #receive({ bytes, contentType = "" }: Delivery): Promise<Reply> {
    const found = this.#envelopes.get(essenceOf(contentType)) ?? errors.fail("EXCHANGE_TYPE_UNKNOWN");
    const { controlBytesMax: most } = limits;
    if (bytes.length > most) errors.fail("EXCHANGE_CONTROL_LARGE", { bytes: bytes.length, most });
    const envelope = this.#bound(found);
    const opened = await envelope.open(bytes);
    const { from, channel } = opened.statement;
    const partner = this.#parts.keyring.partnerOf(from) ??
      errors.fail("EXCHANGE_SENDER_UNKNOWN", { gateway: from });
    if (channel !== CONTROL_FEED) errors.fail("EXCHANGE_ADDRESS_UNREADABLE");
    const outcome = await this.#do(partner, opened);
    if (outcome.kind === "failed") return { outcome, answer: null };
    return { outcome, answer: await envelope.receipt(bytes, opened, outcome) };
  }

  async #do(partner: string, { payload, signed }: Evidence): Promise<Outcome> {
    try {
      const told = toldIn(payload) ?? errors.fail("EXCHANGE_CONTROL_INVALID", { partner });
      const handler = this.#handlers.get(told.type) ?? errors.fail("EXCHANGE_CONTROL_UNKNOWN", { partner });
      await handler(partner, told, { payload, signed });
      return { kind: "accepted" };
    } catch (cause) {
      const error = cause instanceof MitralError
        ? cause
        : errors.error("EXCHANGE_CONTROL_CRASHED", { partner }, cause);
      return { kind: error.retry === "later" ? "failed" : "rejected", error };
    }
  }

  #bound({ spec, config }: Configured<EnvelopeSpec>): Envelope {
    const { keyring, world: { clock } } = this.#parts;
    return bindEnvelope(spec, config as never, keyring, clock);
  }
}

const ANSWER_MS_MAX = limits.controlAnswerMsMax;

function refused(cause: unknown): Reply {
  const error = cause instanceof MitralError ? cause : errors.error("EXCHANGE_CONTROL_CRASHED", {}, cause);
  return { outcome: { kind: "failed", error }, answer: null };
}

function toldIn(payload: Uint8Array): Told | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    return typeof (value as Told).type === "string" ? value as Told : undefined;
  } catch {
    return undefined;
  }
}
