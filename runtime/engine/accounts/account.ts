import { declareErrors } from "../../contract/error.ts";
import type { ExchangedRanges } from "../../journal/exchanged.ts";
import { areRanges, type Ranges, within } from "./ranges.ts";

/** Errors of accounts that partners send. */
export const accountErrors = declareErrors("account", {
  ACCOUNT_BODY_INVALID: {
    blame: "sender",
    retry: "never",
    says: "Cannot compare accounts: {field} of the account of {partner} is not as it must be",
  },
});

/** What a gateway says of one feed in one epoch. */
export interface FeedAccount {
  /** The sender's name for the feed. */
  readonly feed: string;
  /** The sender's. */
  readonly epoch: number;
  /** Up to here both sides have agreed before, and nothing more is said. */
  readonly agreedUpTo: number;
  /** Nothing is said of numbers beyond: there is too much to say at once. Left out, all is said. */
  readonly upTo?: number;
  /** Numbers whose receipts say accepted. */
  readonly accepted: Ranges;
  /** Numbers whose receipts say rejected. */
  readonly rejected: Ranges;
}

/** What the sender says of a feed beside it. */
export interface SentAccount extends FeedAccount {
  /** The last number it gave. What is in no list up to it was withdrawn. */
  readonly last: number;
  /** Numbers that may be sent, or sent again. */
  readonly open: Ranges;
}

/**
 * What a gateway has exchanged with a partner: the body of a message of the control feed, whose statement the gateway
 * signs. Nothing in it says anything of what was in the messages.
 */
export interface Account {
  readonly type: "account";
  readonly v: 1;
  /** When it was drawn up, in milliseconds since 1970-01-01T00:00Z. */
  readonly atMs: number;
  /** The epoch of the gateway's journal: grows when that is restored from a backup. */
  readonly epoch: number;
  /** When the account was drawn up that this one answers; left out: this one asks for an answer. */
  readonly answers?: number;
  /** What the gateway sent to the partner. */
  readonly sent: readonly SentAccount[];
  /** What it received from the partner. */
  readonly received: readonly FeedAccount[];
}

/** More ranges are not told at once: the rest follows when the first are agreed on. At most a megabyte. */
const RANGES_MAX = 20_000;
const FEEDS_MAX = 1_000;

/** Draws up an account. `numbered`: what the sender's own journal says of a feed's numbers in this epoch. */
export function drawUp(
  { atMs, epoch, answers, exchanged, numberedOf }: {
    readonly atMs: number;
    readonly epoch: number;
    readonly answers?: number;
    readonly exchanged: readonly ExchangedRanges[];
    /** What was given out and has not ended, by feed; `undefined` for a feed that no destination has any more. */
    readonly numberedOf: ReadonlyMap<string, { readonly last: number; readonly open: Ranges }>;
  },
): Account {
  const feeds = new Map(
    exchanged.filter(({ way }) => way === "sent").map((each) => [`${each.epoch} ${each.feed}`, each]),
  );
  for (const feed of numberedOf.keys()) {
    const key = `${epoch} ${feed}`;
    const none = {
      way: "sent",
      gateway: "",
      feed,
      epoch,
      accepted: [],
      rejected: [],
      agreedUpTo: 0,
    } as const;
    if (!feeds.has(key)) feeds.set(key, none);
  }
  let left = RANGES_MAX;
  const told = <K extends string>(
    { feed, epoch, agreedUpTo }: ExchangedRanges,
    lists: Readonly<Record<K, Ranges>>,
  ): Pick<FeedAccount, "feed" | "epoch" | "agreedUpTo" | "upTo"> & Record<K, Ranges> => {
    const all = Object.entries<Ranges>(lists);
    const upTo = fitting(all.map(([, ranges]) => ranges), left);
    const cut = all.map(([kind, ranges]) =>
      [kind, upTo === undefined ? ranges : within(ranges, [1, upTo])] as const
    );
    for (const [, ranges] of cut) left -= ranges.length;
    const bounds = { feed, epoch, agreedUpTo, ...(upTo === undefined ? {} : { upTo }) };
    return { ...bounds, ...Object.fromEntries(cut) as Record<K, Ranges> };
  };
  return {
    type: "account",
    v: 1,
    atMs,
    epoch,
    ...(answers === undefined ? {} : { answers }),
    sent: [...feeds.values()].slice(-FEEDS_MAX).map((each) => {
      // What is queued goes out in this epoch, whenever it was given its number.
      const { last, open } = each.epoch === epoch && numberedOf.get(each.feed) || { last: 0, open: [] };
      const { accepted, rejected } = each;
      return { ...told(each, { accepted, rejected, open }), last: Math.max(last, lastOf(each)) };
    }),
    received: exchanged.filter(({ way }) => way === "received").slice(-FEEDS_MAX)
      .map((each) => told(each, { accepted: each.accepted, rejected: each.rejected })),
  };
}

/** Reads a partner's account. Fields this version does not know are left alone. Fails by ACCOUNT_BODY_INVALID. */
export function readAccount(body: Readonly<Record<string, unknown>>, partner: string): Account {
  const refuse = (field: string) => accountErrors.fail("ACCOUNT_BODY_INVALID", { field, partner });
  const { v, atMs, epoch, answers, sent, received } = body;
  if (v !== 1) refuse("v");
  for (const [field, value] of Object.entries({ atMs, epoch, answers: answers ?? 0 })) {
    if (!isCount(value)) refuse(field);
  }
  if (!isFeeds(received)) refuse("received");
  const isSent = (each: FeedAccount) =>
    isCount((each as SentAccount).last) && areRanges((each as SentAccount).open);
  if (!isFeeds(sent) || !(sent as readonly FeedAccount[]).every(isSent)) refuse("sent");
  return {
    type: "account",
    v: 1,
    atMs: atMs as number,
    epoch: epoch as number,
    ...(answers === undefined ? {} : { answers: answers as number }),
    sent: sent as readonly SentAccount[],
    received: received as readonly FeedAccount[],
  };
}

/** Up to which number these sets have no more ranges than `most`; `undefined` where they have no more altogether. */
function fitting(sets: readonly Ranges[], most: number): number | undefined {
  const firsts = sets.flat().map(([first]) => first).sort((one, other) => one - other);
  return firsts.length <= most ? undefined : firsts[most] - 1;
}

function lastOf({ agreedUpTo, accepted, rejected }: ExchangedRanges): number {
  return Math.max(agreedUpTo, accepted.at(-1)?.[1] ?? 0, rejected.at(-1)?.[1] ?? 0);
}

function isFeeds(value: unknown): value is readonly FeedAccount[] {
  return Array.isArray(value) && value.length <= FEEDS_MAX && value.every((each) => {
    if (typeof each !== "object" || each === null) return false;
    const { feed, epoch, agreedUpTo, upTo = 0, accepted, rejected } = each;
    return typeof feed === "string" && feed.length <= 200 && [epoch, agreedUpTo, upTo].every(isCount) &&
      areRanges(accepted) && areRanges(rejected);
  });
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
