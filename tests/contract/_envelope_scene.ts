/** What the envelope kit's tests stand on: who seals for whom, and what. */
import { assert, assertEquals } from "@std/assert";
import {
  bindEnvelope,
  type Envelope,
  type EnvelopeSpec,
  type Keyring,
  type Opened,
  type PublicKey,
  type Statement,
} from "../../runtime/contract/envelope.ts";
import { MitralError } from "../../runtime/contract/error.ts";
import type { ConfigInput, Spec } from "../../runtime/contract/spec.ts";
import { configOf } from "../world/tools.ts";
import { payloadOf } from "./_bytes.ts";
import { type EnvelopeSuite, keyringFor } from "./_envelope_keys.ts";
import { assertSilent, CANARY } from "./payloads.ts";

/** An envelope under test. */
export interface EnvelopeSubject<S extends Spec, Code extends string> {
  readonly spec: EnvelopeSpec<string, S, Code>;
  readonly config: ConfigInput<S>;
  /** Which declared code says what. Without `keyUnknown`: it is opened with keys of its settings, not of the keyring. */
  readonly codes:
    & Readonly<Record<Exclude<Refusal, "keyUnknown">, NoInfer<Code>>>
    & { readonly keyUnknown?: NoInfer<Code> };
  /** Seals what was opened, with the first sender's signature and header, for a third party. */
  forward(opened: Opened, sealed: Uint8Array, to: PublicKey): Promise<Uint8Array>;
  /**
   * The algorithms it knows: everything is tested with each, and some things with all of them among one another. Left out:
   * Ed25519 and X-Wing.
   */
  readonly suites?: readonly EnvelopeSuite[];
  /** How many partners it seals one message for at most. Left out: at least as many as the kit tries, which is two. */
  readonly recipientsMax?: number;
  /** Where the chunks of a sealed large payload begin and how long each is. Left out: it has no chunks. */
  chunks?(sealed: Uint8Array): { readonly at: number; readonly bytes: number };
}

/** What an envelope must be able to tell apart. */
export type Refusal =
  | "notForUs"
  | "keyUnknown"
  | "signerUnknown"
  | "signatureInvalid"
  | "statementMismatched"
  | "expired"
  | "postdated"
  | "receiptSignerUnknown"
  | "receiptSignatureInvalid"
  | "receiptMismatched"
  | "messageRejected";

/** When everything is sealed and opened. */
export const NOW_MS = Date.UTC(2026, 5, 1);
/** An hour. */
export const HOUR_MS = 3_600_000;
/** Whom a message for several is for. */
export const RECIPIENTS = ["lab", "registry"];

/** What is said of every message. */
export const statement: Statement = {
  id: "01977b3c-5a00-7000-8000-000000000001",
  from: "hospital.example",
  channel: "lab-results",
  epoch: 1,
  sequence: 42,
  issuedAtMs: NOW_MS,
  expiresAtMs: NOW_MS + HOUR_MS,
  contentType: "x-application/hl7-v2+er7",
};

/** Why the lab refuses what it refuses; its text must not get out. */
export const refusedByLab = new MitralError("LAB_ORDER_UNKNOWN", {
  blame: "sender",
  retry: "never",
  says: `Cannot take ${CANARY}`,
});

/** Gateways with keys of one suite, and how they are tested. */
export interface EnvelopeScene<S extends Spec, Code extends string> {
  readonly subject: EnvelopeSubject<S, Code>;
  readonly suite: EnvelopeSuite;
  /** Registers a test. */
  test(sentence: string, run: () => Promise<void>): void;
  /** The keyring of `NAME.example`, who calls its partners by the bare names given. */
  testKeyring(name: string, partners: readonly string[]): Promise<Keyring>;
  bind(keys: Keyring, nowMs?: number): Envelope;
  /** Knows lab, registry and clinic. */
  hospital(): Promise<Envelope>;
  labKeys(): Promise<Keyring>;
  /** Knows hospital and clinic. */
  lab(nowMs?: number): Promise<Envelope>;
  /** A short message from the hospital for the lab. */
  sealedSmall(): Promise<{ readonly payload: Uint8Array; readonly sealed: Uint8Array }>;
  /** Fails unless the promise rejects with a code the envelope declares, and with `code` where one is given. */
  refuses(what: string, promise: Promise<unknown>, code?: Code): Promise<void>;
}

/** Sets the scene. `name` begins the names of its tests. */
export function sceneOf<S extends Spec, Code extends string>(
  name: string,
  subject: EnvelopeSubject<S, Code>,
  suite: EnvelopeSuite,
): EnvelopeScene<S, Code> {
  const { spec, config } = subject;
  const testKeyring = (name: string, partners: readonly string[]) => keyringFor(name, partners, () => suite);
  const bind = (keys: Keyring, nowMs = NOW_MS) =>
    bindEnvelope(spec, configOf(spec.config, config), keys, { nowMs: () => nowMs });
  const hospital = async () => bind(await testKeyring("hospital", [...RECIPIENTS, "clinic"]));
  const labKeys = () => testKeyring("lab", ["hospital", "clinic"]);
  const lab = async (nowMs = NOW_MS) => bind(await labKeys(), nowMs);
  const test = (sentence: string, run: () => Promise<void>) => Deno.test(`${name} ${sentence}`, run);

  async function refuses(what: string, promise: Promise<unknown>, code?: Code): Promise<void> {
    const thrown = await promise.then(() => undefined, (error: unknown) => error);
    assert(thrown instanceof MitralError, `${what}: expected a declared error, got ${thrown}`);
    assert(Object.hasOwn(spec.errors, thrown.code), `${what}: ${thrown.code} is not declared`);
    assert(!/\{\w+\}/.test(thrown.message), `${what}: a fact is missing in "${thrown.message}"`);
    if (code !== undefined) assertEquals(thrown.code, code, what);
    assertSilent([thrown]);
  }

  const sealedSmall = async () => {
    const payload = payloadOf(300);
    return { payload, sealed: (await (await hospital()).seal(payload, statement, ["lab"])).bytes };
  };

  return { subject, suite, test, testKeyring, bind, hospital, labKeys, lab, sealedSmall, refuses };
}
