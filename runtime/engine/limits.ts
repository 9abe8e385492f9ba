/**
 * Every bound of the engine in one place, asserted against each other below. Bytes are bounded where they enter the
 * journal; these bound what is held in memory on the way.
 */
export const limits = {
  /** Messages in one link. */
  linkMax: 64,
  /** Messages of one received batch that are on their way into the journal. */
  batchAppendsMax: 256,
  /** Messages the work line may have between its inbox and its commits. */
  workOpenMax: 256,
  /** Deliveries of one destination in memory: being sent, waiting for another attempt, or next in line. */
  deliveryOpenMax: 256,
  /** Messages a queue holds ready in memory; the rest stays on disk. */
  queueWindowMax: 256,
  /** Bytes a queue holds ready in memory. */
  queueWindowBytesMax: 16 << 20,
  /** Rows read from disk at once. */
  pageMax: 128,
  /** Deliveries of one destination whose outcome is known and not yet durable; after a crash these are sent again. */
  unsyncedMax: 64,
  /** Attempts in a row at a destination that nobody answers before its other deliveries wait. */
  circuitMissesMax: 5,
  /** Attempts in a row by a path that nobody answers before deliveries go by another, where it was connected at all. */
  pathMissesMax: 2,
  /** How long after a path has failed it is looked at; doubles with each look that finds it so … */
  pathLookMs: 5_000,
  /** … up to this. */
  pathLookMsMax: 60_000,
  /** How long one look may take. */
  pathProbeMsMax: 15_000,
  /** How long a path must be found well before deliveries return to it; doubles where it fails soon after that again … */
  pathSteadyMs: 30_000,
  /** … up to this. */
  pathSteadyMsMax: 1_800_000,
  /** How soon is soon. */
  pathRelapseMs: 600_000,
  /** How often a path that nothing goes by is looked at. */
  pathStandbyMs: 60_000,
  /** Where every path has failed, how long one is left alone while there are others to try. */
  pathRestMs: 1_000,
  /** The journal's mark: intake closes above `pendingBytesMax` and opens again below this share of it. */
  reopenShare: 0.9,
  /** Where the disk has become low, intake opens again once this many times `diskFreeMin` is free. */
  diskReopenShare: 1.1,
  /** How often the free space of the disk is looked at. */
  diskLookMs: 5_000,
  /** A delivery of so many bytes is light: it never waits for the memory that larger ones take. */
  lightBytesMax: 64 << 10,
  /** Bytes of light deliveries, of all channels together, that may be on their way into the journal before reading waits … */
  lightIntakeBytesMax: 32 << 20,
  /** … and of larger ones, those that are not whole yet among them. One of any size passes, alone. */
  heavyIntakeBytesMax: 64 << 20,
  /** A commit that takes longer is told, and intake closes until it is over. */
  diskStalledMs: 10_000,
  /** How long to wait before a store that failed is opened again; doubles with each failure … */
  reopenMs: 1_000,
  /** … up to this. A store that was good for longer begins with the first wait. */
  reopenMsMax: 60_000,
  /** No store is opened again with less than this free: the first commits would fail, and deliveries be repeated. */
  reopenFreeBytes: 32 << 20,
  /** Outcomes that wait for whoever reads them one by one; beyond it the oldest are missed. */
  outcomesWaitingMax: 1_000,
  /** How long whoever asks for statistics waits for the journal and its disk: they ask when these are slow. */
  statisticsMsMax: 3_000,
  /** How often the folder of large bodies is walked through for its size. */
  folderWalkMs: 600_000,
  /** What the journal counts at once, in about a millisecond: meanwhile no queue is read. */
  countSliceMax: 4_096,
  /** How often files a stage reads live are looked at. */
  liveFileMs: 2_000,
  /** How often at least a collecting destination looks at the clock, which somebody may have set. */
  collectLookMs: 3_600_000,
  /** After so many bytes of a batch others have their turn. */
  collectTurnBytes: 1 << 18,
  /** Messages a ZIP file can hold without the extension that not everybody reads. */
  zipEntriesMax: 65_535,
  /** How long a step that cannot do its work now is tried again before its message is quarantined … */
  stepRetryMsMax: 10 * 60_000,
  /** … with waits that double from this … */
  stepRetryMs: 500,
  /** … up to this. */
  stepRetryWaitMsMax: 30_000,
  /** How long what draws pages of documents stays open after the last of them. */
  picturesIdleMs: 60_000,
  /** Values a message is found by; the rest of them is left out. */
  foundMax: 64,
  /** Messages that are replayed by one act. */
  replaysMax: 100_000,
  /** How long before a door that could not be opened is tried again; doubles each time … */
  doorRetryMs: 1_000,
  /** … up to this. */
  doorRetryMsMax: 60_000,
  /** Ways to a partner that nothing goes by for so long are closed. */
  waysIdleMs: 600_000,
  /** How often it is looked whether partners have what they are to be told, and receipts are missing. */
  exchangeLookMs: 30_000,
  /** What gateways tell each other may be opened for so long. */
  controlExpiresMs: 600_000,
  /** Largest of it that is read: it is kept in memory, and accounts of a day in the journal. */
  controlBytesMax: 4 << 20,
  /** How long an answer to it is waited for. */
  controlAnswerMsMax: 30_000,
  /** Entries of the ledger that are read at once for a collector. */
  forwardPageMax: 256,
  /** How long after a commit they are looked for: many commits are one look. */
  forwardLookMs: 250,
  /** How long before a collector that took none is tried again; doubles each time … */
  forwardRetryMs: 1_000,
  /** … up to this. */
  forwardRetryMsMax: 60_000,
  /**
   * What was sent to a collector that confirms nothing is sent again where its connection is lost within so long after:
   * Linux gives up a silent peer after a quarter of an hour …
   */
  forwardDoubtMs: 960_000,
  /** … but no more entries than this: more than the buffers of two machines hold. */
  forwardDoubtEntries: 10_000,
  /** How long a gateway that stops may go on sending entries. */
  forwardDrainMs: 2_000,
  /** How long after the start old messages are looked for, … */
  retentionFirstMs: 60_000,
  /** … and how long after that again. */
  retentionMs: 3_600_000,
  /** Messages of one slice: the commit of a sender waits for it. */
  retentionSlice: 100,
  /** Records of one patient that a report has: beyond it, a shorter time has to be asked for. */
  reportRecordsMax: 100_000,
  /** Patients that are told apart of those a person has seen. */
  reportPatientsMax: 100_000,
  /** Rows of an index that are looked at at once. */
  retentionLook: 2_000,
} as const;

if (limits.linkMax > limits.workOpenMax || limits.pageMax > limits.queueWindowMax) {
  throw new Error("limits: a link or a page is larger than what it feeds");
}
if (limits.unsyncedMax > limits.deliveryOpenMax) {
  throw new Error("limits: more unsynced outcomes than open deliveries");
}
if (limits.lightBytesMax * 2 > limits.lightIntakeBytesMax || limits.diskReopenShare < 1) {
  throw new Error("limits: intake could close for good");
}
