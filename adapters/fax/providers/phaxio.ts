import { Buffer } from "node:buffer";
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Posted } from "../posted/posted.ts";
import { textAt, timeOf } from "../posted/values.ts";
import { basic, type Proof, type Provider } from "./provider.ts";

/**
 * Phaxio v2 and v2.1, after "Receive fax webhook" and "Verifying webhooks" of its documentation (phaxio.com/docs): a form
 * with the fax in the field `fax`, in JSON, and the document as the file `file` (`filename` in v1) where files are sent
 * with webhooks; else it is fetched by the API.
 *
 * `X-Phaxio-Signature` is the HMAC-SHA1, in hexadecimal, under the account's webhook token, of the URL as Phaxio calls it,
 * of name and value of each field in the order of names, and of name and SHA-1 of each file.
 */
export const phaxio: Provider = {
  needs: ["token", "url"],
  takes: ["login", "api"],
  apiNeeds: ["user"],
  proves(posted, { url, tokens }): Proof {
    const shown = posted.headers.get("x-phaxio-signature");
    if (shown === null) return "none";
    const signed = signedText(posted, url), bytes = Buffer.from(shown.trim().toLowerCase());
    const isRight =
      tokens.map((token) => createHmac("sha1", token.reveal()).update(signed).digest("hex")).filter((right) =>
        right.length === bytes.length && timingSafeEqual(Buffer.from(right), bytes)
      ).length > 0;
    return isRight ? "right" : "wrong";
  },
  read(posted) {
    const fax = posted.json(posted.field("fax") ?? "null");
    const direction = posted.field("direction") ?? textAt(fax, "direction");
    if (direction === "sent") return { passedOver: "sent" };
    if (direction !== "received") return { passedOver: "other" };
    // Of a test the fax itself says it, too, in some versions.
    if (/^(true|1)$/.test(posted.field("is_test") ?? "")) return { passedOver: "test" };
    const document = posted.file("file", "filename");
    if (!document && textAt(fax, "status") === "failure") return { passedOver: "failed" };
    return {
      facts: {
        faxId: textAt(fax, "id"),
        from: textAt(fax, "from_number"),
        to: textAt(fax, "to_number"),
        receivedAtMs: timeOf(textAt(fax, "completed_at")),
        pages: textAt(fax, "num_pages"),
        error: textAt(fax, "error_message"),
      },
      document,
    };
  },
  ask: (faxId, { user, secret }) => ({
    url: `https://api.phaxio.com/v2.1/faxes/${faxId}/file`,
    authorization: basic(user, secret.reveal()),
  }),
};

function signedText({ fields, files }: Posted, url: string): string {
  const hashed = files.map(({ name, bytes }) =>
    [name, createHash("sha1").update(bytes).digest("hex")] as const
  );
  return url +
    [fields, hashed].map((pairs) => pairs.toSorted(byName).map((pair) => pair.join("")).join("")).join("");
}

function byName([one]: readonly [string, string], [other]: readonly [string, string]): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
