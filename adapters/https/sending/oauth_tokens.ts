import type { MitralError } from "../../../runtime/contract/error.ts";
import { untilAborted } from "../../../runtime/contract/signal.ts";
import type { Tools } from "../_sender_spec.ts";
import { retryAfterMs } from "../_status_meaning.ts";
import { type OauthSettings, secureUrl } from "./auth_settings.ts";
import type { AuthorisationParts } from "./authorisation.ts";
import { type Authorisation, basicOf, type Unsigned } from "./unsigned.ts";
import { bounded, type Exchange } from "./exchange.ts";

interface Token {
  readonly header: string;
  /** By the clock that nobody sets. */
  readonly freshUntilMs: number;
}

/**
 * Tokens of OAuth 2.0, client credentials (RFC 6749 section 4.4). One is kept until shortly before it expires, or until
 * the peer does not take it; all lanes wait for the same request.
 */
export class OauthTokens implements Authorisation {
  readonly #settings: OauthSettings;
  readonly #tools: Tools;
  readonly #exchange: Exchange;
  readonly #closed: AbortSignal;
  #token: Token | undefined;
  #getting: Promise<Token> | undefined;
  /** As long as tokens can be got there. */
  #endpoint: URL | undefined;

  constructor(settings: OauthSettings, { tools, exchange, closed }: AuthorisationParts) {
    this.#settings = settings;
    this.#tools = tools;
    this.#exchange = exchange;
    this.#closed = closed;
  }

  /** Errors: HTTPS_TOKEN_…, HTTPS_KEY_UNUSABLE. */
  async authorise({ headers }: Unsigned, signal: AbortSignal): Promise<void> {
    const token = await this.#fresh(signal);
    signal.throwIfAborted();
    headers.set("authorization", token!.header);
  }

  /** One that another lane has got since is as good as a new one. */
  renew({ headers }: Unsigned): boolean {
    if (this.#token?.header === headers.get("authorization")) this.#token = undefined;
    return true;
  }

  /** The one there is, or a new one; `undefined` on `signal`. */
  #fresh(signal: AbortSignal): Token | Promise<Token | undefined> {
    const { clock } = this.#tools.world;
    if (this.#token && clock.elapsedMs() < this.#token.freshUntilMs) return this.#token;
    // Goes on where this attempt is given up: others may wait for it.
    this.#getting ??= this.#get().finally(() => this.#getting = undefined);
    return untilAborted(this.#getting, signal);
  }

  async #get(): Promise<Token> {
    const { world: { clock }, config: { answerMsMax }, error } = this.#tools;
    // Before the attempt is over that waits for it: whoever is slow is named.
    const ms = Math.min(TOKEN_MS_MAX, answerMsMax / 2);
    const late = () => error("HTTPS_TOKEN_LATE", { tokenMsMax: ms });
    try {
      const signals = [this.#closed];
      return this.#token = await bounded({ clock, ms, late, signals }, (signal) => this.#request(signal));
    } catch (cause) {
      this.#endpoint = undefined;
      throw cause;
    }
  }

  async #request(signal: AbortSignal): Promise<Token> {
    const { clientId, clientSecret, key, secretIn, scope, parameters, tokenUrl } = this.#settings;
    this.#endpoint ??= tokenUrl === undefined ? await this.#discovered(signal) : secureUrl(tokenUrl);
    const endpoint = this.#endpoint!;
    const form = new URLSearchParams({ ...parameters, grant_type: "client_credentials" });
    if (scope !== undefined) form.set("scope", scope);
    const headers = new Headers({ accept: JSON_TYPE });
    if (key) {
      const { clientAssertion } = await import("./client_assertion.ts");
      form.set("client_assertion_type", ASSERTION_TYPE);
      form.set(
        "client_assertion",
        await clientAssertion(this.#settings, await key.fresh(), endpoint, this.#tools),
      );
    } else {
      const secret = await clientSecret!.fresh();
      if (secretIn === "header") {
        headers.set("authorization", basicOf(`${encoded(clientId)}:${encoded(secret)}`));
      } else {
        form.set("client_id", clientId);
        form.set("client_secret", secret);
      }
    }
    const { world: { clock }, fail } = this.#tools;
    const startedMs = clock.elapsedMs();
    const { response, said } = await this.#ask(endpoint, { method: "POST", body: form, headers }, signal);
    if (!response.ok) throw this.#refusal(response, said);
    const { access_token: token, token_type: type = "bearer", expires_in: seconds } = said;
    if (typeof token !== "string" || !/^[!-~]+$/.test(token) || String(type).toLowerCase() !== "bearer") {
      return fail("HTTPS_TOKEN_UNREADABLE");
    }
    const lifeMs = Number(seconds) > 0 ? Number(seconds) * 1000 : LIFE_MS;
    const freshMs = Math.max(lifeMs - EARLY_MS, lifeMs / 2);
    return { header: `Bearer ${token}`, freshUntilMs: startedMs + freshMs };
  }

  /** The token endpoint that a FHIR server names (SMART App Launch 2.2, section 2.4). Errors: HTTPS_DISCOVERY_FAILED. */
  async #discovered(signal: AbortSignal): Promise<URL> {
    const { smart = "" } = this.#settings;
    const url = new URL(`${smart.replace(/\/$/, "")}/.well-known/smart-configuration`);
    const { response: { ok, status }, said } = await this.#ask(
      url,
      { headers: { accept: JSON_TYPE } },
      signal,
    );
    const endpoint = ok ? secureUrl(String(said.token_endpoint)) : undefined;
    return endpoint ?? this.#tools.fail("HTTPS_DISCOVERY_FAILED", { host: url.hostname, status });
  }

  async #ask(url: URL, init: RequestInit, signal: AbortSignal) {
    const request = new Request(url, { ...init, redirect: "manual", signal });
    const response = await this.#exchange.ask(request, { unreachable: "HTTPS_TOKEN_UNREACHABLE" });
    const codes = { broken: "HTTPS_TOKEN_UNREADABLE", large: "HTTPS_TOKEN_UNREADABLE" } as const;
    const bytes = await this.#exchange.read(response, ANSWER_BYTES_MAX, codes, signal);
    return { response, said: objectIn(bytes) };
  }

  #refusal({ status, headers }: Response, { error: reason }: Readonly<Record<string, unknown>>): MitralError {
    const { error, world: { clock } } = this.#tools;
    const waitMs = retryAfterMs(headers.get("retry-after"), clock.nowMs());
    return error("HTTPS_TOKEN_REFUSED", {
      status,
      // Their words are not ours to log, but for those that the RFC lists.
      reason: REASONS.has(String(reason)) ? String(reason) : "no reason given",
      ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
    });
  }
}

const JSON_TYPE = "application/json";
const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const ANSWER_BYTES_MAX = 65_536;
const TOKEN_MS_MAX = 10_000;
/** Of a token that says nothing of it. */
const LIFE_MS = 300_000;
/** So long before it expires a token is renewed. */
const EARLY_MS = 30_000;

/** RFC 6749 section 5.2. */
const REASONS: ReadonlySet<string> = new Set([
  "invalid_request",
  "invalid_client",
  "invalid_grant",
  "unauthorized_client",
  "unsupported_grant_type",
  "invalid_scope",
]);

/** As a form has it: RFC 6749 section 2.3.1 wants both parts of the credentials so. */
function encoded(text: string): string {
  return new URLSearchParams([["", text]]).toString().slice(1);
}

function objectIn(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
  } catch {
    return {};
  }
}
