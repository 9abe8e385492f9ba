import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { isIP } from "node:net";
import {
  bits,
  der,
  identifier,
  integer,
  joined,
  octets,
  sequence,
  set,
  tagged,
  text,
  time,
  truth,
} from "./_der.ts";

/**
 * Certificates for tests, good and bad (RFC 5280), made in this process. `certify` makes any; `pki` has those of one
 * small world, each made when it is first asked for.
 */

/** A certificate with its key. */
export interface Certified {
  /** PEM: the certificate alone. */
  readonly certificate: string;
  /** PEM: the certificate, and those between it and its root. */
  readonly chain: string;
  /** PEM, PKCS #8. */
  readonly key: string;
  /** SHA-256 of its DER, hexadecimal, lower case. */
  readonly fingerprint: string;
  /** SHA-256 of its public key, base64. */
  readonly keyPin: string;
  /** Common name of the subject. */
  readonly name: string;
  /** What signs as it. */
  readonly keys: KeyPair;
}

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** What a certificate is to be like; left out: a good one for a server or client of this machine. */
export interface Wish {
  /** Who signs it; itself where left out. */
  readonly by?: Certified;
  /** It may sign others. */
  readonly isAuthority?: boolean;
  /** Names and addresses it is for; those of this machine where left out, none for an authority. */
  readonly names?: readonly string[];
  /** Valid from so many days from now on; since yesterday where left out. */
  readonly fromDays?: number;
  /** Valid until so many days from now; 90 where left out. */
  readonly untilDays?: number;
  /** X.509 version; 1 has no extensions. */
  readonly version?: 1 | 3;
  /** What kind of key is made, P-256 where left out, or whose key it is. */
  readonly key?: "P-256" | "rsa-1024" | "rsa-2048" | "ed25519" | Certified;
  readonly hash?: "sha256" | "sha1";
  /** What it may be used for; both where left out. */
  readonly use?: "server" | "client";
}

/** Makes a certificate. */
export function certify(name: string, wish: Wish = {}): Certified {
  const keys = keysOf(wish.key ?? "P-256");
  const { by } = wish;
  const signer = by?.keys.privateKey ?? keys.privateKey;
  const spki = new Uint8Array(keys.publicKey.export({ type: "spki", format: "der" }));
  const algorithm = algorithmOf(signer, wish.hash ?? "sha256");
  const dayMs = 86_400_000, nowMs = Date.now();
  const body = sequence(
    ...(wish.version === 1 ? [] : [tagged(0, integer(Uint8Array.of(2)))]),
    integer(randomBytes(8)),
    algorithm.der,
    nameOf(by?.name ?? name),
    sequence(time(nowMs + (wish.fromDays ?? -1) * dayMs), time(nowMs + (wish.untilDays ?? 90) * dayMs)),
    nameOf(name),
    spki,
    ...(wish.version === 1 ? [] : [tagged(3, sequence(...extensionsOf(wish)))]),
  );
  const whole = sequence(body, algorithm.der, bits(new Uint8Array(sign(algorithm.hash, body, signer))));
  const certificate = pem("CERTIFICATE", whole);
  // A root is known to who trusts it, and not sent.
  const isBelowRoot = by !== undefined && by.chain !== "";
  return {
    name,
    keys,
    certificate,
    chain: wish.isAuthority && !by ? "" : certificate + (isBelowRoot ? by.chain : ""),
    key: keys.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    fingerprint: createHash("sha256").update(whole).digest("hex"),
    keyPin: createHash("sha256").update(spki).digest("base64"),
  };
}

function keysOf(key: NonNullable<Wish["key"]>): KeyPair {
  if (typeof key === "object") return key.keys;
  if (key === "P-256") return generateKeyPairSync("ec", { namedCurve: "P-256" });
  if (key === "ed25519") return generateKeyPairSync("ed25519");
  return generateKeyPairSync("rsa", { modulusLength: Number(key.slice("rsa-".length)) });
}

/** How a key signs: RFC 5758 for ECDSA, RFC 4055 for RSA, RFC 8410 for Ed25519. */
function algorithmOf(key: KeyObject, hash: "sha256" | "sha1"): { hash: string | undefined; der: Uint8Array } {
  switch (key.asymmetricKeyType) {
    case "ec":
      return {
        hash,
        der: sequence(identifier(hash === "sha1" ? "1.2.840.10045.4.1" : "1.2.840.10045.4.3.2")),
      };
    case "rsa": {
      const id = identifier(hash === "sha1" ? "1.2.840.113549.1.1.5" : "1.2.840.113549.1.1.11");
      return { hash, der: sequence(id, der(0x05)) };
    }
    default:
      return { hash: undefined, der: sequence(identifier("1.3.101.112")) };
  }
}

function nameOf(commonName: string): Uint8Array {
  return sequence(set(sequence(identifier("2.5.4.3"), text(commonName))));
}

const THIS_MACHINE = ["localhost", "127.0.0.1", "::1"];

function extensionsOf({ isAuthority = false, names, use }: Wish): readonly Uint8Array[] {
  const extension = (id: string, value: Uint8Array, isCritical = false) =>
    sequence(identifier(id), ...(isCritical ? [truth()] : []), octets(value));
  if (isAuthority) {
    // keyCertSign and cRLSign: bits 5 and 6.
    return [
      extension("2.5.29.19", sequence(truth()), true),
      extension("2.5.29.15", bits(Uint8Array.of(0b0000_0110), 1), true),
    ];
  }
  const uses = { server: ["1.3.6.1.5.5.7.3.1"], client: ["1.3.6.1.5.5.7.3.2"] };
  const purposes = use ? uses[use] : [...uses.server, ...uses.client];
  const alternatives = (names ?? THIS_MACHINE).map((each) =>
    isIP(each) ? der(0x87, addressBytes(each)) : der(0x82, new TextEncoder().encode(each))
  );
  return [
    extension("2.5.29.19", sequence(), true),
    // digitalSignature and keyEncipherment: bits 0 and 2.
    extension("2.5.29.15", bits(Uint8Array.of(0b1010_0000), 5), true),
    extension("2.5.29.37", sequence(...purposes.map(identifier))),
    ...(alternatives.length > 0 ? [extension("2.5.29.17", sequence(...alternatives))] : []),
  ];
}

function addressBytes(address: string): Uint8Array {
  if (isIP(address) === 4) return Uint8Array.from(address.split(".").map(Number));
  const [head, tail] = address.split("::").map((part) => part.split(":").filter(Boolean));
  const groups = tail ? [...head, ...Array(8 - head.length - tail.length).fill("0"), ...tail] : head;
  return joined(groups.map((group) => Uint8Array.of(parseInt(group, 16) >> 8, parseInt(group, 16) & 0xff)));
}

function pem(label: string, bytes: Uint8Array): string {
  const lines = bytes.toBase64().match(/.{1,64}/g)!.join("\n");
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}

/** Makes each once, when it is first asked for. */
function once<T extends Readonly<Record<string, () => Certified>>>(
  makers: T,
): { readonly [Name in keyof T]: Certified } {
  const made = {} as { [Name in keyof T]: Certified };
  for (const [name, make] of Object.entries(makers)) {
    let certified: Certified | undefined;
    Object.defineProperty(made, name, { enumerable: true, get: () => certified ??= make() });
  }
  return made;
}

/** A hospital's certificates: a root, one below it, and whom they signed, well and badly. */
export const pki = once({
  root: (): Certified => certify("Hospital Root", { isAuthority: true, untilDays: 3650 }),
  intermediate: (): Certified =>
    certify("Hospital Issuing", { isAuthority: true, by: pki.root, untilDays: 1825 }),
  /** Of this machine; its chain has the intermediate. */
  server: (): Certified => certify("ehr.hospital.example", { by: pki.intermediate }),
  client: (): Certified => certify("lab.hospital.example", { by: pki.intermediate }),
  otherClient: (): Certified => certify("radiology.hospital.example", { by: pki.intermediate }),
  /** Signed by the root itself. */
  direct: (): Certified => certify("direct.hospital.example", { by: pki.root }),
  expired: (): Certified =>
    certify("expired.hospital.example", { by: pki.root, fromDays: -400, untilDays: -35 }),
  early: (): Certified => certify("early.hospital.example", { by: pki.root, fromDays: 3, untilDays: 90 }),
  misnamed: (): Certified =>
    certify("other.hospital.example", { by: pki.root, names: ["other.hospital.example"] }),
  nameless: (): Certified => certify("localhost", { by: pki.root, names: [] }),
  selfSigned: (): Certified => certify("self.hospital.example"),
  /** X.509 version 1, signed by the root. */
  v1: (): Certified => certify("v1.hospital.example", { by: pki.root, version: 1 }),
  /** X.509 version 1, signed by itself. */
  v1SelfSigned: (): Certified => certify("v1-self.hospital.example", { version: 1 }),
  weakKey: (): Certified => certify("weak.hospital.example", { by: pki.root, key: "rsa-1024" }),
  weakHash: (): Certified => certify("sha1.hospital.example", { by: pki.root, hash: "sha1" }),
  clientOnly: (): Certified => certify("client.hospital.example", { by: pki.root, use: "client" }),
  /** Another root, which nobody here trusts, of the same name. */
  impostorRoot: (): Certified => certify("Hospital Root", { isAuthority: true }),
  impostor: (): Certified => certify("ehr.hospital.example", { by: pki.impostorRoot }),
  strangerRoot: (): Certified => certify("Stranger Root", { isAuthority: true }),
  stranger: (): Certified => certify("stranger.example", { by: pki.strangerRoot }),
});
