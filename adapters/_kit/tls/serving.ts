import type { Facts, MitralError } from "../../../runtime/contract/error.ts";
import type { ServerTls, TlsRefusal } from "../../../runtime/contract/tls.ts";
import type { ListenOptions, Review } from "../../../runtime/contract/world.ts";
import { type ServingTlsCode, whyOf } from "./faults.ts";
import { everyLook, LiveIdentity, type TlsTools } from "./live_identity.ts";
import type { ServerTlsSettings } from "./settings.ts";

/** What a listener has of its TLS. */
export interface Serving extends Disposable {
  /** For `net.listen` and `net.serveHttp`. */
  readonly options: Pick<ListenOptions, "tls" | "handshakeMsMax" | "refused">;
  /** From now on connections are cut, too, when their partner may not come any more. */
  guard(server: Review): void;
}

/** What of a listener's tools its TLS needs. */
export interface ServingTools<Owner extends string> extends TlsTools<Owner> {
  error(code: ServingTlsCode<Owner>, facts?: Facts, cause?: unknown): MitralError;
}

const PARTNERS = "partners";

/**
 * TLS of a listener: certificates are read again when they change, and count from the next connection on; who may come is
 * what the partners' registry says at each moment. A client that is not let in is the event `clientRefused`.
 *
 * Errors: OWNER_CERTIFICATE_UNREADABLE, OWNER_CERTIFICATE_UNFIT, OWNER_PARTNER_UNKNOWN.
 */
export async function openServing<const Owner extends string>(
  owner: Owner,
  settings: ServerTlsSettings | undefined,
  tools: ServingTools<Owner>,
): Promise<Serving> {
  if (!settings) return { options: {}, guard() {}, [Symbol.dispose]() {} };
  const { clients, names = {}, versionMin, handshakeMsMax } = settings;
  const { partners } = tools;
  const among = clients?.filter((name) => name !== PARTNERS) ?? [];
  const partner = among.find((name) => !partners.names.includes(name));
  if (partner !== undefined) throw tools.error(`${owner}_PARTNER_UNKNOWN`, { partner });
  const isForAll = clients?.includes(PARTNERS);
  const open = (setting: string, files: { certificate: string; key: ServerTlsSettings["key"] }) =>
    LiveIdentity.open(owner, setting, files, tools);
  const own = await open("tls", settings);
  const others = await Promise.all(
    Object.entries(names).map(async ([name, files]) =>
      [name.toLowerCase(), await open(`tls.names.${name}`, files)] as const
    ),
  );
  let current = contextOf();
  function contextOf(): ServerTls {
    return {
      ...own.current,
      names: Object.fromEntries(others.map(([name, { current }]) => [name, current])),
      versionMin,
      ...(clients
        ? {
          clients: { admit: (certificate) => partners.holderOf(certificate, isForAll ? undefined : among) },
        }
        : {}),
    };
  }
  const forget = everyLook(tools, async () => {
    const changed = await Promise.all([own, ...others.map(([, each]) => each)].map((each) => each.look()));
    if (changed.includes(true)) current = contextOf();
  });
  const servers: Review[] = [];
  const unwatch = partners.watch(() => {
    for (const server of servers) server.review();
  });
  return {
    options: { tls: () => current, handshakeMsMax, refused: (refusal) => tell(owner, refusal, tools) },
    guard: (server) => void servers.push(server),
    [Symbol.dispose]() {
      forget();
      unwatch();
    },
  };
}

/** Says who was not let in: by address and, where one was shown, by the fingerprint an operator can compare. */
function tell<const Owner extends string>(
  owner: Owner,
  { peer, trouble, detail, certificate }: TlsRefusal,
  { error, report }: ServingTools<Owner>,
): void {
  const why = whyOf(trouble, detail);
  const facts: Facts = certificate
    ? { peer, trouble, why, fingerprint: certificate.fingerprint }
    : { peer, trouble, why };
  // Who gives up, or says nothing, is no reason to call a person: scanners and health checks do.
  const isIdle = trouble === "cut" || trouble === "late" || trouble === "foreign";
  report({
    name: "clientRefused",
    facts,
    ...(isIdle ? {} : { error: error(`${owner}_CLIENT_REFUSED`, facts) }),
  });
}
