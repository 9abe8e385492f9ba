import { Hono } from "hono";
import type { Delivery } from "../../../runtime/contract/adapter.ts";
import { untilAborted } from "../../../runtime/contract/signal.ts";
import type { RequestFacts } from "../../../runtime/contract/world.ts";
import { Rate } from "../../_kit/limits/rate.ts";
import type { Tools } from "../_listener_spec.ts";
import { essenceOf, includesType, readsType } from "../_media_type.ts";
import { readBody } from "./body.ts";
import type { Visitor } from "./holders.ts";
import { idempotencyKeyIn } from "./idempotency_key.ts";
import { openApiOf } from "./open_api.ts";
import { isServed, type Paths, pathsOf } from "./paths.ts";
import { ANSWER_HEADERS, problem } from "../../_kit/http/problem.ts";
import { isRefusal, refused, retryAfter } from "../../_kit/http/refusal.ts";
import type { RequestHandler } from "../../_kit/http/serving.ts";
import { UnderWay } from "../../_kit/http/under_way.ts";
import type { Refusal } from "./refusal.ts";
import { problemResponse, replyResponse } from "./reply_response.ts";
import { SignIn } from "./sign_in.ts";
import { json, stateResponse, takenResponse } from "./state_response.ts";

/** Requests from the first look at their headers to the answer. */
export class Requests implements RequestHandler {
  readonly #tools: Tools;
  readonly #paths: Paths;
  readonly #app = new Hono<{ Bindings: RequestFacts }>();
  readonly #signIn: SignIn;
  readonly #rate: Rate | undefined;
  readonly #takesAnything: boolean;
  readonly #underWay = new UnderWay();

  constructor(tools: Tools) {
    const { config, world: { clock }, contentTypes } = tools;
    this.#tools = tools;
    this.#paths = pathsOf(config);
    this.#signIn = new SignIn(tools);
    this.#rate = config.requestsPerSecondMax > 0 ? new Rate(clock, config.requestsPerSecondMax) : undefined;
    this.#takesAnything = includesType(contentTypes, "application/octet-stream");
    this.#route();
  }

  /** Whether anything is served at a path. */
  serves(path: string): boolean {
    return isServed(this.#paths, path);
  }

  handle(request: Request, facts: RequestFacts): Response | Promise<Response> {
    const waitMs = this.#rate?.take() ?? 0;
    if (waitMs > 0) return this.#refused(rateExceeded(this.#tools.config, waitMs));
    return this.#app.fetch(request, facts);
  }

  stop(): Promise<void> {
    return this.#underWay.stop();
  }

  drop(): Promise<void> {
    return this.#underWay.drop();
  }

  #route(): void {
    const { messages, states, document } = this.#paths, { error, report } = this.#tools;
    this.#serve("POST", messages, (request, visitor, { peer }) => this.#admit(request, visitor, peer));
    if (states) {
      this.#serve("GET", `${states}:id`, (_, visitor, __, id) => this.#state(id, visitor));
    }
    if (document) {
      const text = openApiOf(this.#tools, this.#paths, this.#signIn.schemes);
      this.#serve("GET", document, () => json(200, text));
    }
    this.#app.notFound(() => this.#refused({ status: 404, code: "HTTPS_PATH_UNKNOWN" }));
    this.#app.onError((cause) => {
      report({ name: "requestCrashed" });
      return problem(500, error("HTTPS_REQUEST_CRASHED", {}, cause));
    });
  }

  /** Serves one method of a path to whoever may come, and tells of it whoever asks by another. */
  #serve(
    method: "GET" | "POST",
    path: string,
    act: (
      request: Request,
      visitor: Visitor,
      facts: RequestFacts,
      id: string,
    ) => Response | Promise<Response>,
  ): void {
    const allow = method === "GET" ? "GET, HEAD, OPTIONS" : "POST, OPTIONS";
    this.#app.on(method, path, ({ req, env }) => {
      const visitor = this.#visitor(req.raw, env);
      return isRefusal(visitor) ? this.#refused(visitor) : act(req.raw, visitor, env, req.param("id") ?? "");
    });
    this.#app.options(path, () => {
      const headers = new Headers({ ...ANSWER_HEADERS, allow });
      if (method === "POST") headers.set("accept-post", this.#tools.contentTypes.join(", "));
      return new Response(null, { status: 204, headers });
    });
    this.#app.all(
      path,
      () => this.#refused({ status: 405, code: "HTTPS_METHOD_UNSUPPORTED", headers: { allow } }),
    );
  }

  #visitor(request: Request, facts: RequestFacts): Visitor | Refusal {
    const visitor = this.#signIn.who(request, facts);
    if (isRefusal(visitor)) return visitor;
    const waitMs = visitor.rate?.take() ?? 0;
    return waitMs > 0 ? rateExceeded(visitor, waitMs) : visitor;
  }

  async #admit(request: Request, visitor: Visitor, peer: string): Promise<Response> {
    const { config, intake } = this.#tools;
    const refusal = this.#unfit(request);
    if (refusal) return this.#refused(refusal);
    if (this.#underWay.stopped.aborted || !intake.isOpen) return this.#closed();
    if (this.#underWay.count >= config.requestsMax) {
      const { requestsMax, retryAfterMs } = config;
      const [facts, headers] = [{ requestsMax }, retryAfter(retryAfterMs)];
      return this.#refused({ status: 503, code: "HTTPS_REQUESTS_TOO_MANY", facts, headers });
    }
    return await this.#underWay.add(() => this.#take(request, visitor, peer));
  }

  /** What can be said against a request before its body is read. */
  #unfit({ headers }: Request): Refusal | undefined {
    const { contentTypes } = this.#tools;
    if (!this.#takesAnything && !readsType(contentTypes, headers.get("content-type") ?? "")) {
      const accepted = { "accept-post": contentTypes.join(", ") };
      return { status: 415, code: "HTTPS_TYPE_UNSUPPORTED", headers: accepted };
    }
    if (essenceOf(headers.get("content-encoding") ?? "identity") !== "identity") {
      return { status: 415, code: "HTTPS_ENCODING_UNSUPPORTED", headers: { "accept-encoding": "identity" } };
    }
    const key = headers.get("idempotency-key");
    if (key !== null && idempotencyKeyIn(key) === undefined) {
      return { status: 400, code: "HTTPS_KEY_INVALID" };
    }
  }

  async #take(request: Request, visitor: Visitor, peer: string): Promise<Response> {
    const { intake, error } = this.#tools, { bodyBytesMax } = visitor;
    const body = await readBody(request, bodyBytesMax, this.#underWay.stopped, this.#tools);
    if (body === "closed") return this.#closed();
    if (isRefusal(body)) return this.#refused(body);
    const delivery = this.#delivery(request.headers, body.bytes, visitor, peer);
    if (body.end === "large") {
      const refusal = error("HTTPS_BODY_TOO_LARGE", { bodyBytesMax });
      // Whatever the format would answer: half a message was never HL7, and 413 is what a client understands.
      await untilAborted(intake.refuse(delivery, refusal), this.#underWay.dropped);
      return this.#refused({ status: 413, code: "HTTPS_BODY_TOO_LARGE", facts: { bodyBytesMax } });
    }
    return await this.#receive(delivery);
  }

  #delivery(headers: Headers, bytes: Uint8Array, { name }: Visitor, peer: string): Delivery {
    const contentType = headers.get("content-type"), key = headers.get("idempotency-key");
    return {
      bytes,
      peer,
      ...(contentType ? { contentType } : {}),
      ...(name === undefined ? {} : { partner: name }),
      // Each has keys of their own.
      ...(key === null ? {} : { key: `${name ?? ""}\n${idempotencyKeyIn(key)}` }),
      ...(this.#paths.states ? { isAskedAbout: true } : {}),
    };
  }

  async #receive(delivery: Delivery): Promise<Response> {
    const { config: { retryAfterMs }, intake, contentTypes } = this.#tools, { states } = this.#paths;
    const reply = await untilAborted(intake.receive(delivery), this.#underWay.dropped);
    if (!reply) return this.#closed();
    const { id, outcome } = reply;
    if (states) {
      if (outcome.kind === "rejected" || outcome.kind === "failed") {
        return problemResponse(outcome, { retryAfterMs });
      }
      // A batch has no state of its own: its answer says what became of each.
      if (id !== undefined) return takenResponse(id, states);
    }
    return replyResponse(reply, { requestType: delivery.contentType ?? "", contentTypes, retryAfterMs });
  }

  /** Of a message of somebody else it says what it says of none. */
  async #state(id: string, { name }: Visitor): Promise<Response> {
    const found = await this.#tools.intake.state(id).catch(() => null);
    if (found === null) return this.#closed();
    if (!found || found.partner !== name) {
      return this.#refused({ status: 404, code: "HTTPS_MESSAGE_UNKNOWN" });
    }
    return stateResponse(found);
  }

  #closed(): Response {
    const headers = retryAfter(this.#tools.config.retryAfterMs);
    return this.#refused({ status: 503, code: "HTTPS_INTAKE_CLOSED", headers });
  }

  #refused(refusal: Refusal): Response {
    return refused(this.#tools, refusal);
  }
}

function rateExceeded(
  { requestsPerSecondMax }: { readonly requestsPerSecondMax: number },
  waitMs: number,
): Refusal {
  const [facts, headers] = [{ requestsPerSecondMax }, retryAfter(waitMs)];
  return { status: 429, code: "HTTPS_RATE_EXCEEDED", facts, headers };
}
