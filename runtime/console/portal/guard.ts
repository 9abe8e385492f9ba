import type { Context, MiddlewareHandler } from "hono";
import type { RequestFacts } from "../../contract/world.ts";
import type { PageAddress } from "./address.ts";
import { errors } from "./errors.ts";
import type { Session } from "./sessions.ts";
import type { Role } from "./users/users.ts";

/** What a handler of the page finds beside its request. */
export interface PageEnv {
  readonly Bindings: RequestFacts;
  readonly Variables: { session: Session; role: Role };
}

/** Everything the page needs is its own: a script that found its way into a value is none that runs. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  // A picture is asked for once, and kept in memory.
  "img-src blob:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

const HEADERS = {
  "content-security-policy": POLICY,
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  // With `no-referrer` a browser would hide from us, too, where a form comes from.
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
} as const;

/** Sets what every answer says, whatever it answers. */
export function answersSafely({ isSecure }: PageAddress): MiddlewareHandler<PageEnv> {
  return async (context, next) => {
    await next();
    for (const [name, value] of Object.entries(HEADERS)) context.res.headers.set(name, value);
    if (isSecure) context.res.headers.set("strict-transport-security", "max-age=31536000");
  };
}

/**
 * Refuses what was not sent by this page itself: asked for by another name than its own, or, where it is to change
 * something, sent from another page. Errors: PORTAL_REQUEST_FOREIGN.
 */
export function refusesForeign({ origins }: PageAddress): MiddlewareHandler<PageEnv> {
  const hosts = new Set(origins.map((origin) => new URL(origin).host));
  return async (context, next) => {
    const host = context.req.header("host") ?? "";
    if (!hosts.has(host.toLowerCase())) errors.fail("PORTAL_REQUEST_FOREIGN");
    if (!isSafe(context) && !comesFrom(context, origins)) errors.fail("PORTAL_REQUEST_FOREIGN");
    await next();
  };
}

function isSafe({ req }: Context): boolean {
  return req.method === "GET" || req.method === "HEAD";
}

/** Browsers say where a form was sent from; a request that says nothing is from no browser. */
function comesFrom({ req }: Context, origins: readonly string[]): boolean {
  const site = req.header("sec-fetch-site");
  return origins.includes(req.header("origin") ?? "") && (site === undefined || site === "same-origin");
}
