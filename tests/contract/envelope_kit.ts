/** What every envelope must do, whatever it seals with. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import type { Keyring } from "../../runtime/contract/envelope.ts";
import type { Spec } from "../../runtime/contract/spec.ts";
import { flipped, joined, latin1, payloadOf, sameBytes } from "./_bytes.ts";
import type { EnvelopeSuite } from "./_envelope_keys.ts";
import { testReceipts } from "./_envelope_receipts.ts";
import {
  type EnvelopeScene,
  type EnvelopeSubject,
  HOUR_MS,
  RECIPIENTS,
  type Refusal,
  sceneOf,
  statement,
} from "./_envelope_scene.ts";
import { SEED } from "./_seed.ts";
import { testSuitesTogether } from "./_envelope_suites.ts";

export type { EnvelopeSubject, EnvelopeSuite, Refusal };

const SIZES = [0, 1, 16_383, 16_384, 16_385, 100_000];
const DEFAULT_SUITE: EnvelopeSuite = { signs: "Ed25519", seals: "MLKEM768-X25519" };

/** Registers the tests every envelope must pass. `name` begins their names. */
export function testEnvelope<S extends Spec, Code extends string>(
  name: string,
  subject: EnvelopeSubject<S, Code>,
): void {
  const { suites = [DEFAULT_SUITE] } = subject;
  for (const suite of suites) {
    const named = suites.length > 1 ? `${name} (${suite.signs}, ${suite.seals})` : name;
    const scene = sceneOf(named, subject, suite);
    testOpening(scene);
    testReceipts(scene);
  }
  if (suites.length > 1) testSuitesTogether(name, subject, suites);
}

/** Sealing and opening, where all gateways have keys of one suite. */
function testOpening<S extends Spec, Code extends string>(scene: EnvelopeScene<S, Code>): void {
  const { test, testKeyring, bind, hospital, labKeys, lab, sealedSmall, refuses, suite } = scene;
  const { spec, codes, forward, chunks, recipientsMax = RECIPIENTS.length } = scene.subject;

  for (const size of SIZES) {
    test(`opens ${size} bytes as they were sealed`, async () => {
      const payload = payloadOf(size);
      const { bytes, signed } = await (await hospital()).seal(payload, statement, ["lab"]);
      const opened = await (await lab()).open(bytes);
      assert(sameBytes(opened.payload, payload), "another payload came out");
      assertEquals(opened.statement, statement);
      assert(opened.signed.length > 64, "no signed statement to keep");
      assert(
        signed && sameBytes(signed, opened.signed),
        "the sender keeps another statement than the addressee",
      );
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
      const { bytes: sealed } = await sender.seal(sent.payload, statement, RECIPIENTS);
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
        { seed: SEED, numRuns: 300 },
      );
    });
  }

  test("seals the same message to other bytes each time", async () => {
    const sender = await hospital();
    const seal = () => sender.seal(payloadOf(100), statement, ["lab"]);
    assertNotEquals((await seal()).bytes, (await seal()).bytes);
  });

  test("leaves no run of the payload in what it seals", async () => {
    const payload = payloadOf(5_000);
    const sealed = latin1((await (await hospital()).seal(payload, statement, ["lab"])).bytes);
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
      const { bytes: sealed } = await (await hospital()).seal(payloadOf(100_000), statement, ["lab"]);
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
      const { bytes: one } = await sender.seal(payloadOf(40_000), statement, ["lab"]);
      const { bytes: other } = await sender.seal(payloadOf(40_000), statement, ["lab"]);
      const { at, bytes } = chunks(one);
      one.set(other.subarray(at, at + bytes), at);
      await refuses("a chunk of another envelope", (await lab()).open(one));
    });
  }

  test("refuses what is sealed for somebody else", async () => {
    const { bytes: sealed } = await (await hospital()).seal(payloadOf(50), statement, ["registry"]);
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
    const { bytes: sealed } = await stranger.seal(payloadOf(50), from, ["lab"]);
    await refuses("sealed by a stranger", (await lab()).open(sealed), codes.signerUnknown);
  });

  test("refuses one partner in the name of another", async () => {
    const clinic = await testKeyring("clinic", ["lab"]);
    const inTheirName: Keyring = { ...clinic, gateway: statement.from };
    const { bytes: sealed } = await bind(inTheirName).seal(payloadOf(50), statement, ["lab"]);
    await refuses("signed with the clinic's key", (await lab()).open(sealed), codes.signerUnknown);

    const { keyId } = (await testKeyring("hospital", [])).signingKey();
    const withTheirKeyId: Keyring = {
      ...inTheirName,
      signingKey: () => ({ ...clinic.signingKey(), keyId }),
    };
    const { bytes: forged } = await bind(withTheirKeyId).seal(payloadOf(50), statement, ["lab"]);
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
      { seed: SEED, numRuns: 300 },
    );
  });
}
