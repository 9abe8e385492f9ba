import { Buffer } from "node:buffer";
import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { textAt, timeOf, valueAt } from "../posted/values.ts";
import type { Proof, Provider } from "./provider.ts";

/**
 * Telnyx Programmable Fax, after "Receive a Fax via API" and "Webhook signing" of developers.telnyx.com: `fax.received` in
 * JSON, with the URL in the provider's store under which the document is for some minutes.
 *
 * `telnyx-signature-ed25519` is the Ed25519 signature, in base64, of `telnyx-timestamp`, `|` and the body.
 */
export const telnyx: Provider = {
  needs: ["publicKey"],
  takes: ["login", "media"],
  proves({ headers, bytes }, { publicKeys, signatureAgeMsMax }, nowMs): Proof {
    const shown = headers.get("telnyx-signature-ed25519"), timestamp = headers.get("telnyx-timestamp");
    if (shown === null || timestamp === null) return "none";
    const signed = Buffer.concat([Buffer.from(`${timestamp}|`), bytes]);
    const signature = Buffer.from(shown, "base64");
    if (!publicKeys.some((key) => verify(null, signed, key, signature))) return "wrong";
    const ageMs = nowMs - Number(timestamp) * 1000;
    return Math.abs(ageMs) <= signatureAgeMsMax ? "right" : "old";
  },
  read(posted) {
    const event = posted.json(), fax = valueAt(event, "data", "payload");
    if (textAt(fax, "direction") === "outbound") return { passedOver: "sent" };
    if (textAt(event, "data", "event_type") !== "fax.received") return { passedOver: "other" };
    return {
      facts: {
        faxId: textAt(fax, "fax_id"),
        from: textAt(fax, "from"),
        to: textAt(fax, "to"),
        receivedAtMs: timeOf(textAt(event, "data", "occurred_at")),
        pages: textAt(fax, "page_count"),
        error: valueAt(fax, "partial_content") === true ? "only a part was received" : undefined,
      },
      url: textAt(fax, "media_url"),
    };
  },
  media: ["https://s3.amazonaws.com/faxes-prod/"],
};

/** A public key as Telnyx shows it: the 32 bytes of RFC 8032, in base64. `undefined` where it is none. */
export function telnyxKey(text: string): KeyObject | undefined {
  const bytes = Buffer.from(text, "base64");
  if (bytes.length !== 32) return undefined;
  return createPublicKey({
    format: "jwk",
    key: { kty: "OKP", crv: "Ed25519", x: bytes.toString("base64url") },
  });
}
