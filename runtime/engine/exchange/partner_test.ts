import { MitralError } from "../../contract/error.ts";
import type { KeyTimes } from "../../trust/key_times.ts";
import type { Partner } from "../../trust/partner_file.ts";
import { signText } from "../../trust/signed_text.ts";
import type { ControlFeed, Heard } from "./control.ts";
import type { Door } from "./doors.ts";
import { errors } from "./errors.ts";
import type { ExchangeParts } from "./parts.ts";
import type { WaysTo } from "./ways.ts";

/** One thing that was tried about a partner. */
export interface PartnerCheck {
  /** What it is about: `partner`, `way https`, `door https`. */
  readonly of: string;
  /** What was tried: `file`, `keys`, a step of the sender's connection test, `ping`, `clock`. */
  readonly step: string;
  /** `warn`: it works, and somebody should look. */
  readonly state: "ok" | "warn" | "bad";
  /** What came out, for a person, without a full stop. */
  readonly says: string;
  /** How long it took, where that is of interest. */
  readonly ms?: number;
  /** Of the error, where it is one. */
  readonly code?: string;
}

/** What a partner test says: what it tried, one by one, and at last the whole as a text signed by us. */
export type PartnerTestLine = PartnerCheck | { readonly report: string };

/** Type of the JWS that a report is. */
export const REPORT_TYPE = "mitral-partner-test+jws";

/** What the signed text holds, as JSON. */
export interface PartnerReport {
  readonly format: "mitral-partner-test";
  readonly version: 1;
  /** The gateway that tested, and the one that was tested, each by its own name. */
  readonly by: string;
  readonly partner: string;
  /** When, as an ISO time. */
  readonly at: string;
  readonly isGood: boolean;
  readonly checks: readonly PartnerCheck[];
}

/** What is tested. */
export interface TestedParts {
  readonly parts: ExchangeParts;
  readonly control: ControlFeed;
  readonly doors: readonly Door[];
  /** Does something with the ways to the partner. */
  use<T>(act: (ways: WaysTo, life: AbortSignal) => Promise<T>): Promise<T>;
}

const DAY_MS = 86_400_000;
/** A key that ends sooner is worth a warning. */
const EXPIRY_DAYS = 30;
/** What a pair of clocks may differ by. */
const CLOCK_MS_MAX = 60_000;

/** Tests everything between us and a partner, once; sends it nothing but pings. Errors: EXCHANGE_PARTNER_INACTIVE. */
export async function* testPartner(
  partner: string,
  tested: TestedParts,
  signal: AbortSignal,
): AsyncGenerator<PartnerTestLine> {
  const { parts: { book, keyring, world: { clock } }, doors } = tested;
  const file = book.find(partner) ??
    errors.fail("EXCHANGE_PARTNER_INACTIVE", { partner, state: book.stateOf(partner) ?? "unknown" });
  const checks: PartnerCheck[] = [];
  for await (
    const check of allOf([
      () => checkFile(file, clock.nowMs()),
      ...doors.map((door) => () => checkDoor(door, signal)),
      () => checkWays(partner, tested, signal),
    ])
  ) {
    checks.push(check);
    yield check;
  }
  const report: PartnerReport = {
    format: "mitral-partner-test",
    version: 1,
    by: keyring.gateway,
    partner: file.gateway,
    at: new Date(clock.nowMs()).toISOString(),
    isGood: checks.every(({ state }) => state !== "bad"),
    checks,
  };
  yield { report: await signText(REPORT_TYPE, JSON.stringify(report), keyring.signingKey()) };
}

type Checks = AsyncIterable<PartnerCheck> | Iterable<PartnerCheck>;

async function* allOf(all: readonly (() => Checks)[]): AsyncGenerator<PartnerCheck> {
  for (const checks of all) yield* checks();
}

function* checkFile(file: Partner, nowMs: number): Generator<PartnerCheck> {
  const { gateway, serial, root, links } = file;
  const says = `${gateway}, root key ${root.keyId}, serial ${serial}, ${links.length} ${
    links.length === 1 ? "way" : "ways"
  }`;
  yield { of: "partner", step: "file", state: links.length > 0 ? "ok" : "bad", says };
  for (const kind of ["signing", "encryption"] as const) yield keyCheck(kind, file[kind], nowMs);
}

function keyCheck(kind: string, keys: readonly KeyTimes[], nowMs: number): PartnerCheck {
  const untilMs = Math.max(...keys.map(({ untilMs = Infinity }) => untilMs));
  const days = Math.floor((untilMs - nowMs) / DAY_MS);
  const state = days < 0 ? "bad" : days < EXPIRY_DAYS ? "warn" : "ok";
  const says = days === Infinity
    ? `its ${kind} keys have no end`
    : days < 0
    ? `its ${kind} keys have ended`
    : `its last ${kind} key ends in ${days} days`;
  return { of: "partner", step: "keys", state, says };
}

async function* checkDoor(door: Door, signal: AbortSignal): AsyncGenerator<PartnerCheck> {
  const { name, address, trouble } = door.state();
  const of = `door ${name}`;
  if (address === undefined) {
    const code = trouble === undefined ? {} : { code: trouble };
    yield { of, step: "open", state: "bad", says: "does not listen", ...code };
    return;
  }
  yield { of, step: "open", state: "ok", says: `listens on ${address}` };
  for await (const { step, says, ms, error } of door.probe(signal)) yield probed(of, step, says, ms, error);
}

async function* checkWays(
  partner: string,
  { parts, control, use }: TestedParts,
  signal: AbortSignal,
): AsyncGenerator<PartnerCheck> {
  let plans: WaysTo["plans"];
  try {
    plans = await use((ways) => Promise.resolve(ways.plans));
  } catch (cause) {
    yield failed("partner", "ways", cause);
    return;
  }
  for (const { name, send: { spec, config } } of plans) {
    const of = `way ${name}`;
    const tools = await use((ways) => Promise.resolve(ways.toolsOf(name)));
    for await (
      const each of spec.probe?.({ ...tools, config: config as never, signal, isRunning: true }) ?? []
    ) {
      yield probed(of, each.step, each.says, each.ms, each.error);
    }
    const startedMs = parts.world.clock.elapsedMs();
    try {
      const heard = await control.tell(partner, { type: "ping" }, {
        signal,
        by: (_, parcel) => use((ways, life) => ways.set.by(name).send(parcel, life)),
      });
      yield* pinged(of, heard, parts.world.clock.elapsedMs() - startedMs);
    } catch (cause) {
      yield failed(of, "ping", cause);
    }
  }
}

function* pinged(
  of: string,
  { outcome, receipt, sentAtMs, heardAtMs }: Heard,
  ms: number,
): Generator<PartnerCheck> {
  if (outcome.kind !== "accepted" || !receipt) {
    const error = "error" in outcome
      ? outcome.error
      : errors.error("EXCHANGE_CONTROL_UNKNOWN", { partner: of });
    yield failed(of, "ping", error);
    return;
  }
  const { by, keyId, atMs } = receipt;
  const says = `sealed, opened by ${by}, and its receipt signed by key ${keyId} is good`;
  yield { of, step: "ping", state: "ok", says, ms };
  const apartMs = Math.round(atMs - (sentAtMs + heardAtMs) / 2);
  const isFar = Math.abs(apartMs) > CLOCK_MS_MAX;
  const which = apartMs < 0 ? "behind" : "ahead of";
  const clock = `its clock is ${Math.abs(apartMs / 1_000).toFixed(1)} s ${which} ours`;
  yield { of, step: "clock", state: isFar ? "warn" : "ok", says: clock };
}

function probed(
  of: string,
  step: string,
  says: string,
  ms: number,
  error: MitralError | undefined,
): PartnerCheck {
  return { of, step, state: error ? "bad" : "ok", says, ms, ...(error ? { code: error.code } : {}) };
}

function failed(of: string, step: string, cause: unknown): PartnerCheck {
  if (!(cause instanceof MitralError)) throw cause;
  return { of, step, state: "bad", says: cause.message, code: cause.code };
}
