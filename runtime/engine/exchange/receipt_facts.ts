/** What a receipt says of itself: the claims of docs/envelope.md. Whether it is signed by whom it says was judged before. */
export interface ReceiptFacts {
  /** Gateway that signed it. */
  readonly by: string;
  /** Id of its key. */
  readonly keyId: string;
  /** The id of the statement it is for. */
  readonly id: string;
  readonly verdict: "accepted" | "rejected";
  /** Why, where it was rejected. */
  readonly code?: string;
  /** When it was signed, in milliseconds since 1970-01-01T00:00Z, by the clock of whoever signed it. */
  readonly atMs: number;
}

/** Reads a receipt; `undefined` for any other answer. */
export function receiptFacts(bytes: Uint8Array): ReceiptFacts | undefined {
  const parts = /^([\w-]+)\.([\w-]+)\.[\w-]+$/.exec(
    new TextDecoder().decode(bytes.subarray(0, BYTES_MAX + 1)),
  );
  if (!parts || bytes.length > BYTES_MAX) return undefined;
  const [head, claims] = [objectIn(parts[1]), objectIn(parts[2])];
  if (!head || !claims || head.typ !== "seal-rcpt+jws") return undefined;
  const { by, id, st, code, rat } = claims, { kid } = head;
  if (typeof by !== "string" || typeof id !== "string" || typeof kid !== "string") return undefined;
  if (st !== "accepted" && st !== "rejected" || !Number.isSafeInteger(rat)) return undefined;
  const reason = typeof code === "string" ? { code } : {};
  return { by, keyId: kid, id, verdict: st, ...reason, atMs: rat as number };
}

/** Receipts are about 1 kB. */
const BYTES_MAX = 16_384;

function objectIn(part: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const bytes = Uint8Array.fromBase64(part, { alphabet: "base64url" });
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return typeof value === "object" && value !== null ? value as Record<string, unknown> : undefined;
  } catch {
    return undefined;
  }
}
