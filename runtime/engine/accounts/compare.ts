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
 * Compares what both sides say of everything between them. A receiver may know more than the sender's account says, never
 * less: `ours.sent` MUST have been drawn up before their account, and `ours.received` after it.
 */
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
  const key = ({ feed, epoch }: FeedAccount) => `${epoch} ${feed}`;
  const there = new Map(received.map((each) => [key(each), each]));
  const compared = sent.map((each) => {
    const other = there.get(key(each));
    there.delete(key(each));
    return compareFeed(way, each, other ?? nothingOf(each));
  });
  // The sender has forgotten the whole feed.
  const left = [...there.values()].map((each) =>
    compareFeed(way, { ...nothingOf(each), last: 0, open: [] }, each)
  );
  return [...compared, ...left];
}

function compareFeed(way: FeedComparison["way"], sent: SentAccount, received: FeedAccount): FeedComparison {
  const base = Math.max(sent.agreedUpTo, received.agreedUpTo);
  const beyond = (ranges: Ranges) => within(ranges, [base + 1, Number.MAX_SAFE_INTEGER]);
  const [accepted, rejected, open] = [sent.accepted, sent.rejected, sent.open].map(beyond);
  const [taken, refused] = [received.accepted, received.rejected].map(beyond);
  const receipted = union(accepted, rejected), known = union(taken, refused);
  const given = within([[1, Math.max(sent.last, 1)]], [base + 1, sent.last]);

  const same = union(common(accepted, taken), common(rejected, refused));
  const gaps = without(given, union(union(receipted, known), open));
  const done = union(same, gaps);
  const [first = [0, 0] as const] = done;
  return {
    way,
    feed: sent.feed,
    epoch: sent.epoch,
    agreed: count(same),
    agreedUpTo: first[0] === base + 1 ? first[1] : base,
    missing: without(receipted, known),
    contradicted: union(common(accepted, refused), common(rejected, taken)),
    unknown: without(without(known, receipted), open),
    unreceipted: without(common(known, open), receipted),
    gaps,
  };
}

function nothingOf({ feed, epoch }: FeedAccount): FeedAccount {
  return { feed, epoch, agreedUpTo: 0, accepted: [], rejected: [] };
}
