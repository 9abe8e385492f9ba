/** What every envelope must do, whatever it seals with. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import {
  bindEnvelope,
  type EnvelopeSpec,
  type Keyring,
  type Opened,
  type PublicKey,
  type Statement,
} from "../../runtime/contract/envelope.ts";
import { MitralError } from "../../runtime/contract/error.ts";
import type { Outcome } from "../../runtime/contract/message.ts";
import type { ConfigInput, Spec } from "../../runtime/contract/spec.ts";
import { configOf } from "../world/tools.ts";
import { bytesOf, decoded, flipped, joined, latin1, payloadOf, sameBytes } from "./_bytes.ts";
import { type EnvelopeSuite, keyringFor } from "./_envelope_keys.ts";
import { assertSilent, CANARY } from "./payloads.ts";

export type { EnvelopeSuite };

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

const NOW_MS = Date.UTC(2026, 5, 1);
const HOUR_MS = 3_600_000;
const SIZES = [0, 1, 16_383, 16_384, 16_385, 100_000];
const RECIPIENTS = ["lab", "registry"];

const statement: Statement = {
  id: "01977b3c-5a00-7000-8000-000000000001",
  from: "hospital.example",
  channel: "lab-results",
  epoch: 1,
  sequence: 42,
  issuedAtMs: NOW_MS,
  expiresAtMs: NOW_MS + HOUR_MS,
  contentType: "x-application/hl7-v2+er7",
};

const refusedByLab = new MitralError("LAB_ORDER_UNKNOWN", {
  blame: "sender",
  retry: "never",
  says: `Cannot take ${CANARY}`,
});

const DEFAULT_SUITE: EnvelopeSuite = { signs: "Ed25519", seals: "MLKEM768-X25519" };

/** Registers the tests every envelope must pass. `name` begins their names. */
export function testEnvelope<S extends Spec, Code extends string>(
  name: string,
  subject: EnvelopeSubject<S, Code>,
): void {
  const { suites = [DEFAULT_SUITE] } = subject;
  for (const suite of suites) {
    const named = suites.length > 1 ? `${name} (${suite.signs}, ${suite.seals})` : name;
    testSuite(named, subject, suite);
  }
  if (suites.length > 1) testSuitesTogether(name, subject, suites);
}

/** Everything, where all gateways have keys of one suite. */
function testSuite<S extends Spec, Code extends string>(
  name: string,
  { spec, config, codes, forward, chunks, recipientsMax = RECIPIENTS.length }: EnvelopeSubject<S, Code>,
  suite: EnvelopeSuite,
): void {
  const testKeyring = (name: string, partners: readonly string[]) => keyringFor(name, partners, () => suite);
  const bind = (keys: Keyring, nowMs = NOW_MS) =>
    bindEnvelope(spec, configOf(spec.config, config), keys, { nowMs: () => nowMs });
  const hospital = async () => bind(await testKeyring("hospital", [...RECIPIENTS, "clinic"]));
  const labKeys = () => testKeyring("lab", ["hospital", "clinic"]);
  const lab = async (nowMs = NOW_MS) => bind(await labKeys(), nowMs);
  const test = (sentence: string, run: () => Promise<void>) => Deno.test(`${name} ${sentence}`, run);

  /** Fails unless the promise rejects with a code the envelope declares, and with `code` where one is given. */
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
    return { payload, sealed: await (await hospital()).seal(payload, statement, ["lab"]) };
  };

  for (const size of SIZES) {
    test(`opens ${size} bytes as they were sealed`, async () => {
      const payload = payloadOf(size);
      const opened = await (await lab()).open(await (await hospital()).seal(payload, statement, ["lab"]));
      assert(sameBytes(opened.payload, payload), "another payload came out");
      assertEquals(opened.statement, statement);
      assert(opened.signed.length > 64, "no signed statement to keep");
    });
  }

  if (recipientsMax < RECIPIENTS.length) {
    test("will not seal for more partners than it can", async () => {
      const sealing = (await hospital()).seal(payloadOf(9), statement, RECIPIENTS);
      await refuses(`for ${RECIPIENTS.length}`, sealing);
    });
  } else {
    test("opens for each of several recipients, and takes the receipt of each as its own", async () => {
      const sender = await hospital();
      const sent = { statement, payload: payloadOf(1_000) };
      const sealed = await sender.seal(sent.payload, statement, RECIPIENTS);
      for (const to of RECIPIENTS) {
        const receiver = bind(await testKeyring(to, ["hospital"]));
        const opened = await receiver.open(sealed);
        assert(sameBytes(opened.payload, sent.payload), `another payload came out for ${to}`);
        assertEquals(opened.statement, statement);
        const { bytes } = await receiver.receipt(sealed, opened, { kind: "accepted" });
        assertEquals((await sender.judge(bytes, { ...sent, to })).kind, "accepted");
        for (const other of RECIPIENTS.filter((each) => each !== to)) {
          const judged = sender.judge(bytes, { ...sent, to: other });
          await refuses(`${to}'s for ${other}'s`, judged, codes.receiptSignerUnknown);
        }
      }
    });
  }

  const { address } = spec;
  if (address) {
    test("shows who sent it and for which feed, and is never sure of what it cannot read", async () => {
      const { sealed } = await sealedSmall();
      assertEquals(address(sealed), { from: statement.from, channel: statement.channel });
      for (const bytes of [new Uint8Array(), payloadOf(100), sealed.slice(0, 20), sealed.slice(1)]) {
        assertEquals(address(bytes), undefined);
      }
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 3_000 }), async (bytes) => {
          assertEquals(address(bytes), undefined);
        }),
        { seed: 164_312, numRuns: 300 },
      );
    });
  }

  test("seals the same message to other bytes each time", async () => {
    const sender = await hospital();
    const seal = () => sender.seal(payloadOf(100), statement, ["lab"]);
    assertNotEquals(await seal(), await seal());
  });

  test("leaves no run of the payload in what it seals", async () => {
    const payload = payloadOf(5_000);
    const sealed = latin1(await (await hospital()).seal(payload, statement, ["lab"]));
    const plain = latin1(payload);
    for (let at = 0; at + 8 <= plain.length; at++) {
      assert(!sealed.includes(plain.slice(at, at + 8)), `eight bytes of the payload show, from ${at}`);
    }
  });

  test("refuses an envelope cut short after any byte", async () => {
    const [{ sealed }, receiver] = [await sealedSmall(), await lab()];
    for (let length = 0; length < sealed.length; length++) {
      await refuses(`cut to ${length}`, receiver.open(sealed.slice(0, length)));
    }
  });

  test("refuses an envelope with a bit flipped in any byte", async () => {
    const [{ sealed }, receiver] = [await sealedSmall(), await lab()];
    for (let at = 0; at < sealed.length; at++) {
      await refuses(`flipped in byte ${at}`, receiver.open(flipped(sealed, at)));
    }
  });

  test("refuses an envelope with bytes added", async () => {
    const [{ sealed }, receiver] = [await sealedSmall(), await lab()];
    for (const added of [1, 16, 17, 16_400, 40_000]) {
      await refuses(`${added} bytes after it`, receiver.open(joined(sealed, new Uint8Array(added))));
      await refuses(`${added} bytes before it`, receiver.open(joined(new Uint8Array(added), sealed)));
    }
    await refuses("the envelope twice", receiver.open(joined(sealed, sealed)));
  });

  if (chunks) {
    test("refuses chunks swapped, dropped and repeated", async () => {
      const receiver = await lab();
      const sealed = await (await hospital()).seal(payloadOf(100_000), statement, ["lab"]);
      const { at, bytes } = chunks(sealed);
      const cut: Uint8Array[] = [];
      for (let start = at; start < sealed.length; start += bytes) {
        cut.push(sealed.slice(start, start + bytes));
      }
      assert(cut.length > 4, "the payload is too small to have chunks");
      const withChunks = (...order: readonly Uint8Array[]) =>
        receiver.open(joined(sealed.slice(0, at), ...order));
      const [first, second, ...rest] = cut;
      assertEquals((await withChunks(...cut)).payload.length, 100_000);
      await refuses("first two swapped", withChunks(second, first, ...rest));
      await refuses("first dropped", withChunks(second, ...rest));
      await refuses("second dropped", withChunks(first, ...rest));
      await refuses("last dropped", withChunks(...cut.slice(0, -1)));
      await refuses("first repeated", withChunks(first, first, second, ...rest));
      await refuses("last repeated", withChunks(...cut, ...cut.slice(-1)));
      await refuses("no chunk left", withChunks());
    });

    test("refuses a chunk of another envelope", async () => {
      const sender = await hospital();
      const one = await sender.seal(payloadOf(40_000), statement, ["lab"]);
      const other = await sender.seal(payloadOf(40_000), statement, ["lab"]);
      const { at, bytes } = chunks(one);
      one.set(other.subarray(at, at + bytes), at);
      await refuses("a chunk of another envelope", (await lab()).open(one));
    });
  }

  test("refuses what is sealed for somebody else", async () => {
    const sealed = await (await hospital()).seal(payloadOf(50), statement, ["registry"]);
    await refuses("sealed for the registry", (await lab()).open(sealed), codes.notForUs);
  });

  if (codes.keyUnknown !== undefined) {
    test("refuses what is sealed for a key it does not have", async () => {
      const { sealed } = await sealedSmall();
      const withoutKey: Keyring = { ...await labKeys(), decryptionKey: () => undefined };
      await refuses("key gone", bind(withoutKey).open(sealed), codes.keyUnknown);
    });

    test("refuses to open with another key of the same id", async () => {
      const { sealed } = await sealedSmall();
      const registry = await testKeyring("registry", []);
      const { keyId } = (await testKeyring("clinic", ["registry"])).encryptionKey("registry", [suite.seals]);
      const withOtherKey: Keyring = {
        ...await labKeys(),
        decryptionKey: () => registry.decryptionKey(keyId),
      };
      await refuses("another key", bind(withOtherKey).open(sealed));
    });
  }

  test("refuses what a stranger signed", async () => {
    const stranger = bind(await testKeyring("stranger", ["lab"]));
    const from = { ...statement, from: "stranger.example" };
    const sealed = await stranger.seal(payloadOf(50), from, ["lab"]);
    await refuses("sealed by a stranger", (await lab()).open(sealed), codes.signerUnknown);
  });

  test("refuses one partner in the name of another", async () => {
    const clinic = await testKeyring("clinic", ["lab"]);
    const inTheirName: Keyring = { ...clinic, gateway: statement.from };
    const sealed = await bind(inTheirName).seal(payloadOf(50), statement, ["lab"]);
    await refuses("signed with the clinic's key", (await lab()).open(sealed), codes.signerUnknown);

    const { keyId } = (await testKeyring("hospital", [])).signingKey();
    const withTheirKeyId: Keyring = {
      ...inTheirName,
      signingKey: () => ({ ...clinic.signingKey(), keyId }),
    };
    const forged = await bind(withTheirKeyId).seal(payloadOf(50), statement, ["lab"]);
    await refuses("under the hospital's key id", (await lab()).open(forged), codes.signatureInvalid);
  });

  test("will not seal in the name of another gateway", async () => {
    const sender = await hospital();
    await refuses(
      "from somebody else",
      sender.seal(payloadOf(9), { ...statement, from: "lab.example" }, ["lab"]),
    );
  });

  test("will not seal for nobody, nor twice for the same partner", async () => {
    const sender = await hospital();
    await refuses("for nobody", sender.seal(payloadOf(9), statement, []));
    await refuses("twice for the lab", sender.seal(payloadOf(9), statement, ["lab", "lab"]));
  });

  test("refuses a message its addressee sealed anew for somebody else", async () => {
    const { sealed } = await sealedSmall();
    const opened = await (await lab()).open(sealed);
    const registry = (await testKeyring("lab", ["registry"])).encryptionKey("registry", [suite.seals]);
    const forwarded = await forward(opened, sealed, registry);
    const receiver = bind(await testKeyring("registry", ["hospital", "lab"]));
    await refuses("forwarded by the lab", receiver.open(forwarded), codes.statementMismatched);
  });

  test("refuses what has expired or is from the future, with patience for clocks", async () => {
    const { sealed } = await sealedSmall();
    const [minute, { issuedAtMs, expiresAtMs }] = [60_000, statement];
    await (await lab(expiresAtMs + minute)).open(sealed);
    await (await lab(issuedAtMs - minute)).open(sealed);
    await refuses("an hour late", (await lab(expiresAtMs + HOUR_MS)).open(sealed), codes.expired);
    await refuses("an hour early", (await lab(issuedAtMs - HOUR_MS)).open(sealed), codes.postdated);
  });

  test("refuses bytes that make no sense, and never crashes over them", async () => {
    const [{ sealed }, receiver] = [await sealedSmall(), await lab()];
    const anything = fc.uint8Array({ maxLength: 3_000 });
    const begun = fc.tuple(fc.nat(sealed.length - 1), anything)
      .map(([length, rest]) => joined(sealed.slice(0, length), rest))
      .filter((bytes) => !sameBytes(bytes, sealed));
    await fc.assert(
      fc.asyncProperty(fc.oneof(anything, begun), (bytes) => refuses("nonsense", receiver.open(bytes))),
      { seed: 164_312, numRuns: 300 },
    );
  });

  /** One message, sent and received, with its receipt. */
  async function receipted(outcome: Outcome, change: Partial<Statement> = {}, size = 300) {
    const [sender, receiver] = [await hospital(), await lab()];
    const sent = { statement: { ...statement, ...change }, payload: payloadOf(size), to: "lab" };
    const sealed = await sender.seal(sent.payload, sent.statement, ["lab"]);
    const receipt = await receiver.receipt(sealed, await receiver.open(sealed), outcome);
    return { sender, sent, receipt };
  }

  test("judges a receipt of what was taken", async () => {
    for (const kind of ["accepted", "filtered"] as const) {
      const { sender, sent, receipt } = await receipted({ kind });
      assertEquals(receipt.contentType, spec.receiptType);
      assertEquals(await sender.judge(receipt.bytes, sent), { kind: "accepted", answer: receipt });
    }
  });

  test("judges a receipt of what was refused, which tells the code and nothing else", async () => {
    const { sender, sent, receipt } = await receipted({ kind: "rejected", error: refusedByLab });
    const outcome = await sender.judge(receipt.bytes, sent);
    assert(outcome.kind === "rejected", `judged ${outcome.kind}`);
    assertEquals([outcome.error.code, outcome.error.retry], [codes.messageRejected, "never"]);
    assert(outcome.error.message.includes(refusedByLab.code), "the partner's code is not told");
    assertEquals(outcome.answer, receipt);
    assertSilent([outcome.error]);
    const shown = decoded(receipt.bytes);
    assert(shown.includes(refusedByLab.code), "the test cannot read the receipt");
    for (const part of CANARY.split("^")) assert(!shown.includes(part), "the error's text is in the receipt");
  });

  test("makes no receipt of what may yet be taken", async () => {
    await refuses("failed", receipted({ kind: "failed", error: refusedByLab }));
  });

  test("takes a receipt of an earlier attempt", async () => {
    const { sender, sent, receipt } = await receipted({ kind: "accepted" });
    const again = { ...statement, issuedAtMs: NOW_MS + HOUR_MS, expiresAtMs: NOW_MS + 2 * HOUR_MS };
    assertEquals((await sender.judge(receipt.bytes, { ...sent, statement: again })).kind, "accepted");
  });

  test("refuses a receipt for another message", async () => {
    const { sender, sent, receipt } = await receipted({ kind: "accepted" });
    const others: [string, Partial<typeof sent>][] = [
      ["id", { statement: { ...statement, id: "01977b3c-5a00-7000-8000-000000000002" } }],
      ["channel", { statement: { ...statement, channel: "orders" } }],
      ["epoch", { statement: { ...statement, epoch: 2 } }],
      ["sequence", { statement: { ...statement, sequence: 43 } }],
      ["payload", { payload: payloadOf(301) }],
      ["empty payload", { payload: new Uint8Array() }],
    ];
    for (const [what, other] of others) {
      await refuses(
        `another ${what}`,
        sender.judge(receipt.bytes, { ...sent, ...other }),
        codes.receiptMismatched,
      );
    }
  });

  test("refuses a receipt by another gateway", async () => {
    const { sender, sent, receipt } = await receipted({ kind: "accepted" });
    const wrongPartner = sender.judge(receipt.bytes, { ...sent, to: "clinic" });
    await refuses("the lab's, for the clinic", wrongPartner, codes.receiptSignerUnknown);

    const clinic = await testKeyring("clinic", ["hospital"]);
    const judged = async (keys: Keyring) => {
      const sealed = await sender.seal(sent.payload, statement, ["lab"]);
      const opened = await (await lab()).open(sealed);
      return sender.judge((await bind(keys).receipt(sealed, opened, { kind: "accepted" })).bytes, sent);
    };
    await refuses("the clinic's", judged(clinic), codes.receiptSignerUnknown);
    const inTheirName: Keyring = { ...clinic, gateway: "lab.example" };
    await refuses("the clinic's in the lab's name", judged(inTheirName), codes.receiptSignerUnknown);
    const { keyId } = (await labKeys()).signingKey();
    const forged: Keyring = { ...inTheirName, signingKey: () => ({ ...clinic.signingKey(), keyId }) };
    await refuses("under the lab's key id", judged(forged), codes.receiptSignatureInvalid);
    const forAnother: Keyring = { ...await labKeys(), gateway: "clinic.example" };
    await refuses("the lab's in the clinic's name", judged(forAnother), codes.receiptMismatched);
  });

  test("refuses a receipt altered in any byte, cut short or followed by more", async () => {
    const { sender, sent, receipt: { bytes } } = await receipted({ kind: "accepted" });
    for (let at = 0; at < bytes.length; at++) {
      await refuses(`flipped in byte ${at}`, sender.judge(flipped(bytes, at), sent));
      await refuses(`cut to ${at}`, sender.judge(bytes.slice(0, at), sent));
    }
    for (const more of ["\n", ".", "A", "="]) {
      await refuses(`followed by ${JSON.stringify(more)}`, sender.judge(joined(bytes, bytesOf(more)), sent));
    }
  });

  test("refuses a sealed message where a receipt belongs, and the other way round", async () => {
    const { sender, sent, receipt } = await receipted({ kind: "accepted" });
    const [{ sealed }, receiver] = [await sealedSmall(), await lab()];
    await refuses("an envelope as a receipt", sender.judge(sealed, sent));
    await refuses("a receipt as an envelope", receiver.open(receipt.bytes));
    const { signed } = await receiver.open(sealed);
    await refuses("the signed statement as a receipt", sender.judge(signed, sent));
  });

  test("refuses receipts that make no sense, and never crashes over them", async () => {
    const { sender, sent } = await receipted({ kind: "accepted" });
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.uint8Array({ maxLength: 2_000 }), fc.string({ maxLength: 500 }).map(bytesOf)),
        (bytes) => refuses("nonsense", sender.judge(bytes, sent)),
      ),
      { seed: 164_312, numRuns: 300 },
    );
  });
}

/** What gateways whose keys are of several suites do with one another. */
function testSuitesTogether<S extends Spec, Code extends string>(
  name: string,
  { spec, config, codes, recipientsMax = RECIPIENTS.length }: EnvelopeSubject<S, Code>,
  suites: readonly EnvelopeSuite[],
): void {
  const bind = (keys: Keyring) =>
    bindEnvelope(spec, configOf(spec.config, config), keys, { nowMs: () => NOW_MS });
  const suiteAt = (at: number) => suites[at % suites.length];
  const among = (first: number) => (gateway: string) =>
    suiteAt(first + ["hospital", ...RECIPIENTS].indexOf(gateway));

  Deno.test(`${name} seals for partners whose keys are of other algorithms than the sender's`, async () => {
    for (const first of suites.keys()) {
      const keyring = (of: string, partners: readonly string[]) => keyringFor(of, partners, among(first));
      const sender = bind(await keyring("hospital", RECIPIENTS));
      const sent = { statement, payload: payloadOf(1_000) };
      const groups = recipientsMax < RECIPIENTS.length ? RECIPIENTS.map((to) => [to]) : [RECIPIENTS];
      for (const group of groups) {
        const sealed = await sender.seal(sent.payload, statement, group);
        for (const to of group) {
          const receiver = bind(await keyring(to, ["hospital"]));
          const opened = await receiver.open(sealed);
          assert(sameBytes(opened.payload, sent.payload), `another payload came out for ${to}`);
          const { bytes } = await receiver.receipt(sealed, opened, { kind: "accepted" });
          assertEquals((await sender.judge(bytes, { ...sent, to })).kind, "accepted");
        }
      }
    }
  });

  Deno.test(`${name} goes by the algorithm of the key it knows, whatever a signature says`, async () => {
    const [{ signs, seals }] = suites;
    const other = suites.find((suite) => suite.signs !== signs);
    if (!other) return;
    const ours = () => suites[0];
    const hospital = await keyringFor("hospital", ["lab"], ours);
    const lab = await keyringFor("lab", ["hospital"], ours);
    const forger = await keyringFor("hospital", [], () => ({ ...other, seals }));
    const { keyId } = hospital.signingKey();
    const forged: Keyring = { ...hospital, signingKey: () => ({ ...forger.signingKey(), keyId }) };
    const sealed = await bind(forged).seal(payloadOf(50), statement, ["lab"]);
    const thrown = await bind(lab).open(sealed).then(() => undefined, (error: unknown) => error);
    assert(thrown instanceof MitralError, `expected a declared error, got ${thrown}`);
    assertEquals(thrown.code, codes.signatureInvalid);
  });
}
