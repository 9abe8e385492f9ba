import { defineSender, type LinkedTo, type OpenSender, type Parcel } from "../../runtime/contract/adapter.ts";
import type { Answer, Outcome } from "../../runtime/contract/message.ts";
import { includesType } from "./_media_type.ts";
import { probeSender } from "./_probe_sender.ts";
import { config, errors, type Facts, type Tools } from "./_sender_spec.ts";
import { meaningOf, retryAfterMs } from "./_status_meaning.ts";
import { type Target, targetOf, unfitUrl } from "./_target.ts";
import { unfitAuth } from "./sending/auth_settings.ts";
import { type Calling, openCalling } from "../_kit/tls/calling.ts";
import { unfitTls } from "../_kit/tls/settings.ts";
import { authorisationOf } from "./sending/authorisation.ts";
import type { Authorisation, Unsigned } from "./sending/unsigned.ts";
import { bounded, Exchange } from "./sending/exchange.ts";
import { pathsIn, unfitHeaders } from "./sending/message_headers.ts";
import { unfitProxy, wayTo } from "../_kit/net/proxy.ts";
import { saidOf, unfitStatuses } from "./sending/statuses.ts";

/**
 * Posts each message to one URL (RFC 9110) and reads the outcome from the answer: the format judges what 2xx carries,
 * and 2xx with no body is accepted. Other statuses mean what `_status_meaning.ts` says, or what the settings say.
 * Redirects are not followed: they would hand patient data to whomever the answer names.
 */
export default defineSender({
  name: "https",
  about: "Posts messages over HTTP.",
  config,
  errors,
  check: ({ auth, headers, idempotencyKey, proxy, statuses, tls, url }) => [
    ...unfitUrl({ url, tls }),
    ...unfitHeaders({ headers, auth, idempotencyKey }),
    ...unfitAuth(auth),
    ...unfitStatuses(statuses),
    ...unfitProxy(proxy),
    ...unfitTls(tls),
  ],
  link: ["url"],
  linkDefaults: { connections: 16 },
  linked: (config, to) => ({ ...config, tls: linkedTls(config, to) }),
  paths: ({ headers }) => pathsIn(headers),
  probe: probeSender,
  lanes: ({ connections }) => connections,
  async open(tools) {
    const target = targetOf(tools);
    return new HttpsSender(tools, target, await openCalling("HTTPS", tools.config.tls, tools));
  },
});

/**
 * TLS of a way to a partner. Who has signed the partner's certificate, and for which name, says less than its own word for
 * which it is. We show what our door shows.
 */
function linkedTls(
  { url, tls }: Tools["config"],
  { partner, isPinned, shown }: LinkedTo,
): Tools["config"]["tls"] {
  const isKnown = isPinned && tls?.ca === undefined && tls?.partner === undefined;
  const hasOwn = tls?.certificate !== undefined || shown === undefined;
  if (!url.startsWith("https:") || !isKnown && hasOwn) return tls;
  return { ...PLAIN_TLS, ...tls, ...(isKnown ? { partner } : {}), ...(hasOwn ? {} : shown) };
}

const PLAIN_TLS = {
  ca: undefined,
  partner: undefined,
  certificate: undefined,
  key: undefined,
  serverName: undefined,
  versionMin: "1.2",
} as const;

class HttpsSender implements OpenSender {
  readonly #tools: Tools;
  readonly #target: Target;
  readonly #tls: Calling;
  readonly #exchange: Exchange;
  readonly #authorisation: Authorisation;
  readonly #closed = new AbortController();

  constructor(tools: Tools, target: Target, tls: Calling) {
    this.#tools = tools;
    this.#tls = tls;
    this.#target = target;
    const url = new URL(target.url);
    this.#exchange = new Exchange(tools, { url, way: wayTo(url, tools.config.proxy), tls });
    this.#authorisation = authorisationOf({ tools, exchange: this.#exchange, closed: this.#closed.signal });
  }

  async send(parcel: Parcel, signal: AbortSignal): Promise<Outcome> {
    const { world: { clock }, config: { answerMsMax: ms }, error } = this.#tools;
    const late = () => error("HTTPS_ANSWER_LATE", { answerMsMax: ms });
    const signals = [signal, this.#closed.signal];
    return await bounded({ clock, ms, late, signals }, (life) => this.#attempt(parcel, life));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#tls[Symbol.dispose]();
    this.#closed.abort(this.#tools.error("HTTPS_SENDER_CLOSED"));
  }

  async #attempt(parcel: Parcel, signal: AbortSignal): Promise<Outcome> {
    const response = await this.#post(parcel, signal);
    const said = saidOf(response.status, this.#tools.config.statuses);
    if (said === "accepted") {
      const answer = await this.#answer(response, signal);
      return { kind: "accepted", ...(answer ? { answer } : {}) };
    }
    if (response.ok && said === undefined) return await this.#judged(parcel, response, signal);
    return await this.#refused(parcel, response, said, signal);
  }

  /** Posts it; once more where other credentials may be taken than those that were not. */
  async #post(parcel: Parcel, signal: AbortSignal): Promise<Response> {
    const unsigned = this.#unsigned(parcel);
    await this.#authorisation.authorise(unsigned, signal);
    const response = await this.#ask(unsigned, signal);
    if (response.status !== 401 || !await this.#authorisation.renew(unsigned)) return response;
    await response.body?.cancel().catch(() => {});
    await this.#authorisation.authorise(unsigned, signal);
    return await this.#ask(unsigned, signal);
  }

  #unsigned(parcel: Parcel): Unsigned {
    const { id, bytes, contentType, replays } = parcel;
    const headers = this.#target.messageHeaders.of(parcel);
    headers.set("content-type", this.#tools.config.contentType ?? contentType);
    if (replays) headers.set("mitral-replay", "true");
    // A replay is meant to be taken again.
    const key = replays ? `${id}.replay-${replays}` : id;
    if (this.#tools.config.idempotencyKey) headers.set("idempotency-key", key);
    return { method: "POST", url: new URL(this.#target.url), headers, body: bytes };
  }

  async #ask({ method, url, headers, body }: Unsigned, signal: AbortSignal): Promise<Response> {
    const init = { method, headers, body: body as Uint8Array<ArrayBuffer>, signal };
    const request = new Request(url, { ...init, redirect: "manual" });
    return await this.#exchange.ask(request, { unreachable: "HTTPS_PEER_UNREACHABLE" });
  }

  async #judged(parcel: Parcel, response: Response, signal: AbortSignal): Promise<Outcome> {
    const answer = await this.#answer(response, signal);
    if (!answer) return { kind: "accepted" };
    const outcome = await parcel.judge(answer.bytes, typeOf(response));
    if (outcome.kind === "filtered" || !outcome.answer) return outcome;
    return { ...outcome, answer: { ...outcome.answer, facts: answer.facts } };
  }

  /**
   * A refusal in the format's own words tells more than its status; some HL7 servers send theirs with 4xx and 5xx. A
   * judgement that would credit the message against the status is void, and so is any against the settings.
   */
  async #refused(
    parcel: Parcel,
    response: Response,
    said: string | undefined,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const isSpoken = includesType(this.#tools.contentTypes, typeOf(response) ?? "");
    if (!isSpoken) await response.body?.cancel().catch(() => {});
    const answer = isSpoken ? await this.#answer(response, signal) : undefined;
    if (answer && said === undefined) {
      const outcome = await Promise.try(() => parcel.judge(answer.bytes, answer.contentType)).catch(() =>
        undefined
      );
      if (outcome?.kind === "rejected" || outcome?.kind === "failed") return outcome;
    }
    const error = this.#refusal(response, said);
    if (error.retry === "never") return { kind: "rejected", error, ...(answer ? { answer } : {}) };
    // Thrown, not `failed`: the peer did not refuse the message, it never came to look at it.
    throw error;
  }

  /** The whole answer; `undefined` where it has no body. Errors: HTTPS_ANSWER_TOO_LARGE, _BROKEN, _LATE. */
  async #answer(response: Response, signal: AbortSignal): Promise<Answer | undefined> {
    const { config: { answerBytesMax, answerHeaders } } = this.#tools;
    const codes = { broken: "HTTPS_ANSWER_BROKEN", large: "HTTPS_ANSWER_TOO_LARGE" } as const;
    const bytes = await this.#exchange.read(response, answerBytesMax, codes, signal);
    if (bytes.length === 0) return undefined;
    const told = answerHeaders.flatMap((name) => {
      const value = response.headers.get(name);
      return value === null ? [] : [[name.toLowerCase(), value]];
    });
    const facts = { status: String(response.status), ...Object.fromEntries(told) };
    return { bytes, contentType: typeOf(response) ?? "application/octet-stream", facts };
  }

  #refusal({ status, headers }: Response, said: string | undefined) {
    const { error, world: { clock } } = this.#tools;
    const waitMs = retryAfterMs(headers.get("retry-after"), clock.nowMs());
    const facts: Facts = waitMs === undefined ? { status } : { status, retryAfterMs: waitMs };
    const meant = error(meaningOf(status), facts);
    if (said === "retry" && meant.retry === "never") return error("HTTPS_PEER_BUSY", facts);
    if (said === "rejected" && meant.retry === "later") return error("HTTPS_CONTENT_REJECTED", facts);
    return meant;
  }
}

function typeOf({ headers }: Response): string | undefined {
  return headers.get("content-type") ?? undefined;
}
