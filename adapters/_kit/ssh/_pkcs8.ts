import { Buffer } from "node:buffer";
import { createPrivateKey, type KeyObject } from "node:crypto";

const PKCS8 = /^-----BEGIN (ENCRYPTED )?PRIVATE KEY-----/;

/**
 * What `ssh2` can read of a private key in PKCS#8 (RFC 5958), which it does not know; the text itself where it is in
 * another form. Throws where the platform cannot read it.
 */
export function withoutPkcs8(text: string, passphrase?: string): string {
  if (!PKCS8.test(text)) return text;
  const key = createPrivateKey({
    key: text,
    format: "pem",
    ...(passphrase === undefined ? {} : { passphrase }),
  });
  if (key.asymmetricKeyType === "rsa") return key.export({ type: "pkcs1", format: "pem" }).toString();
  if (key.asymmetricKeyType === "ec") return key.export({ type: "sec1", format: "pem" }).toString();
  if (key.asymmetricKeyType === "ed25519") return openSshForm(key);
  return text;
}

/** Source: OpenSSH, PROTOCOL.key. */
function openSshForm(key: KeyObject): string {
  const { d = "", x = "" } = key.export({ format: "jwk" });
  const [seed, point] = [Buffer.from(d, "base64url"), Buffer.from(x, "base64url")];
  const type = field("ssh-ed25519");
  const checks = Buffer.alloc(8);
  const body = Buffer.concat([checks, type, field(point), field(Buffer.concat([seed, point])), field("")]);
  const padding = Buffer.from(Array.from({ length: -body.length & 7 }, (_, at) => at + 1));
  const blob = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    field("none"),
    field("none"),
    field(""),
    Buffer.from([0, 0, 0, 1]),
    field(Buffer.concat([type, field(point)])),
    field(Buffer.concat([body, padding])),
  ]);
  const lines = blob.toString("base64").replace(/.{70}/g, "$&\n").trimEnd();
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

/** RFC 4251 section 5: `string`. */
function field(content: string | Uint8Array): Buffer {
  const bytes = Buffer.from(content as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
