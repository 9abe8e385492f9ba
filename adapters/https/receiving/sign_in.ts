import { Buffer } from "node:buffer";
import type { RequestFacts } from "../../../runtime/contract/world.ts";
import { Seldom } from "../../_kit/limits/seldom.ts";
import { Strikes } from "../../_kit/limits/strikes.ts";
import type { Tools } from "../_listener_spec.ts";
import { isRefusal, retryAfter } from "../../_kit/http/refusal.ts";
import { digestOf, isAmong } from "../../_kit/http/secret_digest.ts";
import { isShared } from "../../_kit/net/loopback.ts";
import { type Holder, holdersOf, type Visitor } from "./holders.ts";
import type { Refusal } from "./refusal.ts";
import { isBy, missingIn, type RequestSignature, signatureBase, signaturesOf } from "./signature.ts";
import { UsedSignatures } from "./used_signatures.ts";

/** Ways to prove who one is. */
export type Scheme = "bearer" | "basic" | "signature" | "certificate";

/**
 * Says who requests are from.
 *
 * A certificate of a partner proves it by itself, unless the client of that name has secrets, too. Every other request must
 * bring a token, a password or a signature. An address that fails ten times in a row stays out for a minute; one of this
 * machine does not, since it is that of a proxy in front, which everybody comes from.
 */
export class SignIn {
  readonly #tools: Tools;
  readonly #holders: readonly Holder[];
  readonly #anybody: Visitor;
  readonly #strikes: Strikes;
  readonly #warnings: Seldom;
  readonly #used: UsedSignatures;

  constructor(tools: Tools) {
    const { config, world: { clock } } = tools;
    this.#tools = tools;
    this.#holders = holdersOf(config, config.bodyBytesMax, clock);
    this.#anybody = { bodyBytesMax: config.bodyBytesMax, requestsPerSecondMax: 0 };
    this.#strikes = new Strikes(clock);
    this.#warnings = new Seldom(clock);
    this.#used = new UsedSignatures(clock, config.signatureAgeMsMax);
  }

  /** The ways that lead in; none where nobody is asked. */
  get schemes(): readonly Scheme[] {
    const ways: [Scheme, (holder: Holder) => boolean][] = [
      ["bearer", ({ bearer }) => bearer.length > 0],
      ["basic", ({ basic }) => basic.length > 0],
      ["signature", ({ keys }) => keys.length > 0],
      ["certificate", ({ hasSecrets }) => !hasSecrets],
    ];
    // Where nobody else is asked for anything, whoever comes has shown a certificate.
    if (this.#holders.length === 0) return this.#tools.config.tls?.clients ? ["certificate"] : [];
    return ways.filter(([, leads]) => this.#holders.some(leads)).map(([scheme]) => scheme);
  }

  /** Who a request is from, or why that is not known. */
  who(request: Request, { peer, partner }: RequestFacts): Visitor | Refusal {
    const certified = partner === undefined ? {} : { name: partner };
    if (this.#holders.length === 0) return { ...this.#anybody, ...certified };
    if (partner !== undefined) {
      const own = this.#holders.find(({ name }) => name === partner);
      if (own && !own.hasSecrets) return own;
      if (!own && this.#holders.every(({ name }) => name !== undefined)) return UNEXPECTED;
    }
    const address = peer.replace(/:\d+$/, "");
    const outMs = this.#strikes.outMs(address);
    if (outMs > 0) return { status: 429, code: "HTTPS_SIGN_IN_BARRED", headers: retryAfter(outMs) };
    const holder = this.#holder(request);
    if (isRefusal(holder)) return this.#failed(holder, address);
    if (holder.name !== undefined && partner !== undefined && holder.name !== partner) return UNEXPECTED;
    this.#strikes.forgive(address);
    return holder.name === undefined ? { ...holder, ...certified } : holder;
  }

  #holder(request: Request): Holder | Refusal {
    const said = /^(bearer|basic) +([^\s,]+)$/i.exec(request.headers.get("authorization") ?? "");
    if (said?.[1].toLowerCase() === "bearer") {
      const digest = digestOf(said[2]);
      return this.#oneWith(({ bearer }) => isAmong(digest, bearer));
    }
    if (said) {
      const digest = digestOf(Buffer.from(said[2], "base64").toString());
      return this.#oneWith(({ basic }) => isAmong(digest, basic));
    }
    return request.headers.has("signature-input") ? this.#signer(request) : MISSING;
  }

  /** Looks at all of them: how long that takes tells nothing. */
  #oneWith(has: (holder: Holder) => boolean): Holder | Refusal {
    return this.#holders.filter(has)[0] ?? WRONG;
  }

  /** The signature comes first: whoever has no key learns no more than that. */
  #signer(request: Request): Holder | Refusal {
    const signatures = signaturesOf(request.headers);
    if (!signatures) return { status: 401, code: "HTTPS_SIGNATURE_UNREADABLE" };
    for (const signature of signatures) {
      const base = signatureBase(request, signature);
      if (base === undefined) continue;
      const holder = this.#holders.find(({ name, keys }) =>
        (name === undefined || name === signature.keyId) && keys.some((key) => isBy(key, base, signature))
      );
      if (holder) return this.#unfit(request, signature) ?? holder;
    }
    return WRONG;
  }

  #unfit(request: Request, signature: RequestSignature): Refusal | undefined {
    const { config: { signatureAgeMsMax, retryAfterMs }, world: { clock } } = this.#tools;
    const missing = missingIn(signature, request);
    if (missing !== undefined) return { status: 401, code: "HTTPS_SIGNATURE_PARTIAL", facts: { missing } };
    const { createdAt, expiresAt = Infinity, bytes } = signature, nowMs = clock.nowMs();
    if (Math.abs(nowMs - createdAt * 1000) > signatureAgeMsMax || nowMs > expiresAt * 1000) {
      return { status: 401, code: "HTTPS_SIGNATURE_OLD", facts: { signatureAgeMsMax } };
    }
    switch (this.#used.use(bytes)) {
      case "repeated":
        return { status: 401, code: "HTTPS_SIGNATURE_REPEATED" };
      case "full":
        return { status: 503, code: "HTTPS_SIGNATURES_FULL", headers: retryAfter(retryAfterMs) };
    }
  }

  /** Counts, and once a minute warns. What was shown is nowhere in it. */
  #failed(refusal: Refusal, address: string): Refusal {
    const { error, report } = this.#tools, { status, code } = refusal;
    if (refusal === WRONG && !isShared(address)) this.#strikes.strike(address);
    if (refusal !== MISSING) {
      const event = { name: "signInFailed", facts: { address, code } };
      report(this.#warnings.isDue(code) ? { ...event, error: error(code, refusal.facts) } : event);
    }
    if (status !== 401) return refusal;
    const challenges = this.schemes.filter((scheme) => scheme !== "certificate").map((each) =>
      CHALLENGES[each]
    );
    // Nothing that could be brought with a request would help.
    if (challenges.length === 0) return UNEXPECTED;
    return {
      ...refusal,
      headers: {
        "www-authenticate": challenges.join(", "),
        ...(challenges.includes(CHALLENGES.signature) ? { "accept-signature": ACCEPTED_SIGNATURE } : {}),
      },
    };
  }
}

const MISSING: Refusal = { status: 401, code: "HTTPS_SIGN_IN_MISSING" };
const WRONG: Refusal = { status: 401, code: "HTTPS_SIGN_IN_WRONG" };
const UNEXPECTED: Refusal = { status: 403, code: "HTTPS_CLIENT_UNEXPECTED" };

/** RFC 9110 section 11.6.1. */
const CHALLENGES = {
  bearer: 'Bearer realm="mitral"',
  basic: 'Basic realm="mitral", charset="UTF-8"',
  signature: 'Signature realm="mitral"',
} as const;

/** RFC 9421 section 5.1. */
const ACCEPTED_SIGNATURE =
  'sig1=("@method" "@target-uri" "content-type" "content-digest");created;keyid;alg="hmac-sha256"';
