import type { ProbeTools } from "../../runtime/contract/adapter.ts";
import type { Probe } from "../../runtime/contract/probe.ts";
import { isTlsFailure } from "../../runtime/contract/tls.ts";
import { type Attempt, probe } from "../_kit/probe/attempts.ts";
import { reach } from "../_kit/probe/reach.ts";
import { type Calling, openCalling, tlsError } from "../_kit/tls/calling.ts";
import type { config, SenderCode, Tools } from "./_sender_spec.ts";
import { meaningOf } from "./_status_meaning.ts";
import { type Target, targetOf } from "./_target.ts";
import { authorisationOf } from "./sending/authorisation.ts";
import { Exchange } from "./sending/exchange.ts";
import { proxyTo, wayTo } from "../_kit/net/proxy.ts";

/** What the settings come to. */
interface Way {
  readonly target: Target;
  readonly tls: Calling;
}

/**
 * Whether the server can be reached, by the proxy where there is one, and lets us in. It is asked what it can do at the
 * URL (OPTIONS, RFC 9110 section 9.3.7), which changes nothing there; whether it takes messages, a message has to tell.
 */
export async function* probeSender(given: ProbeTools<typeof config, SenderCode>): Probe {
  const tools: Tools & typeof given = { ...given, contentTypes: [] };
  const { config: { tls, answerMsMax: msMax }, error } = tools;
  const ready: Way[] = [];
  yield* probe(tools, [{
    step: "settings",
    msMax,
    async run() {
      const target = targetOf(tools);
      ready.push({ target, tls: await openCalling("HTTPS", tls, tools) });
      const { origin, pathname } = new URL(target.url);
      return `posts to ${origin}${pathname}`;
    },
    failed: (cause) => error("HTTPS_URL_INVALID", {}, cause),
  }]);
  const [way] = ready;
  if (!way) return;
  using _open = way.tls;
  const url = new URL(way.target.url);
  const to = await addressee(url, way, tools);
  const failed = (cause: unknown) =>
    isTlsFailure(cause)
      ? tlsError("HTTPS", tools, to, cause)
      : error("HTTPS_PEER_UNREACHABLE", { host: to.host }, cause);
  const late = (cause: unknown) => error("HTTPS_ANSWER_LATE", { answerMsMax: msMax }, cause);
  yield* probe(tools, [
    ...reach({ ...tools, ...to, msMax, failed }),
    ...questions(url, way, tools).map((attempt): Attempt => ({ ...attempt, msMax, failed, late })),
  ]);
}

/** Whom connections go to: the proxy, or the server itself. */
async function addressee(url: URL, { tls }: Way, { config, world: { net } }: Tools) {
  const proxy = await proxyTo(url, config.proxy, net);
  if (proxy !== undefined) {
    return { ...addressOf(new URL(proxy)), step: "proxy" as const };
  }
  return url.protocol === "https:"
    ? { ...addressOf(url), tls: () => tls.current ?? { versionMin: "1.2" as const } }
    : addressOf(url);
}

function addressOf({ hostname, port, protocol }: URL) {
  const host = hostname.replace(/^\[|\]$/g, "");
  return { host, port: Number(port) || (protocol === "https:" ? 443 : 80) };
}

/** A token, where one is needed, and what the server says to us. */
function questions(
  url: URL,
  { target, tls }: Way,
  tools: Tools & { readonly signal: AbortSignal },
): readonly Pick<Attempt, "step" | "run">[] {
  const { config: { auth, proxy }, error, signal: closed } = tools;
  const exchange = new Exchange(tools, { url, way: wayTo(url, proxy), tls });
  const authorisation = authorisationOf({ tools, exchange, closed });
  const method = "OPTIONS", headers = new Headers(target.headers);
  const authorise = async (signal: AbortSignal) =>
    await authorisation.authorise({ method, url, headers, body: new Uint8Array() }, signal);
  const signIn = {
    step: "sign-in" as const,
    run: (signal: AbortSignal) => authorise(signal).then(() => "a token is given out"),
  };
  const question = {
    step: "exchange" as const,
    async run(signal: AbortSignal) {
      await authorise(signal);
      const request = new Request(url, { method, headers, redirect: "manual", signal });
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
