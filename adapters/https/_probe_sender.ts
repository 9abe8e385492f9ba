import type { ProbeTools } from "../../runtime/contract/adapter.ts";
import type { Probe } from "../../runtime/contract/probe.ts";
import { type Attempt, probe } from "../_kit/probe/attempts.ts";
import { reach } from "../_kit/probe/reach.ts";
import type { config, SenderCode, Tools } from "./_sender_spec.ts";
import { meaningOf } from "./_status_meaning.ts";
import { targetOf } from "./_target.ts";
import { authorisationOf } from "./sending/authorisation.ts";
import { Exchange } from "./sending/exchange.ts";
import { wayTo } from "./sending/proxy.ts";

/**
 * Whether the server can be reached, by the proxy where there is one, and lets us in. It is asked what it can do at the
 * URL (OPTIONS, RFC 9110 section 9.3.7), which changes nothing there; whether it takes messages, a message has to tell.
 */
export async function* probeSender(given: ProbeTools<typeof config, SenderCode>): Probe {
  const tools: Tools & typeof given = { ...given, contentTypes: [] };
  const { config: { url: text, answerMsMax: msMax }, error } = tools;
  let isFit = false;
  const failed = (cause: unknown) => error("HTTPS_PEER_UNREACHABLE", {}, cause);
  const settings: Attempt = {
    step: "settings",
    msMax,
    async run() {
      const { origin, pathname } = new URL(targetOf(tools).url);
      isFit = true;
      return `posts to ${origin}${pathname}`;
    },
    failed: (cause) => error("HTTPS_URL_INVALID", {}, cause),
  };
  yield* probe(tools, [settings]);
  if (!isFit) return;
  const late = (cause: unknown) => error("HTTPS_ANSWER_LATE", { answerMsMax: msMax }, cause);
  const way = await wayOf(new URL(text), tools);
  yield* probe(tools, [
    ...reach({ ...tools, ...way, msMax, failed }),
    ...questions(tools).map((attempt): Attempt => ({ ...attempt, msMax, failed, late })),
  ]);
}

/** Whom connections go to: the proxy, or the server itself. */
async function wayOf(url: URL, { config, world: { net } }: Tools) {
  const proxy = wayTo(url, config.proxy).proxy ?? await net.proxyFor(url.href);
  if (proxy !== undefined && proxy !== "none") {
    return { ...addressOf(new URL(proxy)), step: "proxy" as const };
  }
  return url.protocol === "https:"
    ? { ...addressOf(url), tls: () => ({ versionMin: "1.2" as const }) }
    : addressOf(url);
}

function addressOf({ hostname, port, protocol }: URL) {
  const host = hostname.replace(/^\[|\]$/g, "");
  return { host, port: Number(port) || (protocol === "https:" ? 443 : 80) };
}

/** A token, where one is needed, and what the server says to us. */
function questions(
  tools: Tools & { readonly signal: AbortSignal },
): readonly Pick<Attempt, "step" | "run">[] {
  const { config: { auth, proxy }, error, signal: closed } = tools;
  const { url, headers } = targetOf(tools);
  const exchange = new Exchange(tools, wayTo(new URL(url), proxy));
  const authorisation = authorisationOf({ tools, exchange, closed });
  const unsigned = {
    method: "OPTIONS",
    url: new URL(url),
    headers: new Headers(headers),
    body: new Uint8Array(),
  };
  const signIn = {
    step: "sign-in" as const,
    async run(signal: AbortSignal) {
      await authorisation.authorise(unsigned, signal);
      return "a token is given out";
    },
  };
  const question = {
    step: "exchange" as const,
    async run(signal: AbortSignal) {
      await authorisation.authorise(unsigned, signal);
      const request = new Request(url, {
        ...{ method: "OPTIONS", headers: unsigned.headers, redirect: "manual", signal },
      });
      const { status, body } = await exchange.ask(request, { unreachable: "HTTPS_PEER_UNREACHABLE" });
      await body?.cancel();
      if (NOES.has(status) || status >= 300 && status < 400) throw error(meaningOf(status), { status });
      return saysOf(status);
    },
  };
  return auth?.oauth ? [signIn, question] : [question];
}

/** What no message would get past either. */
const NOES: ReadonlySet<number> = new Set([401, 403, 407, 502, 503, 504]);

/** Many servers know a URL only together with the method it is meant for, and ask who calls only then. */
function saysOf(status: number): string {
  const answers = `answers OPTIONS with ${status}`;
  return status < 300 ? answers : `${answers}: what url and credentials are worth, a message has to tell`;
}
