import { declareErrors } from "../../contract/error.ts";

/** Errors of the exchange. What comes from outside is in none of them but as a name that a gateway may have. */
export const errors = declareErrors("exchange", {
  EXCHANGE_CLOSED: { blame: "operator", retry: "later", says: "Cannot go on: the exchange is closed" },
  EXCHANGE_DOOR_CRASHED: {
    blame: "bug",
    retry: "later",
    says: "Cannot open door {door}: {place}",
  },
  EXCHANGE_TYPE_UNKNOWN: {
    blame: "sender",
    retry: "later",
    says: "Cannot take message: nothing that partners seal by here has its media type",
  },
  EXCHANGE_ADDRESS_UNREADABLE: {
    blame: "sender",
    retry: "later",
    says: "Cannot take message: it does not say which gateway it is from, and under which feed",
  },
  EXCHANGE_SENDER_UNKNOWN: {
    blame: "operator",
    retry: "later",
    says: "Cannot take message: no active partner is the gateway {gateway}",
  },
  EXCHANGE_FEED_UNKNOWN: {
    blame: "operator",
    retry: "later",
    says: "Cannot take message: no channel takes the feed {feed} of {partner}",
  },
  EXCHANGE_FEED_TAKEN: {
    blame: "operator",
    retry: "never",
    says: "Cannot take the feed {feed} of {partner}: another channel takes it",
  },
  EXCHANGE_PARTNER_INACTIVE: {
    blame: "operator",
    retry: "later",
    says: "Cannot send to {partner}: it is {state}",
  },
  EXCHANGE_WAY_MISSING: {
    blame: "operator",
    retry: "later",
    says: "Cannot send to {partner}: of the {links} links in its file none leads to it",
  },
  EXCHANGE_CONTROL_INVALID: {
    blame: "sender",
    retry: "never",
    says: "Cannot read what the gateway of {partner} tells: it is no JSON object with a type",
  },
  EXCHANGE_CONTROL_LARGE: {
    blame: "sender",
    retry: "later",
    says: "Cannot read what a partner's gateway tells: it is {bytes} bytes long, and {most} are the most",
  },
  EXCHANGE_KEYS_BUSY: {
    blame: "sender",
    retry: "later",
    says: "Cannot take public keys of {partner}: it sends more than {most} files an hour",
  },
  EXCHANGE_CONTROL_UNKNOWN: {
    blame: "unsupported",
    retry: "never",
    says: "Cannot do what the gateway of {partner} asks: this version does not know it",
  },
  EXCHANGE_CONTROL_CRASHED: {
    blame: "bug",
    retry: "later",
    says: "Cannot do what a partner's gateway asks: something crashed",
  },
  EXCHANGE_ANSWER_LATE: {
    blame: "receiver",
    retry: "later",
    says: "Cannot tell the gateway of {partner} anything: no receipt within {answerMsMax} ms",
  },
  EXCHANGE_RECEIPT_MISSING: {
    blame: "receiver",
    retry: "later",
    says:
      "Cannot say whether {partner} has a message: it was received {ageMs} ms ago, sent, and has no receipt",
  },
});
