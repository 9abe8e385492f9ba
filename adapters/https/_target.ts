import { isLoopback } from "./_loopback.ts";
import type { Tools } from "./_sender_spec.ts";

/** Where every message goes, checked once. */
export interface Target {
  readonly url: string;
  readonly headers: Headers;
}

/** Reads `url` and `headers` from the config. Errors: HTTPS_URL_INVALID, HTTPS_URL_PLAIN, HTTPS_HEADER_*. */
export function targetOf({ config, contentTypes, fail }: Tools): Target {
  const url = URL.parse(config.url);
  const isWeb = url?.protocol === "http:" || url?.protocol === "https:";
  // Neither the URL nor a part of it goes into the error: its query may hold a token.
  if (!url || !isWeb || url.username || url.password || url.hash) return fail("HTTPS_URL_INVALID");
  if (url.protocol === "http:" && !isLoopback(url.hostname)) fail("HTTPS_URL_PLAIN", { host: url.hostname });
  const headers = new Headers();
  for (const [header, value] of Object.entries(config.headers)) {
    if (RESERVED.has(header.toLowerCase())) fail("HTTPS_HEADER_RESERVED", { header });
    try {
      headers.set(header, value);
    } catch {
      // Without a cause: that error quotes the value.
      fail("HTTPS_HEADER_INVALID", { header });
    }
  }
  if (contentTypes.length > 0) headers.set("accept", contentTypes.join(", "));
  return { url: url.href, headers };
}

/** What the sender or HTTP itself decides about; setting it beside would break framing or contradict the body. */
const RESERVED: ReadonlySet<string> = new Set([
  "accept",
  "connection",
  "content-encoding",
  "content-length",
  "content-type",
  "expect",
  "host",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);
