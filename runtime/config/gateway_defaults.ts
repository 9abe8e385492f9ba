/** What a gateway does where its file says nothing. One place, so that the reference, the schema and the engine agree. */
export const DEFAULTS = {
  data: "./data",
  masterKey: "./master.key",
  drainMsMax: 30_000,
  /**
   * 1 GB is what an edge box with a 32 GB disk can spare, some hundred times what may be on its way into the journal once
   * the mark is met, and room for a person to log in and mend things.
   */
  journal: { pendingBytesMax: 2_000_000_000, diskFreeMin: 1_000_000_000, keepDays: 30 },
  acknowledge: "received",
  answerMsMax: 30_000,
  messageBytesMax: 10 * 1024 * 1024,
  order: "channel",
  review: { below: "0.95", approvals: 1 },
  envelope: "hpke",
  /** Seven days: longer than a long weekend with a dead link. */
  expiresMs: 7 * 24 * 3_600_000,
  receiptMsMax: 15 * 60_000,
  reviews: { host: "127.0.0.1", sessionMinutes: 30 },
  audit: { format: "atna", alarmAfterMs: 15 * 60_000 },
  retry: { firstMs: 1_000, longestMs: 300_000, refusedMs: 600_000 },
  duplicates: { answer: "recent", windowMs: 5 * 60_000, reused: "deliver" },
  /** A batch is in memory whole, twice; and the journal keeps nothing of more than 1 GB. */
  collect: { bytesMax: 64 * 1024 * 1024, bytesMost: 256 * 1024 * 1024, as: "lines", empty: "skip" },
  on: {
    rejected: ["quarantine", "alert"],
    postponed: ["retry", "alert"],
    unanswered: ["retry", "alert"],
    alertAfterMs: 5 * 60_000,
  },
  supervise: { restartsMax: 5, withinMs: 60_000, crashesMax: 3, backoffMs: 100, backoffMsMax: 30_000 },
} as const;

/** Bounds on a gateway file itself: what a person writes is far below, what a machine made to harm is above. */
export const FILE_LIMITS = {
  textCharactersMax: 1_000_000,
  /** Counts what an alias stands for each time it is used. */
  nodesMax: 100_000,
  depthMax: 64,
} as const;
