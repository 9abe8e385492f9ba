import type { SendTools } from "../../runtime/contract/adapter.ts";
import type { Fault } from "../../runtime/contract/error.ts";
import { durationMs, integer, text } from "../../runtime/contract/spec.ts";
import { connectingErrors } from "./_errors.ts";
import { connectingConfig } from "./_settings.ts";

/** Settings of the sender. */
export const config = {
  servers: connectingConfig.servers,
  mailbox: text(
    "The partner's mailbox: the id of its root key. Goes without saying where the exchange sends.",
    {
      optional: true,
      example: "5f2b8c9d0e1a4f37",
      pattern: { matches: "[0-9a-f]{16}", says: "is the id of a key, 16 hexadecimal digits" },
    },
  ),
  receiptMsMax: durationMs(
    "How long the partner's signed receipt may take; then the message is sent anew. The partner knows it again, and sends " +
      "its receipt again.",
    { default: 900_000, min: 1 },
  ),
  inFlightMax: integer("Messages that may be without a receipt at once.", { default: 64, min: 1, max: 1024 }),
  tls: connectingConfig.tls,
  proxy: connectingConfig.proxy,
  connectMsMax: connectingConfig.connectMsMax,
  redialMsMax: connectingConfig.redialMsMax,
  answerMsMax: connectingConfig.answerMsMax,
} as const;

/** What can go wrong while sending. */
export const errors = {
  ...connectingErrors,
  RELAY_RECEIPT_LATE: {
    blame: "receiver",
    retry: "later",
    says: "Cannot deliver: no signed receipt of the mailbox {mailbox} within receiptMsMax ({receiptMsMax})",
  },
  RELAY_RECEIPT_EMPTY: {
    blame: "receiver",
    retry: "later",
    says: "Cannot deliver: the mailbox {mailbox} answers with an empty receipt",
  },
  RELAY_SENDER_CLOSED: {
    blame: "operator",
    retry: "later",
    says: "Cannot send message: the sender is closed",
  },
} as const satisfies Readonly<Record<string, Fault>>;

/** What the sender is given. */
export type Tools = SendTools<typeof config, keyof typeof errors>;
