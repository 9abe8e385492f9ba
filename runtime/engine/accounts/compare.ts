import type { Account, FeedAccount, SentAccount } from "./account.ts";
import { common, count, type Ranges, union, within, without } from "./ranges.ts";

/** How two accounts of one feed in one epoch differ: numbers of messages. */
export interface FeedComparison {
  /** Whether we sent them, or received them. */
  readonly way: "sent" | "received";
  /** The sender's name for the feed. */
  readonly feed: string;
  /** The sender's. */
  readonly epoch: number;
  /** Numbers that both say the same of, beyond what was agreed before. */
  readonly agreed: number;
  /** Up to here there is nothing left to say. */
  readonly agreedUpTo: number;
  /** The sender has receipts for them, and the receiver knows of none: it was restored, perhaps, or gave a false word. */
  readonly missing: Ranges;
  /** One side says accepted, the other rejected. */
  readonly contradicted: Ranges;
  /** The receiver has them, and the sender does not know them: it was restored, perhaps. */
  readonly unknown: Ranges;
  /** The receiver has them, and its receipt has not come: it comes, or the message is sent again and recognised. */
  readonly unreceipted: Ranges;
  /** Numbers that were given, and whose messages nobody has sent or will send: cancelled, or sent elsewhere. */
  readonly gaps: Ranges;
}

/**
 * Compares what a partner says with what we have to say of it ourselves. Messages come and go meanwhile, so whoever is to
 * know more is asked later: for what is missing that is the receiver, for what is unknown the sender. `before`: our account
 * that theirs answers; where theirs asks, there is none, and of what we send nothing can be said, nor of what they have
 * given new numbers since.
 */
export function compareWith(
  theirs: Pick<Account, "epoch" | "sent" | "received">,
  { before, now }: { readonly before?: Account | undefined; readonly now: Account },
): readonly FeedComparison[] {
  if (!before) {
    return compareAccounts({ sent: [], received: now.received }, { sent: theirs.sent, received: [] })
      .map((each) => each.epoch < theirs.epoch ? each : { ...each, unknown: [] });
  }
  const later = compareAccounts({ sent: now.sent, received: before.received }, theirs);
  const unknown = new Map(later.map((each) => [`${each.way} ${keyOf(each)}`, each.unknown]));
  return compareAccounts({ sent: before.sent, received: now.received }, theirs)
    .map((each) => ({ ...each, unknown: unknown.get(`${each.way} ${keyOf(each)}`) ?? [] }));
}

/** What a feed in one epoch is known by, one way. */
export function keyOf({ feed, epoch }: Pick<FeedAccount, "feed" | "epoch">): string {
  return `${epoch} ${feed}`;
}

/** Compares what both sides say of everything between them, as if nothing moved. */
export function compareAccounts(
  ours: Pick<Account, "sent" | "received">,
  theirs: Pick<Account, "sent" | "received">,
): readonly FeedComparison[] {
  return [
    ...compareFeeds("sent", ours.sent, theirs.received),
    ...compareFeeds("received", theirs.sent, ours.received),
  ];
}

/** True where somebody should look: a number was lost, or both sides contradict each other. */
export function isDispute({ missing, contradicted, unknown }: FeedComparison): boolean {
  return count(missing) + count(contradicted) + count(unknown) > 0;
}

function compareFeeds(
  way: FeedComparison["way"],
  sent: readonly SentAccount[],
  received: readonly FeedAccount[],
): FeedComparison[] {
  const there = new Map(received.map((each) => [keyOf(each), each]));
  const compared = sent.map((each) => {
    const other = there.get(keyOf(each));
    there.delete(keyOf(each));
    if (other) return compareFeed(way, each, other);
    // The receiver would remember nothing of it: one side alone must not.
    return { ...compareFeed(way, each, nothingOf(each)), agreedUpTo: 0 };
  });
  // The sender has forgotten the whole feed.
  const left = [...there.values()].map((each) =>
    compareFeed(way, { ...nothingOf(each), last: 0, open: [] }, each)
  );
  return [...compared, ...left];
}

function compareFeed(way: FeedComparison["way"], sent: SentAccount, received: FeedAccount): FeedComparison {
  const [base, high] = [sent.agreedUpTo, received.agreedUpTo].sort((one, other) => one - other);
  const upTo = Math.min(sent.upTo ?? Number.MAX_SAFE_INTEGER, received.upTo ?? Number.MAX_SAFE_INTEGER);
  const beyond = (ranges: Ranges) => within(ranges, [base + 1, upTo]);
  const [accepted, rejected, open] = [sent.accepted, sent.rejected, sent.open].map(beyond);
  const [taken, refused] = [received.accepted, received.rejected].map(beyond);
  const receipted = union(accepted, rejected), known = union(taken, refused);
  // One side alone says that both have agreed on these: the other has not yet, or was restored, and has lost them.
  const settled = within([[1, Number.MAX_SAFE_INTEGER]], [base + 1, high]);
  const [settledBySender, settledByReceiver] = sent.agreedUpTo > received.agreedUpTo
    ? [settled, NONE]
    : [NONE, settled];
  const missing = without(union(receipted, settledBySender), union(known, settledByReceiver));
  // The receiver agreed on withdrawn numbers, too; but on none that was never given.
  const forgotten = within(settledByReceiver, [sent.last + 1, high]);
  const unknown = without(union(known, forgotten), union(union(receipted, settledBySender), open));

  const given = within([[1, Math.max(sent.last, 1)]], [base + 1, Math.min(sent.last, upTo)]);
  const same = union(common(accepted, taken), common(rejected, refused));
  const gaps = without(given, union(union(union(receipted, known), open), settled));
  const agreed = union(same, without(settled, union(missing, unknown)));
  const [first = [0, 0] as const] = union(agreed, gaps);
  // Not beyond the last number that both know: the receiver hears of no gap, and would be asked for it one day.
  const last = first[0] === base + 1 ? within(agreed, first).at(-1)?.[1] : undefined;
  return {
    way,
    feed: sent.feed,
    epoch: sent.epoch,
    agreed: count(same),
    agreedUpTo: last ?? base,
    missing,
    contradicted: union(common(accepted, refused), common(rejected, taken)),
    unknown,
    unreceipted: without(common(known, open), receipted),
    gaps,
  };
}

const NONE: Ranges = [];

function nothingOf({ feed, epoch }: FeedAccount): FeedAccount {
  return { feed, epoch, agreedUpTo: 0, accepted: [], rejected: [] };
}
