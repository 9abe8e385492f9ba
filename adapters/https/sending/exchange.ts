import type { MitralError } from "../../../runtime/contract/error.ts";
import type { Clock, FetchOptions } from "../../../runtime/contract/world.ts";
import { isTlsFailure, type TlsFailure } from "../../../runtime/contract/tls.ts";
import { type Calling, tlsError } from "../../_kit/tls/calling.ts";
import { type BoundedBody, readBounded } from "../../_kit/http/bounded_body.ts";
import type { Facts, SenderCode, Tools } from "../_sender_spec.ts";

/** What an exchange fails with, by how. */
export interface ExchangeCodes {
  readonly unreachable: SenderCode;
  readonly broken: SenderCode;
  readonly large: SenderCode;
}

/** Whom messages go to, and how. */
export interface ExchangeTarget {
  readonly url: URL;
  readonly way: FetchOptions;
  readonly tls: Calling;
}

/** HTTP exchanges, each by the way the settings have. */
export class Exchange {
  readonly #tools: Tools;
  readonly #target: ExchangeTarget;

  constructor(tools: Tools, target: ExchangeTarget) {
    this.#tools = tools;
    this.#target = target;
  }

  /**
   * Asks, and resolves with the head of the answer. Errors: `unreachable`, HTTPS_PROXY_REFUSED, those of TLS, the signal's
   * reason.
   */
  async ask(
    request: Request,
    { unreachable }: Pick<ExchangeCodes, "unreachable">,
  ): Promise<Response> {
    try {
      return await this.#tools.world.net.fetch(request, this.#optionsFor(new URL(request.url)));
    } catch (cause) {
      if (!request.signal.aborted && isTlsFailure(cause)) throw this.#untrusted(new URL(request.url), cause);
      const { code, status } = cause as { code?: unknown; status?: unknown };
      if (code === "EPROXY") this.#tools.fail("HTTPS_PROXY_REFUSED", { status: Number(status) }, cause);
      return this.#broken(unreachable, request.signal, { host: new URL(request.url).hostname }, cause);
    }
  }

  /** The whole body of an answer. Errors: `broken`, `large`, the signal's reason. */
  async read(
    { status, body }: Response,
    bytesMax: number,
    { broken, large }: Pick<ExchangeCodes, "broken" | "large">,
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    const { bytes, end }: BoundedBody = await readBounded(body, bytesMax, signal)
      .catch((cause) => this.#broken(broken, signal, { status }, cause));
    if (end === "large") this.#tools.fail(large, { status, answerBytesMax: bytesMax });
    if (end === "stopped") this.#broken(broken, signal, { status });
    return bytes;
  }

  /** What is pinned for the peer is not for a token server elsewhere. */
  #optionsFor(url: URL): FetchOptions {
    const { url: { host }, way, tls: { current } } = this.#target;
    return current && url.host === host ? { ...way, tls: current } : way;
  }

  #untrusted({ hostname: host, port }: URL, failure: TlsFailure): MitralError {
    return tlsError("HTTPS", this.#tools, { host, port: Number(port) || 443 }, failure);
  }

  /** Says why an exchange ended early: for what it was stopped by, or else for what the network did. */
  #broken(code: SenderCode, signal: AbortSignal, facts: Facts, cause?: unknown): never {
    if (signal.aborted) throw signal.reason;
    return this.#tools.fail(code, facts, cause);
  }
}

/** Does work that ends, aborted, with one of the signals, or with `late` after `ms`. */
export async function bounded<T>(
  { clock, ms, late, signals }: {
    readonly clock: Clock;
    readonly ms: number;
    readonly late: () => MitralError;
    readonly signals: readonly AbortSignal[];
  },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const life = new AbortController();
  const stops = signals.map((signal) => [signal, () => life.abort(signal.reason)] as const);
  for (const [signal, stop] of stops) {
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  }
  const forget = clock.after(ms, () => life.abort(late()));
  try {
    return await work(life.signal);
  } finally {
    forget();
    for (const [signal, stop] of stops) signal.removeEventListener("abort", stop);
  }
}
