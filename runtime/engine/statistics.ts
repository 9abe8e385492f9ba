import type { CorrectionFigures } from "../journal/review/operations.ts";

/** What waits in one place. */
export interface Waiting {
  /** How many messages, or deliveries of messages, each to one destination. */
  readonly messages: number;
  /**
   * When the message of the first of them was received, in milliseconds since 1970-01-01T00:00Z; left out where nothing
   * waits, and where the journal cannot be asked at this moment.
   */
  readonly oldestAtMs?: number;
}

/** What stands before a line, and what it has left aside. */
export interface LineStatistics {
  /** Durable messages not yet through: the inbox of a work line, the outbox of a delivery line. */
  readonly queued: Waiting;
  /**
   * Messages that wait to be sent together, left out where the destination does not collect; on the work line, pieces that
   * wait for others of their message, left out where the channel puts none together.
   */
  readonly gathering?: Waiting;
  /** In quarantine now; left out where the journal cannot be asked at this moment. */
  readonly quarantined?: Waiting;
  /** Of those in quarantine, how many hold their keys, so that later messages of these wait; left out as before. */
  readonly holding?: number;
}

/** What waits in a channel. */
export interface ChannelStatistics {
  /** As the gateway file names it. */
  readonly name: string;
  /**
   * When the oldest message was received whose sender has no answer yet, in milliseconds since 1970-01-01T00:00Z; left
   * out where every sender has one, and where the journal cannot be asked at this moment. At `acknowledge: received`
   * nobody waits longer than for the commit, and it is always left out.
   */
  readonly unansweredSinceMs?: number;
  /**
   * Documents that wait for people who review them; left out where none does, and where the journal cannot be asked at
   * this moment.
   */
  readonly reviewing?: Waiting;
  /** The line from the inbox to the outboxes. */
  readonly work: LineStatistics;
  /** The line behind each outbox, by destination. */
  readonly destinations: Readonly<Record<string, LineStatistics>>;
}

/** The commits of the last five minutes; fewer where the gateway has not run for so long. */
export interface CommitStatistics {
  /** How many. */
  readonly commits: number;
  /** Operations in them: a message takes one as it comes, one as it is processed, one for each delivery. */
  readonly operations: number;
  /**
   * What a commit took, its sync included, in milliseconds: half of them took `p50Ms` or less, 99 of 100 `p99Ms` or less,
   * both within a tenth. Left out where there was none.
   */
  readonly latency?: { readonly p50Ms: number; readonly p99Ms: number; readonly longestMs: number };
  /** When the last one ended, in milliseconds since 1970-01-01T00:00Z; left out before the first. */
  readonly lastAtMs?: number;
}

/** The journal on its disk. What cannot be told at this moment, or is not on a disk, is left out. */
export interface StorageStatistics {
  /** Bytes of the database. */
  readonly databaseBytes?: number;
  /** Bytes of what is committed and not yet moved into the database: its write-ahead log. */
  readonly logBytes?: number;
  /** Bytes of large bodies, each in a file of its own, as counted within the last ten minutes. */
  readonly bodiesBytes?: number;
  /** Bytes that are free on the file system of the data folder, for the gateway's user. */
  readonly freeBytes?: number;
}

/** How much there is to do, for how long it has waited, and what is left to keep it in. */
export interface GatewayStatistics {
  /** When it was read, in milliseconds since 1970-01-01T00:00Z: ages are from here. */
  readonly atMs: number;
  /** In the order of the gateway file. */
  readonly channels: readonly ChannelStatistics[];
  /** What commits take. */
  readonly commits: CommitStatistics;
  /** `bytes`: of messages and deliveries not yet settled; past `bytesMax` (`pendingBytesMax`) listeners stop reading. */
  readonly pending: { readonly bytes: number; readonly bytesMax: number };
  /** What the journal takes, and what is left. */
  readonly storage: StorageStatistics;
  /** What became of values of documents; left out where there are none, and where the journal cannot be asked. */
  readonly corrections?: readonly CorrectionFigures[];
}
