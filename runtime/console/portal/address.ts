import { isLoopback } from "../../config/is_loopback.ts";

/** Where people reach the page. */
export interface PageAddress {
  /** As a browser writes it in `Origin`: `https://faxes.example`, `http://127.0.0.1:8480`. */
  readonly origins: readonly string[];
  /** True where people come by TLS, to us or to a proxy before us. */
  readonly isSecure: boolean;
}

/** What of the settings says it. */
export interface AddressSettings {
  readonly host: string;
  readonly port: number;
  readonly url?: string;
  readonly tls?: unknown;
}

/** Names of this machine to itself, as a browser writes them. */
const OWN = ["127.0.0.1", "[::1]", "localhost"];

/**
 * The names by which the page is asked for; a request by any other is refused, since a page of somebody else's may have its
 * name point here (DNS rebinding). `url`, where a proxy or a name of its own stands before the page, counts beside them.
 */
export function addressOf({ host, port, url, tls }: AddressSettings): PageAddress {
  const scheme = tls === undefined ? "http" : "https";
  const written = host.includes(":") ? `[${host.replace(/^\[|\]$/g, "")}]` : host;
  const own = [...new Set([written, ...isLoopback(written) ? OWN : []])]
    .map((name) => new URL(`${scheme}://${name}:${port}`).origin);
  const origins = url === undefined ? own : [new URL(url).origin, ...own];
  return { origins, isSecure: origins[0].startsWith("https:") };
}
