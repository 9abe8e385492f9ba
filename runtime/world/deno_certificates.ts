import { createHash, createPrivateKey, X509Certificate } from "node:crypto";
import type { PeerCertificate, TlsIdentity, TlsTrouble } from "../contract/tls.ts";
import { flawOf } from "./strict_certificate.ts";

/** A certificate as it was shown, and what is wrong with it whoever it belongs to. */
export interface ShownCertificate {
  readonly certificate: PeerCertificate;
  /** What the platform lets a peer in with that has not proved that it has the key. */
  readonly flaw?: "outdated" | "unfit";
}

/** What a certificate says; `undefined` where it, or its key, cannot be read. `find` may throw, too. */
export function readCertificate(find: () => X509Certificate | undefined): ShownCertificate | undefined {
  return attempt(() => {
    const x509 = find();
    if (!x509) return undefined;
    const flaw = flawOf(x509.raw);
    const key = x509.publicKey.export({ type: "spki", format: "der" });
    return {
      certificate: {
        fingerprint: x509.fingerprint256.replaceAll(":", "").toLowerCase(),
        keyPin: createHash("sha256").update(key).digest("base64"),
        subject: x509.subject.replaceAll("\n", ", "),
        issuer: x509.issuer.replaceAll("\n", ", "),
        validFromMs: Date.parse(x509.validFrom),
        validUntilMs: Date.parse(x509.validTo),
      },
      ...(flaw ? { flaw } : {}),
    };
  });
}

/** The certificates of a PEM text, in order. Throws where one of them cannot be read, or there is none. */
export function certificatesIn(pem: string): readonly PeerCertificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g);
  if (!blocks) throw new TypeError("Cannot read certificates: there is none in the text");
  return blocks.map((block) => {
    const shown = readCertificate(() => new X509Certificate(block));
    if (!shown) throw new TypeError("Cannot read certificates: one is not X.509");
    return shown.certificate;
  });
}

/** Which part keeps a certificate and a key from being used together. */
export function misfitOf({ certificate, key }: TlsIdentity): "certificate" | "key" | "pair" | undefined {
  const x509 = attempt(() => new X509Certificate(certificate));
  if (!x509) return "certificate";
  const privateKey = attempt(() => createPrivateKey(key));
  if (!privateKey) return "key";
  return x509.checkPrivateKey(privateKey) ? undefined : "pair";
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}

/** What rules a certificate out, whoever it belongs to. */
export function troubleWith(
  { certificate, flaw }: ShownCertificate,
  nowMs: number,
): TlsTrouble | undefined {
  if (flaw) return flaw;
  if (certificate.validUntilMs < nowMs) return "expired";
  // Clocks differ; a partner's fresh certificate is no reason for a silent feed.
  return certificate.validFromMs > nowMs + SKEW_MS ? "early" : undefined;
}

const SKEW_MS = 300_000;
