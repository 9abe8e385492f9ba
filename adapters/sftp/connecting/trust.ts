import type { MitralError } from "../../../runtime/contract/error.ts";
import { KEY_TYPES, type KeyType } from "../../_kit/ssh/algorithms.ts";
import { fingerprintOf, keyTypeOf, readPublicKey } from "../../_kit/ssh/keys.ts";
import { reasonOf } from "../../_kit/files/reason.ts";
import { type KnownKeys, knownKeys, type Pin } from "./known_hosts.ts";
import type { ConnectTools, Hop } from "./settings.ts";

/** Which keys a host may show. */
export interface Trust {
  /** Kinds of keys to ask it for, those we know it by first: a server has several, and shows the one it is asked for. */
  readonly types: readonly KeyType[];
  /** Why a key that was shown is not to be trusted; `undefined` where it is. */
  doubt(blob: Uint8Array): MitralError | undefined;
}

/** Reads what is known of a host. Errors: SFTP_KNOWNHOSTS_UNREADABLE. */
export async function trustOf(hop: Hop, { world: { disk }, error }: ConnectTools): Promise<Trust> {
  const { host, port, hostKeys = [], knownHosts } = hop;
  const listed: KnownKeys = knownHosts === undefined
    ? { pins: [], revoked: [] }
    : await disk.readText(knownHosts).then((text) => knownKeys(text, host, port), (cause) => {
      // A file that is not there yet knows nobody: the first refusal says what to write into it.
      if (reasonOf(cause) === "ENOENT") return { pins: [], revoked: [] };
      throw error("SFTP_KNOWNHOSTS_UNREADABLE", { host, reason: reasonOf(cause) }, cause);
    });
  const pins = [...hostKeys.map(pinOf), ...listed.pins];
  const isKnown = (type: KeyType) => pins.some((pin) => pin.type === type);
  return {
    types: [...KEY_TYPES.filter(isKnown), ...KEY_TYPES.filter((type) => !isKnown(type))],
    doubt(blob) {
      const fingerprint = fingerprintOf(blob), keyType = keyTypeOf(blob);
      const where = knownHosts === undefined
        ? "hostKeys"
        : hostKeys.length === 0
        ? "knownHosts"
        : "hostKeys or knownHosts";
      const facts = { host, port, keyType, fingerprint, where };
      if (listed.revoked.includes(fingerprint)) return error("SFTP_HOSTKEY_REVOKED", facts);
      if (pins.some((pin) => pin.fingerprint === fingerprint)) return undefined;
      const hasOther = pins.some(({ type }) => type === undefined || type === keyType);
      return error(hasOther ? "SFTP_HOSTKEY_CHANGED" : "SFTP_HOSTKEY_UNKNOWN", facts);
    },
  };
}

/** A pin as `hostKeys` has it: `SHA256:…`, the same after a kind of key, or a public key. */
function pinOf(written: string): Pin {
  const [first, second] = written.trim().split(/\s+/);
  if (first.startsWith("SHA256:")) return { fingerprint: plain(first) };
  if (second.startsWith("SHA256:")) {
    const type = KEY_TYPES.find((type) => type === first);
    return { ...(type ? { type } : {}), fingerprint: plain(second) };
  }
  const key = readPublicKey(`${first} ${second}`);
  // Matches no key at all: what cannot be read trusts nobody.
  return typeof key === "string" ? { fingerprint: "" } : { type: key.type, fingerprint: key.fingerprint };
}

function plain(fingerprint: string): string {
  return fingerprint.replace(/=+$/, "");
}
