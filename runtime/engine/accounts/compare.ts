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

/** What we say, as far as it is compared. */
export interface Ours extends Pick<Account, "sent" | "received"> {
  /** What we have sent by now, drawn up after their account: what is new since `sent` is no surprise. */
  readonly sentNow?: readonly SentAccount[];
}

/**
 * Compares what both sides say of everything between them. A receiver may know more than the sender's account says, never
 * less: `ours.sent` MUST have been drawn up before their account, and `ours.received` after it.
 */
export function compareAccounts(
  ours: Ours,
  theirs: Pick<Account, "epoch" | "sent" | "received">,
): readonly FeedComparison[] {
  const now = new Map((ours.sentNow ?? []).map((each) => [key(each), each.last]));
  return [
    ...compareFeeds("sent", ours.sent, theirs.received, (feed) => now.get(key(feed)) ?? 0),
    // Of their epoch there may be more since; of one that is over there is none.
    ...compareFeeds(
      "received",
      theirs.sent,
      ours.received,
      ({ epoch }) => epoch === theirs.epoch ? Infinity : 0,
    ),
  ];
}

/** True where somebody should look: a number was lost, or both sides contradict each other. */
export function isDispute({ missing, contradicted, unknown }: FeedComparison): boolean {
  return count(missing) + count(contradicted) + count(unknown) > 0;
}

/** Up to which number of a feed the sender has given some since it drew up its account. */
type NewerUpTo = (feed: FeedAccount) => number;

function compareFeeds(
  way: FeedComparison["way"],
  sent: readonly SentAccount[],
  received: readonly FeedAccount[],
  newerUpTo: NewerUpTo,
): FeedComparison[] {
  const there = new Map(received.map((each) => [key(each), each]));
  const compared = sent.map((each) => {
    const other = there.get(key(each));
    there.delete(key(each));
    return compareFeed(way, each, other ?? nothingOf(each), newerUpTo(each));
  });
  // The sender has forgotten the whole feed, or its first message has come meanwhile.
  const left = [...there.values()].map((each) =>
    compareFeed(way, { ...nothingOf(each), last: 0, open: [] }, each, newerUpTo(each))
  );
  return [...compared, ...left];
}

function compareFeed(
  way: FeedComparison["way"],
  sent: SentAccount,
  received: FeedAccount,
  newerUpTo: number,
): FeedComparison {
  const [base, high] = [sent.agreedUpTo, received.agreedUpTo].sort((one, other) => one - other);
  const end = Math.min(sent.upTo ?? LAST, received.upTo ?? LAST);
  const newer: Ranges = newerUpTo > sent.last ? [[sent.last + 1, Math.min(newerUpTo, LAST)]] : [];
  const beyond = (ranges: Ranges) => within(ranges, [base + 1, end]);
  const [accepted, rejected, open] = [sent.accepted, sent.rejected, sent.open].map(beyond);
  const [taken, refused] = [received.accepted, received.rejected].map((each) => without(beyond(each), newer));
  const receipted = union(accepted, rejected), known = union(taken, refused);
  // One side alone remembers that both have agreed on these: the other has lost them, or has not heard yet.
  const settled = without(within([[1, LAST]], [base + 1, high]), newer);
  const isSentSettled = sent.agreedUpTo > received.agreedUpTo;
  const missing = without(
    isSentSettled ? union(receipted, settled) : receipted,
    union(known, isSentSettled ? [] : settled),
  );
  const forgotten = isSentSettled ? [] : within(settled, [sent.last + 1, high]);
  const unknown = without(
    union(known, forgotten),
    union(union(receipted, open), isSentSettled ? settled : []),
  );

  const given = within([[1, LAST]], [base + 1, Math.min(sent.last, end)]);
  const same = union(common(accepted, taken), common(rejected, refused));
  const gaps = without(given, union(union(union(receipted, known), open), settled));
  const done = union(union(same, gaps), without(settled, union(missing, unknown)));
  const [first = [0, 0] as const] = done;
  return {
    way,
    feed: sent.feed,
    epoch: sent.epoch,
    agreed: count(same),
    agreedUpTo: first[0] === base + 1 ? first[1] : base,
    missing,
    contradicted: union(common(accepted, refused), common(rejected, taken)),
    unknown,
    unreceipted: without(common(known, open), receipted),
    gaps,
  };
}

const LAST = Number.MAX_SAFE_INTEGER;

function key({ feed, epoch }: FeedAccount): string {
  return `${epoch} ${feed}`;
}

function nothingOf({ feed, epoch }: FeedAccount): FeedAccount {
  return { feed, epoch, agreedUpTo: 0, accepted: [], rejected: [] };
}
