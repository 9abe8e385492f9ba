import type { MitralError } from "../../contract/error.ts";
import { declareErrors } from "../../contract/error.ts";
import type { World } from "../../contract/world.ts";
import type { Journal } from "../../journal/journal.ts";
import type { GatewayKeyring } from "../../trust/keyring.ts";
import type { PartnerBook } from "../../trust/partner_book.ts";
import type { ControlFeed, Evidence, Told } from "../exchange/control.ts";
import type { Unstamped } from "../line.ts";
import { listenerMemory } from "../listener_memory.ts";
import { backoffMs } from "../supervisor.ts";
import { type Account, drawUp, readAccount } from "./account.ts";
import { compareWith, type FeedComparison, isDispute, keyOf } from "./compare.ts";
import { count, type Ranges, rangesText } from "./ranges.ts";

/** Errors of reckoning with partners. */
export const reckoningErrors = declareErrors("reckoning", {
  RECKONING_NUMBERS_DISPUTED: {
    blame: "operator",
    retry: "never",
    says: "Cannot agree with {partner} on the feed {feed} of epoch {epoch}: {words}",
  },
});

/** What came of comparing accounts with a partner. */
export interface Reckoned {
  /** When, in milliseconds since 1970-01-01T00:00Z. */
  readonly atMs: number;
  /** The epoch of our journal then. */
  readonly epoch: number;
  /** Each feed in each epoch, both ways. */
  readonly feeds: readonly FeedComparison[];
}

/** A feed that this gateway sends to a partner. */
export interface SentFeed {
  readonly feed: string;
  readonly channel: string;
  readonly destination: string;
}

/** What reckoning needs of its gateway. */
export interface ReckoningParts {
  readonly control: Pick<ControlFeed, "tell" | "handle">;
  readonly book: PartnerBook;
  readonly keyring: Pick<GatewayKeyring, "gatewayOf">;
  readonly world: Pick<World, "clock" | "random">;
  journal(): Pick<Journal, "ask" | "write" | "found">;
  /** What goes to a partner; each feed once. */
  feedsTo(partner: string): readonly SentFeed[];
  report(event: Unstamped): void;
}

const DAY_MS = 86_400_000;
const [RETRY_MS, RETRY_MS_MAX] = [60_000, 3_600_000];
/** Reckoning begins so long after the start: ways and doors open first. */
const SETTLE_MS = 5_000;
/** How long somebody who asked waits for the partner's answer. */
const ANSWER_MS_MAX = 10_000;
const MEMORY = "exchange accounts";

/**
 * Compares, once a day with each partner, what both gateways say was exchanged: who has receipts for what. Each side tells
 * the other, signed, and each finds for itself what differs. What both agree on is forgotten singly.
 */
export class Reckoning {
  readonly #parts: ReckoningParts;
  /** What we have told partners last: their answer is compared with that. */
  readonly #told = new Map<string, Account>();
  readonly #waits = new Map<string, () => void>();
  readonly #attempts = new Map<string, number>();
  /** Who waits for a partner's answer. */
  readonly #asking = new Map<string, PromiseWithResolvers<boolean>>();
  /** Partners that are being answered. */
  readonly #answering = new Set<string>();
  readonly #unwatch: () => void;
  #isOver = false;

  constructor(parts: ReckoningParts) {
    this.#parts = parts;
    parts.control.handle("account", (partner, told, evidence) => this.#heard(partner, told, evidence));
    this.#unwatch = parts.book.watch((names) => names.forEach((name) => this.#plan(name)));
  }

  /** Reckons with every partner when it is time; after a restore that is now. */
  start(): void {
    for (const partner of this.#parts.book.names) this.#plan(partner);
  }

  stop(): void {
    this.#isOver = true;
    this.#unwatch();
    for (const forget of this.#waits.values()) forget();
    for (const asking of this.#asking.values()) asking.resolve(false);
  }

  /** Tells a partner our account and asks for its own. Errors: those of {@linkcode ControlFeed.tell}. */
  async reckon(partner: string): Promise<void> {
    const account = await this.#drawUp(partner);
    this.#told.set(partner, account);
    const { outcome } = await this.#parts.control.tell(partner, { ...account });
    if (outcome.kind === "failed" || outcome.kind === "rejected") throw outcome.error;
  }

  /** As {@linkcode reckon}; true once its answer was compared, false where none has come within ten seconds. */
  async compare(partner: string): Promise<boolean> {
    const asking = this.#asking.get(partner) ?? Promise.withResolvers<boolean>();
    this.#asking.set(partner, asking);
    const forget = this.#parts.world.clock.after(ANSWER_MS_MAX, () => asking.resolve(false));
    try {
      await this.reckon(partner);
      return await asking.promise;
    } finally {
      forget();
      if (this.#asking.get(partner) === asking) this.#asking.delete(partner);
    }
  }

  /** True for an active partner. */
  knows(partner: string): boolean {
    return this.#parts.book.find(partner) !== undefined;
  }

  /** What came of it last; `undefined` where nothing has. */
  async last(partner: string): Promise<Reckoned | undefined> {
    const text = await this.#memory.get(`last ${this.#parts.keyring.gatewayOf(partner)}`);
    return text === undefined ? undefined : JSON.parse(text);
  }

  /** Both accounts of a day, `2026-01-31`, as they were signed, where there was one. */
  async evidence(partner: string, day: string): Promise<string | undefined> {
    return await this.#memory.get(`day ${this.#parts.keyring.gatewayOf(partner)} ${day}`);
  }

  /** Active partners that nothing has been compared with since the journal was restored. */
  async unreckoned(): Promise<readonly string[]> {
    const { book, journal } = this.#parts;
    const { epoch } = journal().found;
    const active = book.names.filter((partner) => book.find(partner));
    const last = await Promise.all(active.map((partner) => this.last(partner)));
    return active.filter((_, at) => last[at]?.epoch !== epoch);
  }

  get #memory() {
    return listenerMemory(this.#parts.journal(), MEMORY);
  }

  #plan(partner: string): void {
    this.#waits.get(partner)?.();
    this.#waits.delete(partner);
    if (this.#isOver || !this.#parts.book.find(partner)) return;
    void this.last(partner).then((last) => this.#wait(partner, this.#dueInMs(last)), () => {
      this.#wait(partner, RETRY_MS);
    });
  }

  #dueInMs(last: Reckoned | undefined): number {
    const { world: { clock }, journal } = this.#parts;
    if (last?.epoch !== journal().found.epoch) return SETTLE_MS;
    return Math.max(last.atMs + DAY_MS - clock.nowMs(), SETTLE_MS);
  }

  #wait(partner: string, ms: number): void {
    if (this.#isOver) return;
    this.#waits.get(partner)?.();
    this.#waits.set(partner, this.#parts.world.clock.after(ms, () => void this.#try(partner)));
  }

  /** Until an answer was compared, it is tried again. */
  async #try(partner: string): Promise<void> {
    const { world: { random }, report } = this.#parts;
    const attempts = (this.#attempts.get(partner) ?? 0) + 1;
    this.#attempts.set(partner, attempts);
    this.#wait(partner, backoffMs(attempts, RETRY_MS, RETRY_MS_MAX, random));
    try {
      await this.reckon(partner);
    } catch (cause) {
      if (!this.#isOver) report({ name: "accountFailed", partner, error: cause as MitralError });
    }
  }

  async #heard(partner: string, told: Told, { payload, signed }: Evidence): Promise<void> {
    const theirs = readAccount(told, partner);
    const ours = await this.#drawUp(partner, theirs.atMs);
    const before = this.#told.get(partner);
    const isAnswer = before !== undefined && theirs.answers === before.atMs;
    const feeds = compareWith(theirs, { ...(isAnswer ? { before } : {}), now: ours });
    await this.#forget(partner, feeds, ours);
    await this.#conclude(partner, feeds, isAnswer);
    if (isAnswer) {
      const [their, statement] = [payload, signed].map((bytes) => new TextDecoder().decode(bytes));
      await this.#keep(partner, { ours: before, theirs: their, signed: statement });
    }
    if (theirs.answers === undefined) this.#answer(partner, ours);
  }

  async #keep(partner: string, evidence: Readonly<Record<string, unknown>>): Promise<void> {
    const { world: { clock }, keyring } = this.#parts;
    const day = new Date(clock.nowMs()).toISOString().slice(0, "2026-01-31".length);
    await this.#memory.set(`day ${keyring.gatewayOf(partner)} ${day}`, JSON.stringify(evidence));
  }

  /** Told once: whoever asked asks again where it does not hear. Whoever asks many times at once has one answer. */
  #answer(partner: string, account: Account): void {
    if (this.#answering.has(partner)) return;
    this.#answering.add(partner);
    this.#parts.control.tell(partner, { ...account }).catch((error: MitralError) => {
      if (!this.#isOver) this.#parts.report({ name: "accountFailed", partner, error });
    }).finally(() => this.#answering.delete(partner));
  }

  /** What both agree on is known singly no more. A feed that the partner alone speaks of leaves nothing here. */
  async #forget(partner: string, feeds: readonly FeedComparison[], ours: Account): Promise<void> {
    const { keyring, journal } = this.#parts;
    const gateway = keyring.gatewayOf(partner);
    const known = {
      sent: new Map(ours.sent.map((each) => [keyOf(each), each.agreedUpTo])),
      received: new Map(ours.received.map((each) => [keyOf(each), each.agreedUpTo])),
    };
    for (const each of feeds) {
      const { way, feed, epoch, agreedUpTo: upTo } = each;
      if (!(upTo > (known[way].get(keyOf(each)) ?? Infinity))) continue;
      await journal().write({
        op: "forgetExchanged",
        feed: { way, gateway, feed, epoch },
        upTo,
      }, "patient");
    }
  }

  async #conclude(partner: string, feeds: readonly FeedComparison[], isAnswer: boolean): Promise<void> {
    const { world: { clock }, keyring, journal, report } = this.#parts;
    const gateway = keyring.gatewayOf(partner);
    for (const each of feeds.filter(isDispute)) {
      const facts = { partner, feed: each.feed, epoch: each.epoch, words: disputeText(each) };
      const error = reckoningErrors.error("RECKONING_NUMBERS_DISPUTED", facts);
      report({ name: "accountDisputed", partner, error });
    }
    if (!isAnswer) return;
    const { epoch } = journal().found;
    const reckoned: Reckoned = { atMs: clock.nowMs(), epoch, feeds };
    await this.#memory.set(`last ${gateway}`, JSON.stringify(reckoned));
    this.#attempts.delete(partner);
    this.#asking.get(partner)?.resolve(true);
    report({ name: "accountCompared", partner, ...totals(feeds) });
    this.#plan(partner);
  }

  async #drawUp(partner: string, answers?: number): Promise<Account> {
    const { keyring, world: { clock }, feedsTo } = this.#parts;
    const journal = this.#parts.journal();
    const gateway = keyring.gatewayOf(partner);
    const numbered = await Promise.all(
      feedsTo(partner).map(async ({ feed, channel, destination }) =>
        [feed, await journal.ask({ ask: "numbered", channel, destination })] as const
      ),
    );
    // Read after the numbers: what is receipted meanwhile is not taken for withdrawn.
    const exchanged = await journal.ask({ ask: "exchanged", gateway });
    return drawUp({
      atMs: clock.nowMs(),
      epoch: journal.found.epoch,
      ...(answers === undefined ? {} : { answers }),
      exchanged,
      numberedOf: new Map(numbered),
    });
  }
}

/** What differs, in words: which numbers, and what that means. */
export function disputeText({ way, missing, contradicted, unknown }: FeedComparison): string {
  const [sender, receiver] = way === "sent" ? ["we", "they"] : ["they", "we"];
  const have = (who: string) => who === "we" ? "we have" : "they have";
  const said: readonly (readonly [Ranges, string])[] = [
    [missing, `${have(sender)} receipts, and ${receiver} know of none`],
    [unknown, `${have(receiver)} them, and ${sender} do not know them`],
    [contradicted, "one side says accepted, the other rejected"],
  ];
  return said.filter(([numbers]) => numbers.length > 0)
    .map(([numbers, words]) => `${words}: ${rangesText(numbers)}`).join("; ");
}

/** Counts over all feeds. */
export function totals(feeds: readonly FeedComparison[]) {
  const sum = (of: (feed: FeedComparison) => Ranges) =>
    feeds.reduce((total, feed) => total + count(of(feed)), 0);
  return {
    agreed: feeds.reduce((total, { agreed }) => total + agreed, 0),
    missing: sum(({ missing }) => missing),
    contradicted: sum(({ contradicted }) => contradicted),
    unknown: sum(({ unknown }) => unknown),
    unreceipted: sum(({ unreceipted }) => unreceipted),
    gaps: sum(({ gaps }) => gaps),
  };
}
