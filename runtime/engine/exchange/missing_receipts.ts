import { MitralError } from "../../contract/error.ts";
import { destinationName } from "../../journal/names.ts";
import type { ChannelPlan } from "../plan.ts";
import { errors } from "./errors.ts";
import type { ExchangeParts } from "./parts.ts";

/** A message that was sent to a partner and has no receipt. */
export interface MissingReceipt {
  readonly partner: string;
  readonly channel: string;
  readonly destination: string;
  /** Of the message. */
  readonly id: string;
  /** When it was received, in milliseconds since 1970-01-01T00:00Z. */
  readonly sinceMs: number;
}

/**
 * Messages that were sent to partners and have had no receipt for `receiptMsMax`: of each destination the oldest. What was
 * not sent yet is none of them, since it waits for something else. Told once each; asks the journal, which knows what was
 * sent before the last start, too.
 */
export class MissingReceipts {
  readonly #parts: ExchangeParts;
  /** By `channel/destination`. */
  #missing: ReadonlyMap<string, MissingReceipt> = new Map();

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
  }

  /** Of every destination that has any, the oldest first. */
  get all(): readonly MissingReceipt[] {
    return [...this.#missing.values()].sort((a, b) => a.sinceMs - b.sinceMs);
  }

  /** Looks for them. What the journal does not tell now is asked another time. */
  async look(): Promise<void> {
    try {
      await this.#look();
    } catch (cause) {
      if (!(cause instanceof MitralError)) throw cause;
    }
  }

  async #look(): Promise<void> {
    const { journal, world: { clock }, plan: { receiptMsMax }, channels, report } = this.#parts;
    const { outbox } = await journal().ask({ ask: "oldest" });
    const nowMs = clock.nowMs();
    const missing = new Map<string, MissingReceipt>();
    for (const { name: channel, destinations } of channels()) {
      for (const destination of destinations) {
        const owner = destinationName(channel, destination.name);
        const partner = partnerOf(destination);
        if (partner === undefined || !(nowMs - outbox[owner] >= receiptMsMax)) continue;
        const [first] = await journal().ask({
          ask: "outbox",
          channel,
          destination: destination.name,
          after: 0,
          limit: 1,
        });
        if (!first || first.attempts === 0) continue;
        const { id, receivedAtMs: sinceMs } = first;
        missing.set(owner, { partner, channel, destination: destination.name, id, sinceMs });
      }
    }
    const before = this.#missing;
    this.#missing = missing;
    for (const [owner, each] of missing) {
      if (before.get(owner)?.id === each.id) continue;
      const { sinceMs, ...where } = each;
      const ageMs = nowMs - sinceMs;
      const error = errors.error("EXCHANGE_RECEIPT_MISSING", { partner: each.partner, ageMs });
      report({ name: "receiptMissing", ...where, ageMs, error });
    }
  }
}

function partnerOf({ send }: ChannelPlan["destinations"][number]): string | undefined {
  return "spec" in send ? send.spec.feed?.(send.config as never).partner : undefined;
}
