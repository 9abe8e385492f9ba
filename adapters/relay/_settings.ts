import { type Config, durationMs, list, text, type Unfit } from "../../runtime/contract/spec.ts";
import { proxy, unfitProxy } from "../_kit/net/proxy.ts";
import { clientTls, unfitTls } from "../_kit/tls/settings.ts";
import { placeOf } from "./connecting/place.ts";

/** Settings that listener and sender share. */
export const connectingConfig = {
  servers: list(
    "The relay: `wss://HOST` or `wss://HOST:PORT`, which passes where the web does, or `tls://HOST:PORT`; `nats://HOST:PORT` " +
      "without TLS, on this machine only. Of several the next is called where one does not answer.",
    text("Its URL."),
    { orOne: true, example: ["wss://relay.example"] },
  ),
  tls: clientTls,
  proxy,
  connectMsMax: durationMs("How long a server may take until we are signed in.", { default: 10_000, min: 1 }),
  redialMsMax: durationMs("Longest wait between two rounds of calls; the first is a second.", {
    default: 60_000,
    min: 1,
  }),
  answerMsMax: durationMs(
    "How long the relay may take to say that it has stored a frame, or to answer a question.",
    {
      default: 10_000,
      min: 1,
    },
  ),
} as const;

/** What they say, parsed. */
export type ConnectingConfig = Config<typeof connectingConfig>;

/** What of them does not fit together. */
export function unfitConnecting({ servers, tls, proxy }: ConnectingConfig): readonly Unfit[] {
  const isFit = servers.length > 0 && servers.every((server) => placeOf(server));
  const rule =
    "must be wss://HOST, tls://HOST:PORT or, on this machine, nats://HOST:PORT, without a user or a path";
  return [...(isFit ? [] : [{ setting: "servers", rule }]), ...unfitTls(tls), ...unfitProxy(proxy)];
}
