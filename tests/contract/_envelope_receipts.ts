/** What every envelope's receipts must do. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Keyring, Statement } from "../../runtime/contract/envelope.ts";
import type { Outcome } from "../../runtime/contract/message.ts";
import type { Spec } from "../../runtime/contract/spec.ts";
import { bytesOf, decoded, flipped, joined, payloadOf } from "./_bytes.ts";
import { type EnvelopeScene, HOUR_MS, NOW_MS, refusedByLab, statement } from "./_envelope_scene.ts";
import { SEED } from "./_seed.ts";
import { assertSilent, CANARY } from "./payloads.ts";

/** Registers the tests of receipts, where all gateways have keys of one suite. */
export function testReceipts<S extends Spec, Code extends string>(scene: EnvelopeScene<S, Code>): void {
  const { test, testKeyring, bind, hospital, labKeys, lab, sealedSmall, refuses, subject: { spec, codes } } =
    scene;

  /** One message, sent and received, with its receipt. */
  async function receipted(outcome: Outcome, change: Partial<Statement> = {}, size = 300) {
    const [sender, receiver] = [await hospital(), await lab()];
    const sent = { statement: { ...statement, ...change }, payload: payloadOf(size), to: "lab" };
    const { bytes: sealed } = await sender.seal(sent.payload, sent.statement, ["lab"]);
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
      ["later epoch", { statement: { ...statement, epoch: 0 } }],
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
      const { bytes: sealed } = await sender.seal(sent.payload, statement, ["lab"]);
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
      { seed: SEED, numRuns: 300 },
    );
  });
}
