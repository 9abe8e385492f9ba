import { isLoopback } from "../_kit/net/loopback.ts";
import type { Unfit } from "../../runtime/contract/spec.ts";
import type { Tools } from "./_sender_spec.ts";
import { MessageHeaders } from "./sending/message_headers.ts";

/** Where every message goes, checked once. */
export interface Target {
  readonly url: string;
  /** Those that are the same for every message. */
  readonly headers: Headers;
  readonly messageHeaders: MessageHeaders;
}

/** A `url` that nothing may be sent to. Neither it nor a part of it is quoted: its query may hold a token. */
export function unfitUrl({ url: text, tls }: Pick<Tools["config"], "url" | "tls">): Unfit[] {
  const url = URL.parse(text);
  const isWeb = url?.protocol === "http:" || url?.protocol === "https:";
  if (!url || !isWeb || url.username || url.password || url.hash) {
    const rule = "must be an absolute http or https URL, without a user, a password or a fragment";
    return [{ setting: "url", rule }];
  }
  if (url.protocol === "https:") return [];
  if (!isLoopback(url.hostname)) {
    return [{ setting: "url", rule: "must start with https://: plain http would travel in clear" }];
  }
  return tls ? [{ setting: "tls", rule: "is of use with an https URL only" }] : [];
}

/** Reads `url` and `headers` from the config. Errors: HTTPS_URL_INVALID, HTTPS_URL_PLAIN, HTTPS_HEADER_*. */
export function targetOf(tools: Tools): Target {
  const { config, contentTypes, fail } = tools;
  const url = URL.parse(config.url);
  const isWeb = url?.protocol === "http:" || url?.protocol === "https:";
  // Neither the URL nor a part of it goes into the error: its query may hold a token.
  if (!url || !isWeb || url.username || url.password || url.hash) return fail("HTTPS_URL_INVALID");
  if (url.protocol === "http:" && !isLoopback(url.hostname)) fail("HTTPS_URL_PLAIN", { host: url.hostname });
  const messageHeaders = new MessageHeaders(tools);
  const headers = messageHeaders.fixed;
  if (contentTypes.length > 0) headers.set("accept", contentTypes.join(", "));
  return { url: url.href, headers, messageHeaders };
}
