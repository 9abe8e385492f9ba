import type { Facts, MitralError } from "../../../runtime/contract/error.ts";
import { type ClientTls, isTlsFailure, type TlsFailure } from "../../../runtime/contract/tls.ts";
import { type ConnectCode, connectCode } from "../net/faults.ts";
import { netCode } from "../net/net_codes.ts";
import { type CallingTlsCode, callingTrouble, UNFIT } from "./faults.ts";
import { everyLook, LiveIdentity, type TlsTools } from "./live_identity.ts";
import type { ClientTlsSettings } from "./settings.ts";

/** What a sender has of its TLS. */
export interface Calling extends Disposable {
  /** For `net.connect` and `net.fetch`: another object whenever a file has changed. `undefined`: no TLS. */
  readonly current: ClientTls | undefined;
}

/**
 * TLS of a sender. Files are read again when they change, and count from the next connection on.
 *
 * Errors: OWNER_CERTIFICATE_UNREADABLE, OWNER_CERTIFICATE_UNFIT, OWNER_PARTNER_UNKNOWN.
 */
export async function openCalling<const Owner extends string>(
  owner: Owner,
  settings: ClientTlsSettings | undefined,
  tools: TlsTools<Owner>,
): Promise<Calling> {
  if (!settings) return { current: undefined, [Symbol.dispose]() {} };
  const { ca, partner, certificate, key, serverName, versionMin } = settings;
  const { partners, world: { disk } } = tools;
  if (partner !== undefined && !partners.names.includes(partner)) {
    throw tools.error(`${owner}_PARTNER_UNKNOWN`, { partner });
  }
  const anchorsIn = () =>
    ca && Promise.all(ca.map((file) =>
      disk.readText(file).catch((cause): never => {
        const reason = String((cause as { code?: unknown }).code ?? "unknown");
        throw tools.error(`${owner}_CERTIFICATE_UNREADABLE`, { file: "tls.ca", reason }, cause);
      })
    ));
  let anchors = await anchorsIn();
  for (const pem of anchors ?? []) {
    await tools.world.net.certificatesIn(pem).catch((cause): never => {
      const { file, trouble } = UNFIT.authority;
      throw tools.error(`${owner}_CERTIFICATE_UNFIT`, { setting: `tls.${file}`, trouble }, cause);
    });
  }
  const identity = certificate !== undefined && key
    ? await LiveIdentity.open(owner, "tls", { certificate, key }, tools)
    : undefined;
  const make = (): ClientTls => ({
    ...(anchors ? { anchors } : {}),
    ...(identity ? { identity: identity.current } : {}),
    ...(serverName === undefined ? {} : { serverName }),
    ...(partner === undefined ? {} : { admit: (shown) => partners.holderOf(shown, [partner]) !== undefined }),
    versionMin,
  });
  let current = make();
  const forget = everyLook(tools, async () => {
    // A file that is gone for a moment, while somebody renews it, changes nothing.
    const now = await anchorsIn()?.catch(() => anchors);
    const isRenewed = await identity?.look() ?? false;
    if (!isRenewed && now?.join() === anchors?.join()) return;
    anchors = now;
    current = make();
  });
  return {
    get current() {
      return current;
    },
    [Symbol.dispose]: forget,
  };
}

/** The declared error for a peer that could not be called, by TLS or at all. */
export function callError<const Owner extends string>(
  owner: Owner,
  tools: {
    error(code: ConnectCode<Owner> | CallingTlsCode<Owner>, facts?: Facts, cause?: unknown): MitralError;
  },
  at: { readonly host: string; readonly port: number },
  cause: unknown,
): MitralError {
  return isTlsFailure(cause)
    ? tlsError(owner, tools, at, cause)
    : tools.error(connectCode(owner, cause), { ...at, reason: netCode(cause) }, cause);
}

/** The declared error for a peer that TLS did not come about with. */
export function tlsError<const Owner extends string>(
  owner: Owner,
  { error }: { error(code: CallingTlsCode<Owner>, facts?: Facts, cause?: unknown): MitralError },
  at: { readonly host: string; readonly port: number },
  failure: TlsFailure,
): MitralError {
  const { code, facts } = callingTrouble(owner, failure);
  return error(code, { ...at, ...facts }, failure);
}
