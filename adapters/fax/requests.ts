import { createHash } from "node:crypto";
import type { Delivery, Reading } from "../../runtime/contract/adapter.ts";
import { type FaxArrival, faxContentType } from "../../runtime/contract/fax_arrival.ts";
import { essenceOf } from "../../runtime/contract/media_type.ts";
import { untilAborted } from "../../runtime/contract/signal.ts";
import type { RequestFacts } from "../../runtime/contract/world.ts";
import { readBody } from "../_kit/http/body.ts";
import { ANSWER_HEADERS, problem } from "../_kit/http/problem.ts";
import { isRefusal, type Refusal as AnyRefusal, retryAfter } from "../_kit/http/refusal.ts";
import type { RequestHandler } from "../_kit/http/serving.ts";
import { UnderWay } from "../_kit/http/under_way.ts";
import { Rate } from "../_kit/limits/rate.ts";
import { Seldom } from "../_kit/limits/seldom.ts";
import { Strikes } from "../_kit/limits/strikes.ts";
import { isShared } from "../_kit/net/loopback.ts";
import type { ListenerCode } from "./_errors.ts";
import type { Tools } from "./_listener_spec.ts";
import { type Account, accountOf, hasHeadLogin, isProven, provesByAll, provesByHead } from "./account.ts";
import { fetchDocument } from "./document/fetch_document.ts";
import { mediaTypeOf } from "./document/media_type.ts";
import { Posted } from "./posted/posted.ts";
import { Unreadable } from "./posted/unreadable.ts";
import type { Brought, FaxFacts, Notice, Proof } from "./providers/provider.ts";

type Refusal = AnyRefusal<ListenerCode>;

/** A fax that is there, ready to be handed over. */
type Arrived = Pick<Delivery, "bytes" | "contentType" | "key">;

/**
 * Requests of providers, from the first look at their headers to the answer.
 *
 * | Answer | what it says |
 * |---|---|
 * | 200 | the fax is in the journal, or was; or the request tells of nothing that was received |
 * | 4xx | it does not prove who it is from, or is not as its documentation shows it |
 * | 502, 503 | the fax is not with us: its document cannot be fetched, or the channel takes none |
 *
 * A provider tries again whatever is not 200.
 */
export class Requests implements RequestHandler {
  readonly #tools: Tools;
  readonly #accounts: ReadonlyMap<string, Account>;
  readonly #rate: Rate | undefined;
  readonly #strikes: Strikes;
  readonly #warnings: Seldom;
  readonly #underWay = new UnderWay();

  constructor(tools: Tools) {
    const { config: { path, providers, requestsPerSecondMax }, world: { clock } } = tools;
    this.#tools = tools;
    this.#accounts = new Map(
      Object.entries(providers).map(([name, settings]) => [`${path}/${name}`, accountOf(name, settings)]),
    );
    this.#rate = requestsPerSecondMax > 0 ? new Rate(clock, requestsPerSecondMax) : undefined;
    this.#strikes = new Strikes(clock);
    this.#warnings = new Seldom(clock);
  }

  async handle(request: Request, { peer }: RequestFacts): Promise<Response> {
    try {
      return await this.#admit(request, peer);
    } catch (cause) {
      this.#tools.report({ name: "requestCrashed" });
      return problem(500, this.#tools.error("FAX_REQUEST_CRASHED", {}, cause));
    }
  }

  stop(): Promise<void> {
    return this.#underWay.stop();
  }

  drop(): Promise<void> {
    return this.#underWay.drop();
  }

  async #admit(request: Request, peer: string): Promise<Response> {
    const { config, intake } = this.#tools, { retryAfterMs, requestsMax, requestsPerSecondMax } = config;
    const account = this.#accounts.get(new URL(request.url).pathname);
    const waitMs = this.#rate?.take() ?? 0;
    if (waitMs > 0) {
      const headers = retryAfter(waitMs);
      return this.#refused({
        status: 429,
        code: "FAX_RATE_EXCEEDED",
        facts: { requestsPerSecondMax },
        headers,
      });
    }
    if (!account) return this.#refused({ status: 404, code: "FAX_PATH_UNKNOWN" });
    const refusal = this.#unfit(request, account, peer);
    if (refusal) return this.#refused(refusal, account);
    if (this.#underWay.stopped.aborted || !intake.isOpen) return this.#closed(account);
    if (this.#underWay.count >= requestsMax) {
      const [facts, headers] = [{ requestsMax }, retryAfter(retryAfterMs)];
      return this.#refused({ status: 503, code: "FAX_REQUESTS_TOO_MANY", facts, headers }, account);
    }
    return await this.#underWay.add(() => this.#take(request, account, peer));
  }

  /** What can be said against a request before its body is read. */
  #unfit({ method, headers }: Request, account: Account, peer: string): Refusal | undefined {
    if (method !== "POST") {
      return { status: 405, code: "FAX_METHOD_UNSUPPORTED", headers: { allow: "POST" } };
    }
    const outMs = this.#strikes.outMs(addressOf(peer));
    if (outMs > 0) return { status: 429, code: "FAX_SIGN_IN_BARRED", headers: retryAfter(outMs) };
    if (hasHeadLogin(account)) {
      const refusal = this.#unproven(provesByHead(account, headers), account, peer);
      if (refusal) return refusal;
    }
    if (essenceOf(headers.get("content-encoding") ?? "identity") !== "identity") {
      return { status: 415, code: "FAX_ENCODING_UNSUPPORTED", headers: { "accept-encoding": "identity" } };
    }
  }

  #unproven(proof: Proof, account: Account, peer: string): Refusal | undefined {
    const { signatureAgeMsMax } = account, address = addressOf(peer);
    const headers = hasHeadLogin(account) ? CHALLENGE : {};
    switch (proof) {
      case "right":
        this.#strikes.forgive(address);
        return undefined;
      case "none":
        return { status: 401, code: "FAX_SIGN_IN_MISSING", headers };
      case "old":
        return { status: 401, code: "FAX_SIGNATURE_OLD", facts: { signatureAgeMsMax } };
      case "wrong":
        if (!isShared(address)) this.#strikes.strike(address);
        return { status: 401, code: "FAX_SIGN_IN_WRONG", headers };
    }
  }

  async #take(request: Request, account: Account, peer: string): Promise<Response> {
    const { config: { bodyBytesMax }, intake } = this.#tools, { stopped } = this.#underWay;
    let arrived: Arrived;
    {
      using memory = intake.reading();
      const body = await readBody("FAX", request, bodyBytesMax, { memory, stopped }, this.#tools);
      if (body === "closed") return this.#closed(account);
      if (isRefusal<object, ListenerCode>(body)) return this.#refused(body, account);
      if (body.end === "large") {
        return this.#refused({ status: 413, code: "FAX_BODY_TOO_LARGE", facts: { bodyBytesMax } }, account);
      }
      const read = await this.#read(new Posted(request.headers, body.bytes), account, peer, memory);
      if (read instanceof Response) return read;
      arrived = read;
    }
    return await this.#handOver({ ...arrived, peer }, account);
  }

  /** The fax that a request brings or tells of, or the answer where there is none to take. */
  async #read(posted: Posted, account: Account, peer: string, memory: Reading): Promise<Arrived | Response> {
    const { report, world: { clock } } = this.#tools;
    const facts = (rule: string) => ({ provider: account.name, rule });
    let notice: Notice;
    try {
      const refusal = this.#unproven(provesByAll(account, posted, clock.nowMs()), account, peer);
      if (refusal) return this.#refused(refusal, account);
      notice = account.provider.read(posted);
    } catch (cause) {
      if (!(cause instanceof Unreadable)) throw cause;
      return this.#refused(
        { status: 400, code: "FAX_REQUEST_UNREADABLE", facts: facts(cause.message) },
        account,
      );
    }
    if ("passedOver" in notice) {
      report({ name: "noticePassedOver", facts: { provider: account.name, reason: notice.passedOver } });
      return answered(account);
    }
    const arrival = arrivalOf(notice.facts, account);
    if (!arrival) {
      const rule = facts("it does not say what the fax is called");
      return this.#refused({ status: 400, code: "FAX_REQUEST_UNREADABLE", facts: rule }, account);
    }
    const document = await this.#document(notice, arrival.faxId, posted, account, memory);
    return document instanceof Response ? document : arrivedWith(document, arrival);
  }

  async #document(
    { document, url }: Extract<Notice, { readonly facts: FaxFacts }>,
    faxId: string,
    { bytes }: Posted,
    account: Account,
    memory: Reading,
  ): Promise<Brought | Response> {
    if (document && document.bytes.length > 0) return document;
    const fetching = { memory, heldBytes: bytes.length, stopped: this.#underWay.stopped };
    const fetched = await fetchDocument(account, { faxId, url }, fetching, this.#tools);
    if (fetched === "closed") return this.#closed(account);
    return isRefusal<Brought, ListenerCode>(fetched) ? this.#refused(fetched, account) : fetched;
  }

  async #handOver(delivery: Delivery, account: Account): Promise<Response> {
    const { intake, config: { retryAfterMs }, report } = this.#tools;
    const reply = await untilAborted(intake.receive(delivery), this.#underWay.dropped);
    if (!reply) return this.#closed(account);
    const { id, outcome } = reply;
    if (outcome.kind === "failed") {
      report({
        name: "requestRefused",
        facts: { status: 503, code: outcome.error.code, provider: account.name },
      });
      return problem(503, outcome.error, retryAfter(retryAfterMs));
    }
    // In quarantine it is with us: the same again would end there again.
    if (outcome.kind === "rejected" && id === undefined) return problem(422, outcome.error);
    return answered(account);
  }

  #closed(account: Account): Response {
    const headers = retryAfter(this.#tools.config.retryAfterMs);
    return this.#refused({ status: 503, code: "FAX_INTAKE_CLOSED", headers }, account);
  }

  /** Counts; of a provider, a fax may be waiting there: that is worth a warning, once a minute for each reason. */
  #refused({ status, code, facts, headers }: Refusal, account?: Account): Response {
    const { error, report } = this.#tools;
    const trouble = error(code, facts);
    const event = {
      name: "requestRefused",
      facts: { status, code, ...(account && { provider: account.name }) },
    };
    const isWorthWarning = account !== undefined && code !== "FAX_INTAKE_CLOSED" &&
      code !== "FAX_METHOD_UNSUPPORTED" && this.#warnings.isDue(code);
    report(isWorthWarning ? { ...event, error: trouble } : event);
    return problem(status, trouble, headers);
  }
}

/** The same fax under the same key, however often it is told of; other bytes of it are another message. */
function arrivedWith({ bytes, contentType }: Brought, arrival: FaxArrival): Arrived {
  const digest = createHash("sha256").update(bytes).digest("hex");
  return {
    // What is a part of a body is not to keep all of it.
    bytes: bytes.length < bytes.buffer.byteLength ? bytes.slice() : bytes,
    contentType: faxContentType(mediaTypeOf(bytes, contentType), arrival),
    key: [arrival.provider, arrival.faxId, digest].join("\n"),
  };
}

const FACT_LENGTH_MAX = 200;

/** RFC 7617 section 2. */
const CHALLENGE: Readonly<Record<string, string>> = {
  "www-authenticate": 'Basic realm="mitral", charset="UTF-8"',
};

function arrivalOf(facts: FaxFacts, account: Account): FaxArrival | undefined {
  const { faxId, pages, receivedAtMs, from, to, subscriber, error } = facts;
  if (faxId === undefined || faxId.length > FACT_LENGTH_MAX) return undefined;
  const provider = account.name;
  if (!isProven(account)) return { provider, faxId };
  const texts = Object.entries({ from, to, subscriber, error }).flatMap(([name, text]) => {
    const known = text?.trim().slice(0, FACT_LENGTH_MAX);
    return known ? [[name, known]] : [];
  });
  return {
    provider,
    faxId,
    ...Object.fromEntries(texts),
    ...(receivedAtMs !== undefined && { receivedAtMs }),
    ...(pages !== undefined && /^\d{1,6}$/.test(pages) && { pages: Number(pages) }),
  };
}

function answered({ provider: { answer } }: Account): Response {
  return new Response(answer ?? "OK", {
    status: 200,
    headers: { ...ANSWER_HEADERS, "content-type": "text/plain; charset=utf-8" },
  });
}

function addressOf(peer: string): string {
  return peer.replace(/:\d+$/, "");
}
