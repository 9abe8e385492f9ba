import { declareErrors } from "../contract/error.ts";

/** Errors of the engine. */
export const errors = declareErrors("engine", {
  ENGINE_MESSAGE_POISONED: {
    blame: "bug",
    retry: "never",
    says: "Cannot process message: it crashed {stage} {crashes} times",
  },
  ENGINE_RESULT_INVALID: {
    blame: "bug",
    retry: "never",
    says: "Cannot go on with message: {stage} returned neither messages nor null",
  },
  ENGINE_BODY_PATHLESS: {
    blame: "operator",
    retry: "never",
    says: "Cannot do {stage}: the body has no paths",
  },
  ENGINE_LOOP_LEFT: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot do {stage}: {step} made another message, and a step in a loop may only change the one it is given",
  },
  ENGINE_RESPONSE_LOST: {
    blame: "operator",
    retry: "never",
    says: "Cannot respond: {stage} made no answer, or several",
  },
  ENGINE_RESPONSE_CRASHED: {
    blame: "bug",
    retry: "never",
    says: "Cannot respond: a step of respond crashed",
  },
  ENGINE_FORMAT_UNKNOWN: {
    blame: "operator",
    retry: "never",
    says: "Cannot make a body: no format is called {format}",
  },
  ENGINE_STAGE_SPENT: {
    blame: "bug",
    retry: "later",
    says: "Cannot keep {stage} running: its restarts are spent",
  },
  ENGINE_LINE_HALTED: {
    blame: "operator",
    retry: "later",
    says: "Cannot keep the line running: its restarts are spent; what it has not done is in the journal",
  },
  ENGINE_LINE_STOPPED: { blame: "operator", retry: "later", says: "Cannot go on: the line is stopped" },
  ENGINE_CHANNEL_CRASHED: {
    blame: "bug",
    retry: "later",
    says: "Cannot start channel: its listener crashed as it was opened",
  },
  ENGINE_INTAKE_CLOSED: {
    blame: "receiver",
    retry: "later",
    says: "Cannot take message: the channel takes none now ({reason})",
  },
  ENGINE_CORRECTION_BATCH: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot correct message: what is to take its place is a batch, which must come by the channel's listener",
  },
  ENGINE_CORRECTION_LATE: {
    blame: "operator",
    retry: "never",
    says: "Cannot correct message: it is in quarantine no longer",
  },
  ENGINE_INTAKE_CRASHED: {
    blame: "bug",
    retry: "never",
    says: "Cannot take message: reading or answering it crashed",
  },
  ENGINE_MESSAGE_TOO_LARGE: {
    blame: "sender",
    retry: "never",
    says: "Cannot take message: larger than messageBytesMax ({messageBytesMax})",
  },
  ENGINE_ANSWER_LATE: {
    blame: "receiver",
    retry: "later",
    says: "Cannot answer in time: no outcome within answerMsMax ({answerMsMax})",
  },
  ENGINE_DELIVERY_INCOMPLETE: {
    blame: "receiver",
    retry: "never",
    says: "Cannot deliver message: {quarantined} of its destinations refused it",
  },
  ENGINE_DELIVERY_REFUSED: {
    blame: "receiver",
    retry: "never",
    says: "Cannot deliver message: a destination refused it",
  },
  ENGINE_ID_REUSED: {
    blame: "sender",
    retry: "never",
    says: "Cannot take message: its id was used for other bytes",
  },
  ENGINE_KEY_REUSED: {
    blame: "sender",
    retry: "never",
    says: "Cannot take message: its sender gave its key to other bytes before",
  },
  ENGINE_NUMBER_REUSED: {
    blame: "sender",
    retry: "never",
    says:
      "Cannot tell message from the one before: another with the same number was taken; replay it if it is new",
  },
  ENGINE_PIECE_MISPLACED: {
    blame: "sender",
    retry: "later",
    says: "Cannot take piece of a message: another that waits has its place",
  },
  ENGINE_PIECES_INCOMPLETE: {
    blame: "sender",
    retry: "never",
    says:
      "Cannot put message together: {pieces} of its pieces came, and the next did not within {waitMsMax} ms",
  },
  ENGINE_FEED_RESERVED: {
    blame: "sender",
    retry: "never",
    says: "Cannot take sealed message: its feed is for what gateways tell each other, and no channel's",
  },
  ENGINE_PARTNER_UNEXPECTED: {
    blame: "sender",
    retry: "never",
    says: "Cannot take sealed message: this channel takes none from {partner}",
  },
  ENGINE_DELIVERY_EXHAUSTED: {
    blame: "receiver",
    retry: "never",
    says: "Cannot deliver message: refused for longer than refusedMs ({refusedMs})",
  },
  ENGINE_DELIVERY_UNANSWERED: {
    blame: "receiver",
    retry: "never",
    says: "Cannot deliver message: no answer for longer than unansweredMs ({unansweredMs})",
  },
  ENGINE_DELIVERY_EXPIRED: {
    blame: "receiver",
    retry: "never",
    says: "Cannot deliver message: it was received longer ago than expiresMs ({expiresMs})",
  },
  ENGINE_DELIVERY_SKIPPED: {
    blame: "operator",
    retry: "never",
    says: "Cannot deliver message: a person has taken it out of the queue; replay it to send it",
  },
  ENGINE_DELIVERY_CANCELLED: {
    blame: "operator",
    retry: "never",
    says: "Cannot deliver message: a person has cancelled it",
  },
  ENGINE_DIVERSION_LOST: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot send by {to}, where a person has diverted this destination to: it is gone, hands on, or collects; end the diversion",
  },
  ENGINE_PATH_MISSING: {
    blame: "operator",
    retry: "later",
    says: "Cannot send: there is no such path to the peer",
    isUnsent: true,
  },
  ENGINE_PATH_LATE: {
    blame: "receiver",
    retry: "later",
    says: "Cannot use path: the test of its connection took longer than pathProbeMsMax ({pathProbeMsMax})",
    isUnsent: true,
  },
  ENGINE_PATH_CRASHED: {
    blame: "bug",
    retry: "later",
    says: "Cannot use path: the test of its connection crashed",
    isUnsent: true,
  },
  ENGINE_DELIVERY_BLOCKED: {
    blame: "receiver",
    retry: "later",
    says:
      "Cannot go on: the destination failed a delivery ({reason}) and is told to block; start the channel to try again",
  },
  ENGINE_BATCH_REFUSED: {
    blame: "sender",
    retry: "never",
    says: "Cannot take batch whole: {refused} of its {messages} messages were refused",
  },
  ENGINE_BATCH_UNKNOWN: {
    blame: "operator",
    retry: "never",
    says: "Cannot put message into a batch: no format of the gateway makes {as}",
  },
  ENGINE_BATCH_FOREIGN: {
    blame: "operator",
    retry: "never",
    says: "Cannot put message into a batch: {as} takes messages of the format {format} only",
  },
  ENGINE_BATCH_CRASHED: {
    blame: "bug",
    retry: "never",
    says: "Cannot put message into a batch: making {as} of it crashed",
  },
  ENGINE_BATCH_LINED: {
    blame: "operator",
    retry: "never",
    says: "Cannot put message into a batch: it has line feeds of its own, and each message is to be one line",
  },
  ENGINE_BODY_DAMAGED: {
    blame: "operator",
    retry: "never",
    says: "Cannot process message: its bytes in the journal no longer match their checksum",
  },
});
