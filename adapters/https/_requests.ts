import { Hono } from "hono";
import { untilAborted } from "../../runtime/contract/signal.ts";
import { readBounded } from "./_bounded_body.ts";
import type { Tools } from "./_listener_spec.ts";
import { essenceOf, includesType } from "./_media_type.ts";
import { problem } from "./_problem.ts";
import { replyResponse, retryAfter } from "./_reply_response.ts";

/** Requests from the first look at their headers to the answer. */
export class Requests {
  readonly #tools: Tools;
  readonly #app = new Hono<{ Bindings: { peer: string } }>();
  readonly #takesAnything: boolean;
  readonly #stopped = new AbortController();
  readonly #dropped = new AbortController();
  #underWay = 0;
  readonly #idle = Promise.withResolvers<void>();

  constructor(tools: Tools) {
    this.#tools = tools;
    this.#takesAnything = includesType(tools.contentTypes, "application/octet-stream");
    const { path } = tools.config;
    this.#app.post(path, ({ req, env }) => this.#admit(req.raw, env.peer));
    this.#app.all(path, () => problem(405, tools.error("HTTPS_METHOD_UNSUPPORTED"), { allow: "POST" }));
    this.#app.notFound(() => problem(404, tools.error("HTTPS_PATH_UNKNOWN")));
    this.#app.onError((cause) => {
      tools.report({ name: "requestCrashed" });
      return problem(500, tools.error("HTTPS_REQUEST_CRASHED", {}, cause));
    });
  }

  handle(request: Request, peer: string): Response | Promise<Response> {
    return this.#app.fetch(request, { peer });
  }

  /** Reads no more, not even the rest of a body; resolves when everything handed over has its answer. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    if (this.#underWay > 0) await this.#idle.promise;
  }

  /** Answers what is under way as if nothing had been taken, without waiting for the channel any longer. */
  async drop(): Promise<void> {
    this.#dropped.abort();
    await this.stop();
  }

  async #admit(request: Request, peer: string): Promise<Response> {
    const { config, intake, contentTypes, error } = this.#tools;
    const contentType = request.headers.get("content-type") ?? "";
    if (!this.#takesAnything && !includesType(contentTypes, contentType)) {
      return problem(415, error("HTTPS_TYPE_UNSUPPORTED"), { "accept-post": contentTypes.join(", ") });
    }
    const encoding = request.headers.get("content-encoding") ?? "identity";
    if (essenceOf(encoding) !== "identity") {
      return problem(415, error("HTTPS_ENCODING_UNSUPPORTED"), { "accept-encoding": "identity" });
    }
    if (this.#stopped.signal.aborted || !intake.isOpen) return this.#closed();
    if (this.#underWay >= config.requestsMax) {
      const { requestsMax, retryAfterMs } = config;
      return problem(503, error("HTTPS_REQUESTS_TOO_MANY", { requestsMax }), retryAfter(retryAfterMs));
    }
    this.#underWay++;
    try {
      return await this.#take(request, peer, contentType);
    } finally {
      if (--this.#underWay === 0 && this.#stopped.signal.aborted) this.#idle.resolve();
    }
  }

  async #take(request: Request, peer: string, contentType: string): Promise<Response> {
    const { config, intake, contentTypes, error } = this.#tools;
    const body = await this.#read(request);
    if (body instanceof Response) return body;
    if (body.bytes.length === 0) return problem(400, error("HTTPS_BODY_EMPTY"));
    const delivery = contentType ? { bytes: body.bytes, peer, contentType } : { bytes: body.bytes, peer };
    if (body.end === "large") {
      const refusal = error("HTTPS_BODY_TOO_LARGE", { bodyBytesMax: config.bodyBytesMax });
      // Whatever the format would answer: half a message was never HL7, and 413 is what a client understands.
      await untilAborted(intake.refuse(delivery, refusal), this.#dropped.signal);
      return problem(413, refusal);
    }
    const reply = await untilAborted(intake.receive(delivery), this.#dropped.signal);
    if (!reply) return this.#closed();
    return replyResponse(reply, {
      requestType: contentType,
      contentTypes,
      retryAfterMs: config.retryAfterMs,
    });
  }

  /** The body, whole or cut at the limit; or the response to a body that did not come. */
  async #read(request: Request): Promise<{ bytes: Uint8Array; end: "whole" | "large" } | Response> {
    const { config, world, intake, error, report } = this.#tools;
    using memory = intake.reading();
    const reading = new AbortController();
    const stop = () => reading.abort();
    this.#stopped.signal.addEventListener("abort", stop, { once: true });
    const forget = world.clock.after(config.bodyMsMax, stop);
    try {
      const { bytes, end } = await readBounded(request.body, config.bodyBytesMax, reading.signal, memory);
      if (end === "whole" || end === "large") return { bytes, end };
      // The client did nothing wrong where we were the one who did not read.
      if (end === "waiting" || this.#stopped.signal.aborted) return this.#closed();
      return problem(408, error("HTTPS_BODY_LATE", { bodyMsMax: config.bodyMsMax }));
    } catch (cause) {
      // The client is gone: nobody will read this answer, and nothing was handed over.
      report({ name: "bodyBroken" });
      return problem(400, error("HTTPS_BODY_BROKEN", {}, cause));
    } finally {
      forget();
      this.#stopped.signal.removeEventListener("abort", stop);
    }
  }

  #closed(): Response {
    return problem(
      503,
      this.#tools.error("HTTPS_INTAKE_CLOSED"),
      retryAfter(this.#tools.config.retryAfterMs),
    );
  }
}
