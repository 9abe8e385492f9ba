import type { ClientTls } from "../../../runtime/contract/tls.ts";
import { netCode } from "../net/net_codes.ts";
import { openCalling } from "../tls/calling.ts";
import type { TlsTools } from "../tls/live_identity.ts";
import { openServing, type ServingTools } from "../tls/serving.ts";
import type { ClientTlsSettings, ServerTlsSettings } from "../tls/settings.ts";
import type { Attempt } from "./attempts.ts";
import { certificateSays } from "./reach.ts";

/** For `reach`: how a sender's settings have TLS spoken; `undefined` where it is not. */
export function callingTls<const Owner extends string>(
  owner: Owner,
  settings: ClientTlsSettings | undefined,
  tools: TlsTools<Owner>,
): (() => Promise<ClientTls>) | undefined {
  return settings && (async () => {
    using calling = await openCalling(owner, settings, tools);
    return calling.current!;
  });
}

/** Whether a listener has what it shows to its clients, and for how long; no step where TLS is not spoken. */
export function ownCertificate<const Owner extends string>(
  owner: Owner,
  settings: ServerTlsSettings | undefined,
  tools: ServingTools<Owner>,
): readonly Attempt[] {
  if (!settings) return [];
  const { world: { net, clock }, error } = tools;
  return [{
    step: "settings",
    msMax: 10_000,
    async run() {
      using serving = await openServing(owner, settings, tools);
      const [own] = await net.certificatesIn(serving.options.tls!().certificate);
      const nowMs = clock.nowMs();
      if (own.validUntilMs < nowMs) {
        throw error(`${owner}_CERTIFICATE_EXPIRING`, { setting: "tls", days: 0 });
      }
      return `shows ${certificateSays(own, nowMs)}`;
    },
    failed: (cause) =>
      error(`${owner}_CERTIFICATE_UNREADABLE`, { file: "tls", reason: netCode(cause) }, cause),
  }];
}
