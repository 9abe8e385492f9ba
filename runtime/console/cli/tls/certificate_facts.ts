import { createHash, type KeyObject, X509Certificate } from "node:crypto";
import { ByteReader } from "./byte_reader.ts";
import { valueIn } from "./distinguished_name.ts";
import { isAddress } from "./is_address.ts";

/** A certificate as a person wants to read it. */
export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  readonly validFromMs: number;
  readonly validUntilMs: number;
  /** Names and addresses it is for: `ehr.example`, `10.1.2.3`. */
  readonly names: readonly string[];
  /** `EC P-256`, `RSA 2048 bits`. */
  readonly key: string;
  /** `ecdsa-with-SHA256`. */
  readonly signature: string;
  /** 1 or 3. */
  readonly version: number;
  /** As `pins:` has it: `sha256:` and 64 hexadecimal digits. */
  readonly fingerprint: string;
  /** As `pins:` has it: `sha256//` and base64. */
  readonly keyPin: string;
  /** True where its key or its signature is one that can be forged. */
  readonly isWeak: boolean;
  /** True where it may not be used by a server. */
  readonly isNoServers: boolean;
  /** True where its own key has signed it. */
  readonly isSelfSigned: boolean;
  /** True where it is for a name or an address. */
  isFor(name: string): boolean;
  /** True where the other has signed it. */
  isBy(other: CertificateFacts): boolean;
  /** The certificate. */
  readonly x509: X509Certificate;
}

/** Reads a certificate, DER or PEM. Throws where it is none. */
export function certificateFacts(encoded: Uint8Array | string): CertificateFacts {
  const x509 = new X509Certificate(encoded as never);
  const { publicKey } = x509;
  const der = new Uint8Array(x509.raw);
  const spki = publicKey.export({ type: "spki", format: "der" });
  const { signatureAlgorithm = "unknown" } = x509 as { signatureAlgorithm?: string };
  const { version, extensions } = signedPart(der);
  const issuedBy = (other: X509Certificate) =>
    x509.issuer === other.subject && isVerified(x509, other.publicKey);
  return {
    x509,
    subject: lineOf(x509.subject),
    issuer: lineOf(x509.issuer),
    validFromMs: Date.parse(x509.validFrom),
    validUntilMs: Date.parse(x509.validTo),
    names: namesOf(x509.subjectAltName),
    key: keySays(publicKey),
    signature: signatureAlgorithm,
    version,
    fingerprint: `sha256:${x509.fingerprint256.replaceAll(":", "").toLowerCase()}`,
    keyPin: `sha256//${createHash("sha256").update(spki).digest("base64")}`,
    isWeak: isWeakKey(publicKey) || /sha1|md[245]/i.test(signatureAlgorithm),
    isNoServers: isNoServers(extensions),
    isSelfSigned: issuedBy(x509),
    isFor: (name) => (isAddress(name) ? x509.checkIP(name) : x509.checkHost(name)) !== undefined,
    isBy: (other) => issuedBy(other.x509),
  };
}

/** All certificates of a PEM text, in order. Throws where one cannot be read. */
export function certificatesIn(pem: string): readonly CertificateFacts[] {
  return (pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? []).map(
    certificateFacts,
  );
}

function lineOf(name: string): string {
  return name.replaceAll("\n", ", ");
}

function namesOf(alternatives: string | undefined): readonly string[] {
  return alternatives?.split(", ").map((name) => name.replace(/^(DNS|IP Address):/, "")) ?? [];
}

function isVerified(x509: X509Certificate, key: KeyObject): boolean {
  try {
    return x509.verify(key);
  } catch {
    // A kind of key or signature that this machine does not know.
    return false;
  }
}

function keySays({ asymmetricKeyType, asymmetricKeyDetails = {} }: KeyObject): string {
  const { namedCurve, modulusLength } = asymmetricKeyDetails;
  if (asymmetricKeyType === "ec") return `EC ${CURVES[namedCurve ?? ""] ?? namedCurve}`;
  return modulusLength === undefined ? asymmetricKeyType ?? "unknown" : `RSA ${modulusLength} bits`;
}

const CURVES: Readonly<Record<string, string>> = {
  prime256v1: "P-256",
  secp384r1: "P-384",
  secp521r1: "P-521",
};

function isWeakKey({ asymmetricKeyDetails: { modulusLength = Infinity } = {} }: KeyObject): boolean {
  return modulusLength < 2048;
}

/** Version and extensions of a certificate (RFC 5280 section 4.1), the extensions by their identifier in hexadecimal. */
function signedPart(der: Uint8Array): { version: number; extensions: ReadonlyMap<string, Uint8Array> } {
  const signed = valueIn(valueIn(new ByteReader(der))).rest();
  const parts = new ByteReader(signed);
  const version = signed[0] === 0xa0 ? valueIn(valueIn(parts)).number(1) + 1 : 1;
  const extensions = new Map<string, Uint8Array>();
  while (parts.left > 0) {
    const tag = signed[signed.length - parts.left];
    const part = valueIn(parts);
    if (tag !== 0xa3) continue;
    for (const all = valueIn(part); all.left > 0;) {
      const one = valueIn(all);
      const id = valueIn(one).rest().toHex();
      let value = valueIn(one);
      // A flag, critical or not, may stand before the value.
      if (one.left > 0) value = valueIn(one);
      extensions.set(id, value.rest());
    }
  }
  return { version, extensions };
}

/** True where the certificate says what it is for, and a server is not among it (RFC 5280 section 4.2.1.12). */
function isNoServers(extensions: ReadonlyMap<string, Uint8Array>): boolean {
  const purposes = extensions.get("551d25");
  if (!purposes) return false;
  for (const all = valueIn(new ByteReader(purposes)); all.left > 0;) {
    if (FOR_SERVERS.has(valueIn(all).rest().toHex())) return false;
  }
  return true;
}

/** serverAuth and anyExtendedKeyUsage. */
const FOR_SERVERS: ReadonlySet<string> = new Set(["2b06010505070301", "551d2500"]);
