import type { Database, Row, Statement } from "./database.ts";
import { destinationName, type Names } from "./names.ts";
import type { Append, Appended } from "./operations.ts";

/** A message that went from one gateway to another, and what the receipt for it says. */
export interface Exchanged {
  readonly way: "sent" | "received";
  /** What the other gateway calls itself. */
  readonly gateway: string;
  /** The sender's name for the feed. */
  readonly feed: string;
  /** The sender's. */
  readonly epoch: number;
  /** Within feed and epoch; 0: it is not counted there. */
  readonly sequence: number;
  readonly receipt: Receipted;
}

/** What a receipt says. */
export type Receipted = "accepted" | "rejected";

/** Numbers that follow one another: from the first to the last, both included. */
export type Range = readonly [first: number, last: number];

/** A sealed batch has one receipt, which is written down when all its messages are durable. */
export interface NoteExchanged {
  readonly op: "exchanged";
  readonly exchanged: Exchanged;
  /** What the ledger is told of it. */
  readonly acknowledged?: {
    readonly channel: string;
    readonly atMs: number;
    /** What the partner's gateway signed. */
    readonly statement: Uint8Array;
    /** What it is sent back. */
    readonly receipt: Uint8Array;
  };
}

/** Both gateways agree on what went one way up to a number: what is known of it singly is known no more. */
export interface ForgetExchanged {
  readonly op: "forgetExchanged";
  readonly feed: ExchangedFeed;
  readonly upTo: number;
}

/** One feed in one epoch, one way. */
export type ExchangedFeed = Pick<Exchanged, "way" | "gateway" | "feed" | "epoch">;

/** What was exchanged with a gateway. */
export interface AskExchanged {
  readonly ask: "exchanged";
  readonly gateway: string;
}

/** What is known of one feed in one epoch. Ranges are in order and apart from each other. */
export interface ExchangedRanges extends ExchangedFeed {
  readonly accepted: readonly Range[];
  readonly rejected: readonly Range[];
  /** Up to here both gateways have agreed; 0: nothing yet. */
  readonly agreedUpTo: number;
}

/** The numbers of a destination. */
export interface AskNumbered {
  readonly ask: "numbered";
  readonly channel: string;
  readonly destination: string;
}

/** The last number given there, and those whose deliveries have not ended, or ended without the peer's word. */
export interface NumberedRanges {
  readonly last: number;
  readonly open: readonly Range[];
}

/**
 * `exchanged`: what receipts said, by ranges of numbers; `sent`: 1 for what this gateway sent. `agreed`: up to which number
 * both gateways have agreed, and ranges were forgotten.
 */
export const EXCHANGED_TABLES = `
CREATE TABLE exchanged (
  sent INTEGER NOT NULL, gateway INTEGER NOT NULL, feed INTEGER NOT NULL, epoch INTEGER NOT NULL, receipt INTEGER NOT NULL,
  first INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (sent, gateway, feed, epoch, receipt, first)
) WITHOUT ROWID;
CREATE TABLE agreed (
  sent INTEGER NOT NULL, gateway INTEGER NOT NULL, feed INTEGER NOT NULL, epoch INTEGER NOT NULL, up_to INTEGER NOT NULL,
  PRIMARY KEY (sent, gateway, feed, epoch)
) WITHOUT ROWID;
`;

const RECEIPT = { accepted: 1, rejected: 2 } as const;
type Feed = readonly [sent: number, gateway: number, feed: number, epoch: number];

/** Writes down what was exchanged. */
export class ExchangedWriter {
  readonly #names: Names;
  readonly #around: Statement;
  readonly #add: Statement;
  readonly #drop: Statement;
  readonly #agreed: Statement;
  readonly #agree: Statement;
  readonly #forget: Statement;
  readonly #cut: Statement;

  constructor(database: Database, names: Names) {
    this.#names = names;
    const feed = "sent = ? AND gateway = ? AND feed = ? AND epoch = ?";
    this.#around = database.prepare(
      `SELECT first, last FROM exchanged WHERE ${feed} AND receipt = ? AND first <= ? ORDER BY first DESC LIMIT 1`,
    );
    this.#add = database.prepare("INSERT OR REPLACE INTO exchanged VALUES (?, ?, ?, ?, ?, ?, ?)");
    this.#drop = database.prepare(`DELETE FROM exchanged WHERE ${feed} AND receipt = ? AND first = ?`);
    this.#agreed = database.prepare(`SELECT up_to FROM agreed WHERE ${feed}`);
    this.#agree = database.prepare("INSERT OR REPLACE INTO agreed VALUES (?, ?, ?, ?, ?)");
    this.#forget = database.prepare(`DELETE FROM exchanged WHERE ${feed} AND last <= ?`);
    this.#cut = database.prepare(
      `UPDATE exchanged SET first = ? WHERE ${feed} AND first <= ? AND last > ?`,
    );
  }

  /** What comes in, where it is known in this commit what its receipt says. */
  noteAppend({ exchanged, answered, trouble }: Append, appended: Appended): void {
    if (!exchanged) return;
    const note = (isAccepted: boolean) =>
      this.note({ ...exchanged, receipt: isAccepted ? "accepted" : "rejected" });
    switch (appended.kind) {
      case "appended":
        if (answered || trouble) note(!trouble && answered === "positively");
        return;
      case "answered":
      case "conflicting":
        // It may come again under another number: after its sender was restored.
        if (appended.kind === "answered" && appended.positively) note(true);
        // What was said of this one since, or of another message that has it, counts.
        else if (!this.#isNoted(exchanged)) note(false);
    }
  }

  /** As part of the commit that makes the receipt's word durable. A later word counts. */
  note(exchanged: Exchanged): null {
    const { sequence, receipt } = exchanged;
    const feed = this.#feed(exchanged);
    // What goes out beside the count has no number.
    if (sequence === 0 || sequence <= this.#upTo(feed)) return null;
    this.#takeOut(feed, RECEIPT[receipt === "accepted" ? "rejected" : "accepted"], sequence);
    this.#putIn(feed, RECEIPT[receipt], sequence);
    return null;
  }

  forget({ feed: of, upTo }: ForgetExchanged): null {
    const feed = this.#feed(of);
    if (upTo <= this.#upTo(feed)) return null;
    this.#forget.run(...feed, upTo);
    this.#cut.run(upTo + 1, ...feed, upTo, upTo);
    this.#agree.run(...feed, upTo);
    return null;
  }

  #isNoted({ sequence, ...of }: Omit<Exchanged, "receipt">): boolean {
    const feed = this.#feed(of);
    return Object.values(RECEIPT).some((receipt) =>
      (this.#rangeBefore(feed, receipt, sequence)?.[1] ?? 0) >= sequence
    );
  }

  #putIn(feed: Feed, receipt: number, sequence: number): void {
    const before = this.#rangeBefore(feed, receipt, sequence);
    if (before && before[1] >= sequence) return;
    const after = this.#rangeBefore(feed, receipt, sequence + 1);
    const joinsAfter = after !== undefined && after[0] === sequence + 1;
    const first = before && before[1] === sequence - 1 ? before[0] : sequence;
    if (joinsAfter) this.#drop.run(...feed, receipt, after[0]);
    this.#add.run(...feed, receipt, first, joinsAfter ? after[1] : sequence);
  }

  #takeOut(feed: Feed, receipt: number, sequence: number): void {
    const range = this.#rangeBefore(feed, receipt, sequence);
    if (!range || range[1] < sequence) return;
    const [first, last] = range;
    this.#drop.run(...feed, receipt, first);
    if (first < sequence) this.#add.run(...feed, receipt, first, sequence - 1);
    if (last > sequence) this.#add.run(...feed, receipt, sequence + 1, last);
  }

  /** The last range that begins at a number, or before it. */
  #rangeBefore(feed: Feed, receipt: number, sequence: number): Range | undefined {
    const row = this.#around.get(...feed, receipt, sequence);
    return row && rangeOf(row);
  }

  #upTo(feed: Feed): number {
    return Number(this.#agreed.get(...feed)?.up_to ?? 0);
  }

  #feed({ way, gateway, feed, epoch }: ExchangedFeed): Feed {
    return [way === "sent" ? 1 : 0, this.#names.idOf(gateway), this.#names.idOf(feed), epoch];
  }
}

/** What was exchanged with a gateway, by way, feed and epoch. */
export function readExchanged(
  { database, names }: { readonly database: Database; readonly names: Names },
  gateway: string,
): readonly ExchangedRanges[] {
  const id = names.find(gateway);
  if (id === undefined) return [];
  const found = new Map<string, { row: Row; ranges: Record<Receipted, Range[]>; agreedUpTo: number }>();
  const at = (row: Row) => {
    const key = [row.sent, row.feed, row.epoch].join();
    const entry = found.get(key) ?? { row, ranges: { accepted: [], rejected: [] }, agreedUpTo: 0 };
    found.set(key, entry);
    return entry;
  };
  for (const row of database.prepare("SELECT * FROM agreed WHERE gateway = ?").all(id)) {
    at(row).agreedUpTo = Number(row.up_to);
  }
  const rows = database.prepare("SELECT * FROM exchanged WHERE gateway = ? ORDER BY first").all(id);
  for (const row of rows) {
    at(row).ranges[Number(row.receipt) === RECEIPT.accepted ? "accepted" : "rejected"].push(rangeOf(row));
  }
  return [...found.values()].map(({ row, ranges, agreedUpTo }) => ({
    way: Number(row.sent) === 1 ? "sent" : "received",
    gateway,
    feed: names.textOf(Number(row.feed)),
    epoch: Number(row.epoch),
    ...ranges,
    agreedUpTo,
  }));
}

/** The numbers a destination gave, and those that nothing is known of. */
export function readNumbered(
  { database, names }: { readonly database: Database; readonly names: Names },
  { channel, destination }: Omit<AskNumbered, "ask">,
): NumberedRanges {
  const id = names.find(destinationName(channel, destination)) ?? null;
  const last = Number(
    database.prepare("SELECT last FROM sequence WHERE destination = ?").get(id)?.last ?? 0,
  );
  // Each as one range: what follows one another has the same distance from its place in the order.
  const open = database.prepare(
    `SELECT min(sequence) AS first, max(sequence) AS last FROM (
       SELECT sequence, sequence - row_number() OVER (ORDER BY sequence) AS run FROM delivery
       WHERE destination = ? AND state IN (0, 2) AND sequence > 0
     ) GROUP BY run ORDER BY first`,
  ).all(id);
  return { last, open: open.map(rangeOf) };
}

function rangeOf({ first, last }: Row): Range {
  return [Number(first), Number(last)];
}
