import { defineSender, type OpenSender, type Parcel } from "../../runtime/contract/adapter.ts";
import type { Outcome } from "../../runtime/contract/message.ts";
import { readBounded } from "./_bounded_body.ts";
import { includesType } from "./_media_type.ts";
import { config, errors, type Facts, type SenderCode, type Tools } from "./_sender_spec.ts";
import { meaningOf, retryAfterMs } from "./_status_meaning.ts";
import { type Target, targetOf } from "./_target.ts";

/**
 * Posts each message to one URL (RFC 9110) and reads the outcome from the answer: the format judges what 2xx carries,
 * and 2xx with no body is accepted. Other statuses mean what `_status_meaning.ts` says. Redirects are not followed:
 * they would hand patient data to whomever the answer names.
 */
export default defineSender({
  name: "https",
  about: "Posts messages over HTTP.",
  config,
  errors,
  lanes: ({ connections }) => connections,
  async open(tools) {
    return new HttpsSender(tools, targetOf(tools));
  },
});

class HttpsSender implements OpenSender {
  readonly #tools: Tools;
  readonly #target: Target;
  readonly #closed = new AbortController();

  constructor(tools: Tools, target: Target) {
    this.#tools = tools;
    this.#target = target;
  }

  async send(parcel: Parcel, signal: AbortSignal): Promise<Outcome> {
    const { world, config: { answerMsMax }, error } = this.#tools;
    // Aborted with what `send` then rejects with.
    const attempt = new AbortController();
    const stop = () => attempt.abort(signal.reason);
    const close = () => attempt.abort(error("HTTPS_SENDER_CLOSED"));
    if (signal.aborted) stop();
    if (this.#closed.signal.aborted) close();
    signal.addEventListener("abort", stop, { once: true });
    this.#closed.signal.addEventListener("abort", close, { once: true });
    const forget = world.clock.after(
      answerMsMax,
      () => attempt.abort(error("HTTPS_ANSWER_LATE", { answerMsMax })),
    );
    try {
      return await this.#attempt(parcel, attempt.signal);
    } finally {
      forget();
      signal.removeEventListener("abort", stop);
      this.#closed.signal.removeEventListener("abort", close);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort();
  }

  async #attempt(parcel: Parcel, signal: AbortSignal): Promise<Outcome> {
    const response = await this.#post(parcel, signal);
    if (response.ok) {
      const answer = await this.#read(response, signal);
      return answer.length > 0 ? await parcel.judge(answer) : { kind: "accepted" };
    }
    return await this.#judgedRefusal(parcel, response, signal) ?? this.#refusal(response);
  }

  async #post({ bytes, contentType, replays }: Parcel, signal: AbortSignal): Promise<Response> {
    const headers = new Headers(this.#target.headers);
    headers.set("content-type", contentType);
    if (replays) headers.set("mitral-replay", "true");
    const body = bytes as Uint8Array<ArrayBuffer>;
    try {
      return await this.#tools.world.net.fetch(
        new Request(this.#target.url, { method: "POST", body, headers, redirect: "manual", signal }),
      );
    } catch (cause) {
      return this.#broken("HTTPS_PEER_UNREACHABLE", signal, {}, cause);
    }
  }

  /** The whole answer. Errors: HTTPS_ANSWER_TOO_LARGE, HTTPS_ANSWER_BROKEN, HTTPS_ANSWER_LATE. */
  async #read(response: Response, signal: AbortSignal): Promise<Uint8Array> {
    const { config: { answerBytesMax }, fail } = this.#tools;
    const { status } = response;
    const { bytes, end } = await readBounded(response.body, answerBytesMax, signal)
      .catch((cause) => this.#broken("HTTPS_ANSWER_BROKEN", signal, { status }, cause));
    if (end === "large") fail("HTTPS_ANSWER_TOO_LARGE", { status, answerBytesMax });
    if (end === "stopped") this.#broken("HTTPS_ANSWER_BROKEN", signal, { status });
    return bytes;
  }

  /**
   * A refusal in the format's own words tells more than its status; some HL7 servers send theirs with 4xx and 5xx. A
   * judgement that would credit the message against the status is void.
   */
  async #judgedRefusal(
    parcel: Parcel,
    response: Response,
    signal: AbortSignal,
  ): Promise<Outcome | undefined> {
    const type = response.headers.get("content-type") ?? "";
    if (!includesType(this.#tools.contentTypes, type)) {
      await response.body?.cancel().catch(() => {});
      return undefined;
    }
    const answer = await this.#read(response, signal);
    if (answer.length === 0) return undefined;
    const outcome = await Promise.try(() => parcel.judge(answer)).catch(() => undefined);
    return outcome?.kind === "rejected" || outcome?.kind === "failed" ? outcome : undefined;
  }

  #refusal({ status, headers }: Response): Outcome {
    const code = meaningOf(status);
    const waitMs = retryAfterMs(headers.get("retry-after"), this.#tools.world.clock.nowMs());
    const facts: Facts = waitMs === undefined ? { status } : { status, retryAfterMs: waitMs };
    const error = this.#tools.error(code, facts);
    if (error.retry === "never") return { kind: "rejected", error };
    // Thrown, not `failed`: the peer did not refuse the message, it never came to look at it.
    throw error;
  }

  /** Says why an exchange ended early: for what it was stopped by, or else for what the network did. */
  #broken(code: SenderCode, signal: AbortSignal, facts: Facts, cause?: unknown): never {
    if (signal.aborted) throw signal.reason;
    return this.#tools.fail(code, facts, cause);
  }
}
