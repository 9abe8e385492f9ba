import { type Config, record, secret, text, type Unfit } from "../../../runtime/contract/spec.ts";
import type { FetchOptions, Net } from "../../../runtime/contract/world.ts";
import { isLoopback } from "./loopback.ts";

const ENVIRONMENT = "environment", NONE = "none";

/** By which proxy. */
export const proxy = record(
  "By which HTTP proxy messages go: `environment` for what https_proxy and no_proxy say, `none`, or its URL. What goes " +
    "to this machine goes straight.",
  {
    url: text("The proxy: http://HOST:PORT, `environment` or `none`.", {
      example: "http://proxy.example:3128",
    }),
    user: text("Who we are to it.", { optional: true }),
    password: secret("The password.", { optional: true }),
  },
  { default: ENVIRONMENT, short: "url" },
);

/** What it says, parsed. */
export type ProxySettings = Config<typeof proxy>;

/** What is no proxy, or no way to sign in there. */
export function unfitProxy({ url, user, password }: ProxySettings): Unfit[] {
  const rules: string[] = [];
  const isNamed = url !== ENVIRONMENT && url !== NONE;
  // The URL is not quoted: people write passwords there.
  if (isNamed && !proxyUrl(url)) {
    rules.push("must be environment, none or http://HOST:PORT; user and password stand beside");
  }
  if ((user === undefined) !== (password === undefined)) {
    rules.push("must have both of user and password, or neither");
  }
  if (user !== undefined && !isNamed) rules.push("must name the proxy that user and password are for");
  return rules.map((rule) => ({ setting: "proxy", rule }));
}

/** How requests to a URL go out. */
export function wayTo(target: URL, { url, user, password }: ProxySettings): FetchOptions {
  if (url === ENVIRONMENT) return {};
  if (url === NONE || isLoopback(target.hostname)) return { proxy: "none" };
  const proxy = new URL(url);
  if (user !== undefined && password) {
    proxy.username = encodeURIComponent(user);
    proxy.password = encodeURIComponent(password.reveal());
  }
  return { proxy: proxy.href };
}

/** The URL of the proxy by which a connection to where a URL leads goes; `undefined`: straight. */
export async function proxyTo(
  target: URL,
  settings: ProxySettings,
  net: Pick<Net, "proxyFor">,
): Promise<string | undefined> {
  const named = wayTo(target, settings).proxy ?? await net.proxyFor(target.href);
  return named === NONE ? undefined : named;
}

function proxyUrl(text: string): URL | undefined {
  const url = URL.parse(text);
  const isPlain = url?.protocol === "http:" && url.pathname === "/" && !url.search && !url.hash;
  return url && isPlain && !url.username && !url.password ? url : undefined;
}
