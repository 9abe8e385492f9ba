import type { Delivery, Intake, MessageProgress, Reading, Reply } from "../../contract/adapter.ts";
import type { Address, EnvelopeSpec } from "../../contract/envelope.ts";
import { MitralError } from "../../contract/error.ts";
import { essenceOf } from "../../contract/media_type.ts";
import { untilAborted } from "../../contract/signal.ts";
import type { IntakeMemory } from "../intake_memory.ts";
import type { Configured } from "../plan.ts";
import type { Claims } from "./claims.ts";
import { errors } from "./errors.ts";

/** What came in by a door and was not taken. */
export interface Refused {
  /** Our name for the partner it says it is from; left out for a stranger. Nobody has made sure of it. */
  readonly partner?: string;
  readonly error: MitralError;
}

/** What doors hand over to. */
export interface DoorIntakeParts {
  readonly claims: Claims;
  readonly memory: IntakeMemory;
  /** Kinds of envelopes that are taken, by media type. */
  readonly envelopes: ReadonlyMap<string, Configured<EnvelopeSpec>>;
  /** Our name for the active partner whose gateway calls itself so. */
  partnerOf(gateway: string): string | undefined;
  refused(refused: Refused): void;
}

/**
 * The way in behind a door: looks at what stands on an envelope, and hands it to the channel that takes that feed of that
 * partner. It is open as long as the exchange is: one channel that takes nothing now does not stop the others. Whatever is
 * not taken is answered as `failed`, without an answer: its sender keeps it, and comes again. Nothing of it is kept here,
 * since anybody may write anything on an envelope.
 */
export class DoorIntake implements Intake {
  readonly #parts: DoorIntakeParts;
  readonly #underWay = new Set<Promise<Reply>>();
  #isOpen = true;

  constructor(parts: DoorIntakeParts) {
    this.#parts = parts;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  async opened(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (!this.#isOpen) errors.fail("EXCHANGE_CLOSED");
  }

  reading(): Reading {
    return this.#parts.memory.reading();
  }

  receive(delivery: Delivery, kept?: () => void): Promise<Reply> {
    const reply = this.#receive(delivery, kept);
    this.#underWay.add(reply);
    reply.finally(() => this.#underWay.delete(reply));
    return reply;
  }

  refuse(_delivery: Delivery, error: MitralError): Promise<Reply> {
    return Promise.resolve(this.#refuse(error));
  }

  state(): Promise<MessageProgress | undefined> {
    return Promise.resolve(undefined);
  }

  /** Takes nothing more; resolves once what was handed over is answered, or at the deadline. */
  async close(deadline: AbortSignal): Promise<void> {
    this.#isOpen = false;
    await untilAborted(Promise.all(this.#underWay), deadline);
  }

  async #receive({ bytes, peer, contentType }: Delivery, kept?: () => void): Promise<Reply> {
    let partner: string | undefined;
    try {
      if (!this.#isOpen) errors.fail("EXCHANGE_CLOSED");
      const { from, channel: feed } = this.#addressOn(bytes, contentType);
      partner = this.#parts.partnerOf(from) ??
        errors.fail("EXCHANGE_SENDER_UNKNOWN", { gateway: nameOf(from) });
      const intake = this.#parts.claims.find(partner, feed) ??
        errors.fail("EXCHANGE_FEED_UNKNOWN", { partner, feed: nameOf(feed) });
      // What the way calls it, and whom it was let in as, is no matter: the statement inside says who it is.
      const given = { bytes, peer, ...(contentType ? { contentType } : {}), isFromAnybody: true } as const;
      const reply = await intake.receive(given, kept);
      const { outcome } = reply;
      if (outcome.kind === "failed") this.#parts.refused({ partner, error: outcome.error });
      return reply;
    } catch (cause) {
      if (cause instanceof MitralError) return this.#refuse(cause, partner);
      throw cause;
    }
  }

  #addressOn(bytes: Uint8Array, contentType = ""): Address {
    const { spec } = this.#parts.envelopes.get(essenceOf(contentType)) ??
      errors.fail("EXCHANGE_TYPE_UNKNOWN");
    return spec.address?.(bytes) ?? errors.fail("EXCHANGE_ADDRESS_UNREADABLE");
  }

  #refuse(error: MitralError, partner?: string): Reply {
    this.#parts.refused({ error, ...(partner === undefined ? {} : { partner }) });
    return { outcome: { kind: "failed", error }, answer: null };
  }
}

/** What a stranger has written may be anything: it is told only where it could be a name. */
function nameOf(text: string): string {
  return /^[\w.-]{1,63}$/.test(text) ? text : "(no name)";
}
