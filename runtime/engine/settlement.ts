import type { Outcome } from "../contract/message.ts";
import type { Journal } from "../journal/journal.ts";
import type { Trouble } from "../journal/records.ts";
import type { Disclosure } from "../journal/disclosures/operations.ts";
import type { Rest, Settle, Settled } from "../journal/operations.ts";
import type { OutboxRow } from "../journal/rows.ts";
import type { FinalVerdict, OutboxEntry } from "./delivery_stages.ts";
import { type Correspondent, sent } from "./exchanged.ts";
import { limits } from "./limits.ts";
import type { ChannelPlan, DestinationPlan, DisclosurePlan } from "./plan.ts";
import { purposeOf } from "../contract/purposes.ts";
import type { SecondAnswers } from "./second_answers.ts";
import { troubleOf } from "./trouble.ts";

/** What the ends of deliveries are written with. */
export interface SettlementParts {
  readonly channel: ChannelPlan;
  readonly destination: DestinationPlan;
  /** Where what goes out is a disclosure: of the destination by whose sender it does. */
  readonly disclosure?: DisclosurePlan;
  readonly journal: Journal;
  readonly secondAnswers: SecondAnswers;
  /** The last delivery of a message may have ended. */
  settled(row: OutboxRow, rest: Rest): void;
  /** What whoever asked is told, where this destination's answer is what they wait for. */
  readonly respond?: (row: OutboxRow, outcome: Outcome) => Promise<Outcome>;
  /** Where what is sent is sealed for a partner, which gives receipts. */
  readonly correspondent?: Correspondent;
  /** They may be told: it is durable. */
  concluded(row: OutboxRow, outcome: Outcome): void;
}

/** How a delivery ends, beside its outcome. */
export type EndOf = Pick<Settle, "atMs" | "holds" | "ended" | "diverted">;

/** Writes how deliveries ended, and tells whoever waits for that. So many outcomes may be unsynced, and no more. */
export class Settlement {
  readonly #parts: SettlementParts;
  #unsynced = 0;
  #synced: (() => void)[] = [];

  constructor(parts: SettlementParts) {
    this.#parts = parts;
  }

  /** Writes the end of a delivery; resolves once that is asked for, with what resolves when it is durable. */
  async settle(
    entry: OutboxEntry,
    outcome: FinalVerdict,
    { atMs, ...how }: EndOf,
  ): Promise<{ readonly durable: Promise<Settled> }> {
    const { journal, channel, respond, secondAnswers, correspondent } = this.#parts;
    const { row } = entry;
    const answer = outcome.kind === "filtered" ? undefined : outcome.answer?.bytes;
    const told = respond && await respond(row, outcome);
    const following = secondAnswers.afterDelivery(row, told);
    const followUps = following && await following;
    // Lost in a crash, a refusal would be sent again, behind whatever had gone out meanwhile.
    const isRefused = outcome.kind === "rejected";
    const urgent = channel.acknowledge === "delivered" || told !== undefined || isRefused;
    const exchanged = correspondent && how.diverted === undefined
      ? sent(correspondent, row.sequence, outcome)
      : undefined;
    const durable = journal.write({
      op: "settle",
      seq: row.seq,
      delivery: entry.position,
      attempts: entry.attempts,
      atMs,
      ...(answer ? { answer } : {}),
      ...(outcome.kind === "rejected" && how.ended?.how !== "cancelled"
        ? { trouble: troubleOf(outcome.error, atMs) }
        : {}),
      ...how,
      ...(row.isBatch ? { isBatch: true } : {}),
      tellRest: channel.acknowledge === "delivered",
      ...(told ? { concludes: concluding(told) } : {}),
      ...(followUps ? { followUps } : {}),
      ...(exchanged ? { exchanged } : {}),
      ...(entry.sealed ? { sealed: entry.sealed } : {}),
      ...this.#disclosure(entry, outcome),
    }, urgent ? "urgent" : "patient");
    this.#unsynced++;
    const synced = () => {
      this.#unsynced--;
      for (const resolve of this.#synced.splice(0)) resolve();
    };
    durable.then(({ rest, concluded }) => {
      synced();
      if (followUps) secondAnswers.decided(followUps);
      if (told && concluded) this.#parts.concluded(row, told);
      if (rest) this.#parts.settled(row, rest);
    }, synced);
    return { durable };
  }

  /** Writes that an attempt has failed, and another will be made. */
  attempted(entry: OutboxEntry, trouble: Trouble): void {
    const { position: delivery, attempts, mayHaveReached, sealed } = entry;
    const { journal, disclosure } = this.#parts;
    const told = {
      ...(disclosure && mayHaveReached ? { mayHaveReached } : {}),
      ...(sealed ? { sealed } : {}),
    };
    if (sealed) entry.sealed = undefined;
    // Not awaited: only the count of attempts is lost with it, and whether one may have reached anybody.
    journal.write({ op: "attempted", delivery, attempts, trouble, ...told }, "patient").catch(() => {});
  }

  #disclosure(entry: OutboxEntry, outcome: FinalVerdict): { readonly disclosure?: Disclosure } {
    const { disclosure, channel, destination } = this.#parts;
    if (!disclosure) return {};
    const reach = outcome.kind !== "rejected"
      ? "taken"
      : outcome.answer
      ? "refused"
      : entry.mayHaveReached
      ? "unconfirmed"
      : "none";
    return {
      disclosure: {
        ...disclosure,
        isAccountable: purposeOf(disclosure.purpose)!.isAccountable,
        message: entry.row.id,
        channel: channel.name,
        destination: destination.name,
        reach,
      },
    };
  }

  /** Resolves once few enough outcomes are unsynced: the line goes on before they are durable, but only so far. */
  async room(): Promise<void> {
    while (this.#unsynced >= limits.unsyncedMax) {
      await new Promise<void>((resolve) => this.#synced.push(resolve));
    }
  }
}

/** What the journal keeps of the answer to whoever asked. */
function concluding(outcome: Outcome): NonNullable<Settle["concludes"]> {
  const answer = outcome.kind === "filtered" ? undefined : outcome.answer;
  return {
    positively: outcome.kind === "accepted" || outcome.kind === "filtered",
    ...(answer ? { answer } : {}),
  };
}
