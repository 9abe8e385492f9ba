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
    says: "Cannot go on with message: {stage} returned neither a message nor null",
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
  ENGINE_INTAKE_CLOSED: {
    blame: "receiver",
    retry: "later",
    says: "Cannot take message: the channel takes none now ({reason})",
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
  ENGINE_ID_REUSED: {
    blame: "sender",
    retry: "never",
    says: "Cannot take sealed message: its id was used for another payload",
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
  ENGINE_BODY_DAMAGED: {
    blame: "operator",
    retry: "never",
    says: "Cannot process message: its bytes in the journal no longer match their checksum",
  },
});
