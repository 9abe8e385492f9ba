import type { PublicKey, Statement } from "../../../runtime/contract/envelope.ts";
import type { Fail } from "../../../runtime/contract/error.ts";
import type { SignedCode } from "./faults.ts";
import { hasOnly, isObject, type Unchecked } from "./json.ts";
import { CLOCK_SKEW_MS_MAX, RECIPIENTS_MAX, TEXT_CHARACTERS_MAX } from "./limits.ts";

/** One addressee: its gateway and which of its keys. */
export interface Addressee {
  readonly gw: string;
  readonly kid: string;
}

/** What everybody may see and the sender signs: the header without key material. Times are milliseconds. */
export interface PublicPart {
  readonly v: 1;
  readonly id: string;
  readonly from: string;
  readonly ch: string;
  readonly ep: number;
  readonly seq: number;
  readonly iat: number;
  readonly exp: number;
  readonly cty: string;
  readonly to: readonly Addressee[];
}

/** The public part of a statement. Fails by STATEMENT_INVALID, RECIPIENTS_INVALID. */
export function publicPartOf(
  statement: Statement,
  keys: readonly Pick<PublicKey, "gateway" | "keyId">[],
  fail: Fail<SignedCode>,
): PublicPart {
  const pub: PublicPart = {
    v: 1,
    id: statement.id,
    from: statement.from,
    ch: statement.channel,
    ep: statement.epoch,
    seq: statement.sequence,
    iat: statement.issuedAtMs,
    exp: statement.expiresAtMs,
    cty: statement.contentType,
    to: keys.map(({ gateway, keyId }) => ({ gw: gateway, kid: keyId })),
  };
  const { to, ...rest } = pub;
  const field = wrongField(rest);
  if (field !== undefined) fail("STATEMENT_INVALID", { field });
  if (!areAddressees(to)) {
    fail("RECIPIENTS_INVALID", { recipients: to.length, recipientsMax: RECIPIENTS_MAX });
  }
  return pub;
}

/** The statement a public part stands for. */
export function statementOf(pub: PublicPart): Statement {
  return {
    id: pub.id,
    from: pub.from,
    channel: pub.ch,
    epoch: pub.ep,
    sequence: pub.seq,
    issuedAtMs: pub.iat,
    expiresAtMs: pub.exp,
    contentType: pub.cty,
  };
}

/** Fails by ENVELOPE_EXPIRED, ENVELOPE_POSTDATED. */
export function checkDates({ iat, exp }: PublicPart, nowMs: number, fail: Fail<SignedCode>): void {
  const facts = { clockSkewMsMax: CLOCK_SKEW_MS_MAX };
  if (nowMs > exp + CLOCK_SKEW_MS_MAX) fail("ENVELOPE_EXPIRED", facts);
  if (iat > nowMs + CLOCK_SKEW_MS_MAX) fail("ENVELOPE_POSTDATED", facts);
}

/** What each field beside `to` must be. One table for both directions: nothing is sealed that would not open. */
const FIELDS: Readonly<Record<Exclude<keyof PublicPart, "to">, (value: unknown) => boolean>> = {
  v: (value) => value === 1,
  id: isName,
  from: isName,
  ch: isName,
  ep: isCount,
  seq: isCount,
  iat: isCount,
  exp: isCount,
  cty: isName,
};

/** Name of the first field that is not as it must be; a name nobody knows is reported as `names`. */
export function wrongField(rest: Unchecked): string | undefined {
  const wrong = Object.entries(FIELDS).find(([name, isRight]) => !isRight(rest[name]));
  if (wrong) return wrong[0];
  if (Object.keys(rest).some((name) => !Object.hasOwn(FIELDS, name))) return "names";
  return (rest.exp as number) <= (rest.iat as number) ? "exp" : undefined;
}

/** The addressees; `undefined` where they are not as they must be. */
export function readAddressees(to: unknown): readonly Addressee[] | undefined {
  if (!Array.isArray(to) || !to.every((each: unknown) => isObject(each) && hasOnly(each, ["gw", "kid"]))) {
    return undefined;
  }
  return areAddressees(to) ? to : undefined;
}

/** True for 1 to as many as there may be, no two with the same gateway and key. */
export function areAddressees(to: readonly Addressee[]): boolean {
  const distinct = new Set(to.map(({ gw, kid }) => JSON.stringify([gw, kid])));
  return to.length > 0 && to.length <= RECIPIENTS_MAX && distinct.size === to.length &&
    to.every(({ gw, kid }) => isName(gw) && isName(kid));
}

/** True for a short text without control characters. */
export function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= TEXT_CHARACTERS_MAX &&
    value.isWellFormed() && !/\p{Cc}/u.test(value);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
