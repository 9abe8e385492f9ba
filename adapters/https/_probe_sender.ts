import type { ProbeTools } from "../../runtime/contract/adapter.ts";
import type { Probe } from "../../runtime/contract/probe.ts";
import { type Attempt, probe } from "../_kit/probe/attempts.ts";
import { reach } from "../_kit/probe/reach.ts";
import type { config, errors } from "./_sender_spec.ts";
import { meaningOf } from "./_status_meaning.ts";
import { type Target, targetOf } from "./_target.ts";

type Tools = ProbeTools<typeof config, keyof typeof errors>;

/**
 * Whether the server can be reached and lets us in. It is asked what it can do at the URL (OPTIONS, RFC 9110 section
 * 9.3.7), which changes nothing there; whether it takes messages, only a message can tell.
 */
export async function* probeSender(tools: Tools): Probe {
  const { error } = tools;
  let target: Target | undefined;
  const settings: Attempt = {
    step: "settings",
    msMax: 1_000,
    async run() {
      target = targetOf({ ...tools, contentTypes: [] });
      const { origin, pathname } = new URL(target.url);
      return `posts to ${origin}${pathname}`;
    },
    failed: (cause) => error("HTTPS_URL_INVALID", {}, cause),
  };
  yield* probe(tools, [settings]);
  if (target) yield* probe(tools, [...wayTo(target, tools), question(target, tools)]);
}

function wayTo({ url }: Target, { world, config: { answerMsMax }, error }: Tools): readonly Attempt[] {
  const { hostname, port, protocol } = new URL(url);
  const isSecure = protocol === "https:";
  return reach({
    world,
    host: hostname.replace(/^\[|\]$/g, ""),
    port: Number(port) || (isSecure ? 443 : 80),
    msMax: answerMsMax,
    ...(isSecure ? { tls: () => ({ versionMin: "1.2" }) } : {}),
    failed: (cause) => error("HTTPS_PEER_UNREACHABLE", {}, cause),
  });
}

function question({ url, headers }: Target, { world, config: { answerMsMax }, error }: Tools): Attempt {
  return {
    step: "sign-in",
    msMax: answerMsMax,
    async run(signal) {
      const request = new Request(url, { method: "OPTIONS", headers, redirect: "manual", signal });
      const { status, body } = await world.net.fetch(request);
      await body?.cancel();
      if (NOES.has(status) || status >= 300 && status < 400) throw error(meaningOf(status), { status });
      return saysOf(status);
    },
    failed: (cause) => error("HTTPS_PEER_UNREACHABLE", {}, cause),
    late: (cause) => error("HTTPS_ANSWER_LATE", { answerMsMax }, cause),
  };
}

/** What no message would get past either. */
const NOES: ReadonlySet<number> = new Set([401, 403, 407, 502, 503, 504]);

/** Many servers know a URL only together with the method it is meant for, and ask who calls only then. */
function saysOf(status: number): string {
  const answers = `answers OPTIONS with ${status}`;
  return status < 300 ? answers : `${answers}: what url and credentials are worth, a message has to tell`;
}
