import type { Facts, MitralError } from "../../../runtime/contract/error.ts";
import {
  type ClientTls,
  isTlsFailure,
  type PeerCertificate,
  type TlsFailure,
} from "../../../runtime/contract/tls.ts";
import type { Connection } from "../../../runtime/contract/world.ts";
import { type ConnectCode, connectCode } from "../net/faults.ts";
import { netCode } from "../net/net_codes.ts";
import { type CallingTlsCode, callingTrouble, UNFIT } from "./faults.ts";
import { everyLook, LiveIdentity, type TlsTools } from "./live_identity.ts";
import type { ClientTlsSettings } from "./settings.ts";

/** What a sender has of its TLS. */
export interface Calling extends Disposable {
  /** For `net.connect` and `net.fetch`: another object whenever a file has changed. `undefined`: no TLS. */
  readonly current: ClientTls | undefined;
  /** Until it is `done`, a connection is closed when its partner may not be called any more. */
  guard(connection: Connection, done: Promise<void>): void;
}

/**
 * TLS of a sender. Files are read again when they change, and count from the next connection on; what the partners' registry
 * says counts at once.
 *
 * Errors: OWNER_CERTIFICATE_UNREADABLE, OWNER_CERTIFICATE_UNFIT, OWNER_PARTNER_UNKNOWN.
 */
export async function openCalling<const Owner extends string>(
  owner: Owner,
  settings: ClientTlsSettings | undefined,
  tools: TlsTools<Owner>,
): Promise<Calling> {
  if (!settings) return { current: undefined, guard() {}, [Symbol.dispose]() {} };
  const { ca, partner, certificate, key, serverName, versionMin } = settings;
  const { partners, world: { disk, net } } = tools;
  if (partner !== undefined && !partners.names.includes(partner)) {
    throw tools.error(`${owner}_PARTNER_UNKNOWN`, { partner });
  }
  const anchorIn = async (file: string) => {
    const pem = await disk.readText(file).catch((cause): never => {
      const reason = String((cause as { code?: unknown }).code ?? "unknown");
      throw tools.error(`${owner}_CERTIFICATE_UNREADABLE`, { file: "tls.ca", reason }, cause);
    });
    await net.certificatesIn(pem).catch((cause): never => {
      const { file, trouble } = UNFIT.authority;
      throw tools.error(`${owner}_CERTIFICATE_UNFIT`, { setting: `tls.${file}`, trouble }, cause);
    });
    return pem;
  };
  const anchorsIn = () => ca && Promise.all(ca.map(anchorIn));
  let anchors = await anchorsIn();
  const identity = certificate !== undefined && key
    ? await LiveIdentity.open(owner, "tls", { certificate, key }, tools)
    : undefined;
  const isPartner = (shown: PeerCertificate) => partners.holderOf(shown, [partner!]) !== undefined;
  const make = (): ClientTls => ({
    ...(anchors ? { anchors } : {}),
    ...(identity ? { identity: identity.current } : {}),
    ...(serverName === undefined ? {} : { serverName }),
    ...(partner === undefined ? {} : { admit: isPartner }),
    versionMin,
  });
  // What was kept by the one before a renewal is kept for a while.
  let current = make(), before = current;
  const hangUp = (stay?: (server: PeerCertificate) => boolean) => {
    for (const tls of new Set([before, current])) net.hangUp(tls, stay);
  };
  const forget = everyLook(tools, async () => {
    // A file that is gone for a moment, or half written, while somebody renews it, changes nothing.
    const now = await anchorsIn()?.catch(() => anchors);
    const isRenewed = await identity?.look() ?? false;
    if (!isRenewed && now?.join() === anchors?.join()) return;
    anchors = now;
    before = current;
    current = make();
  });
  const guarded = new Set<Connection>();
  const unwatch = partners.watch(() => {
    if (partner === undefined) return;
    hangUp(isPartner);
    for (const connection of guarded) {
      if (!connection.certificate || !isPartner(connection.certificate)) connection.close();
    }
  });
  return {
    get current() {
      return current;
    },
    guard(connection, done) {
      guarded.add(connection);
      void done.finally(() => guarded.delete(connection));
    },
    [Symbol.dispose]() {
      forget();
      unwatch();
      hangUp();
    },
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
