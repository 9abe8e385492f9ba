import { Buffer } from "node:buffer";
import { createPrivateKey, type KeyObject, sign } from "node:crypto";
import type { ParsedKey } from "./_ssh2_types.ts";

/** By what a key's encoding begins with (RFC 5656 sections 6.2.1 and 10.1). */
const CURVES: Readonly<
  Record<string, { readonly crv: string; readonly bytes: number; readonly hash: string }>
> = {
  "ecdsa-sha2-nistp256": { crv: "P-256", bytes: 32, hash: "sha256" },
  "ecdsa-sha2-nistp384": { crv: "P-384", bytes: 48, hash: "sha384" },
  "ecdsa-sha2-nistp521": { crv: "P-521", bytes: 66, hash: "sha512" },
};

/**
 * An ECDSA key that signs on this platform. `ssh2` gives the private number as OpenSSH has it, with a zero before it or
 * without those it begins with; the platform takes it at its full length only (RFC 5915 section 3). Other keys stay as
 * they are. Throws where the key is broken.
 */
export function signingWithEcdsa(key: ParsedKey): ParsedKey {
  const curve = CURVES[key.type];
  if (!curve) return key;
  const own = keyObjectOf(key, curve);
  key.sign = (data) => sign(curve.hash, data, own);
  return key;
}

function keyObjectOf(key: ParsedKey, { crv, bytes }: (typeof CURVES)[string]): KeyObject {
  const number = privateNumber(key.getPrivatePEM());
  const leading = Math.max(0, number.length - bytes);
  const d = Buffer.concat([Buffer.alloc(Math.max(0, bytes - number.length)), number.subarray(leading)]);
  const point = Buffer.from(key.getPublicSSH()).subarray(-2 * bytes);
  return createPrivateKey({
    format: "jwk",
    key: {
      kty: "EC",
      crv,
      d: d.toString("base64url"),
      x: point.subarray(0, bytes).toString("base64url"),
      y: point.subarray(bytes).toString("base64url"),
    },
  });
}

/** `ECPrivateKey` is SEQUENCE { INTEGER 1, OCTET STRING, … }. */
function privateNumber(pem: string): Buffer {
  const der = Buffer.from(pem.replace(/-----[^-]+-----/g, ""), "base64");
  const at = der[1] < 0x80 ? 2 : 2 + (der[1] & 0x7f);
  const [version, octets] = [at + 3, at + 5];
  if (der[version] !== 4) throw new TypeError("Cannot read key: it is no ECPrivateKey");
  return der.subarray(octets, octets + der[version + 1]);
}
