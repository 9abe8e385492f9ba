import type { SenderCode } from "./_sender_spec.ts";

/**
 * What a status outside 2xx says about the message (RFC 9110 section 15). Only what blames the message itself refuses
 * it for good. A wrong URL, missing rights or a deployment gone wrong are the operator's: the message waits, so that
 * nothing is lost while they are put right.
 */
export function meaningOf(status: number): SenderCode {
  if (status >= 300 && status < 400) return "HTTPS_REDIRECT_REFUSED";
  return MEANINGS[status] ?? (status >= 500 ? "HTTPS_PEER_FAILED" : "HTTPS_STATUS_UNEXPECTED");
}

const MEANINGS: Readonly<Record<number, SenderCode>> = {
  400: "HTTPS_REQUEST_REJECTED",
  413: "HTTPS_SIZE_REJECTED",
  415: "HTTPS_TYPE_REJECTED",
  422: "HTTPS_CONTENT_REJECTED",
  401: "HTTPS_CREDENTIALS_REFUSED",
  407: "HTTPS_CREDENTIALS_REFUSED",
  403: "HTTPS_ACCESS_REFUSED",
  404: "HTTPS_URL_UNKNOWN",
  405: "HTTPS_URL_UNKNOWN",
  410: "HTTPS_URL_UNKNOWN",
  408: "HTTPS_PEER_BUSY",
  425: "HTTPS_PEER_BUSY",
  429: "HTTPS_PEER_BUSY",
  503: "HTTPS_PEER_BUSY",
};

/**
 * How long a `Retry-After` header asks to wait: seconds, or an HTTP date (RFC 9110 section 10.2.3). `undefined` where it
 * is absent or unreadable. At most a day: a peer does not decide to stop a feed.
 */
export function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  const said = header?.trim() ?? "";
  if (/^\d+$/.test(said)) return Math.min(Number(said) * 1000, DAY_MS);
  const waitMs = said.endsWith("GMT") ? Date.parse(said) - nowMs : NaN;
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 0), DAY_MS);
}

const DAY_MS = 86_400_000;
