import type { ListenTools } from "../../runtime/contract/adapter.ts";
import type { Fault } from "../../runtime/contract/error.ts";
import { bytes, durationMs } from "../../runtime/contract/spec.ts";
import { connectingErrors } from "./_errors.ts";
import { connectingConfig } from "./_settings.ts";

/** Settings of the listener. */
export const config = {
  servers: connectingConfig.servers,
  messageBytesMax: bytes(
    "Largest sealed message; one that comes in several frames waits in memory until it is whole.",
    {
      default: 64 * 1024 * 1024,
      min: 1,
    },
  ),
  partsMsMax: durationMs("How long the next part of a message may take, after one has come.", {
    default: 300_000,
    min: 1,
  }),
  tls: connectingConfig.tls,
  proxy: connectingConfig.proxy,
  connectMsMax: connectingConfig.connectMsMax,
  redialMsMax: connectingConfig.redialMsMax,
  answerMsMax: connectingConfig.answerMsMax,
} as const;

/** What can go wrong while listening. */
export const errors = {
  ...connectingErrors,
  RELAY_MESSAGE_TOO_LARGE: {
    blame: "sender",
    retry: "never",
    says: "Cannot read message: larger than messageBytesMax ({messageBytesMax})",
  },
  RELAY_PARTS_LATE: {
    blame: "sender",
    retry: "later",
    says: "Cannot read message: {parts} of its parts did not come within partsMsMax ({partsMsMax})",
  },
} as const satisfies Readonly<Record<string, Fault>>;

/** What the listener is given. */
export type Tools = ListenTools<typeof config, keyof typeof errors>;
