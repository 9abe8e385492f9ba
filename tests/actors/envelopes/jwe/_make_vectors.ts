/**
 * Writes `docs/vectors/jwe.json`: messages and receipts that another implementation of docs/envelope_jwe.md must open, and
 * those it must refuse. The keys in the file stay as they are. Run: `deno run -A tests/actors/envelopes/jwe/_make_vectors.ts`.
 */
import { receivedOf, signReceipt } from "../../../../actors/envelopes/_kit/receipt.ts";
import { statementOf } from "../../../../actors/envelopes/_kit/public_part.ts";
import { words } from "../../../../actors/envelopes/jwe/errors.ts";
import type { Outcome } from "../../../../runtime/contract/message.ts";
import type { Keyring } from "../../../../runtime/contract/envelope.ts";
import { type JweVectors, NOW_MS } from "./_vectors.ts";
import { refused } from "./_vector_refusals.ts";
import {
  base64url,
  detached,
  FILE,
  good,
  jws,
  keys,
  lab,
  PAYLOAD,
  pub,
  stranger,
  toClinic,
  toLab,
  toLabToo,
  utf8,
} from "./_vector_sealing.ts";

const opens = [
  { name: "for one recipient with X25519, signed with Ed25519", sealed: await good([toLab]) },
  { name: "for one recipient with P-256, signed with ES256", sealed: await good([toLabToo], "ES256") },
  { name: "for two recipients", sealed: await good([toClinic, toLab]) },
  { name: "for two keys of one recipient", sealed: await good([toLab, toLabToo]) },
  { name: "an empty message", sealed: await good([toLab], "Ed25519", new Uint8Array()), payload: "" },
  {
    name: "with names of other scripts",
    sealed: await good([toLab], "Ed25519", PAYLOAD, { ch: "Über/検査" }),
  },
].map(({ payload = base64url(PAYLOAD), ...vector }) => ({ ...vector, payload }));

const sealedGood = utf8(opens[0].sealed);
const statement = statementOf(pub);
const openedGood = { payload: PAYLOAD, statement, signed: detached(jws) };
const receipt = async (by: Keyring, outcome: Outcome) =>
  new TextDecoder().decode(
    await signReceipt(
      await receivedOf(sealedGood, openedGood),
      outcome,
      { keys: by, nowMs: NOW_MS },
      words.fail,
    ),
  );
const receipts = [
  { name: "taken", says: "accepted", receipt: await receipt(lab, { kind: "accepted" }) },
  {
    name: "left out on purpose",
    says: "accepted",
    receipt: await receipt(lab, { kind: "filtered" } as never),
  },
  {
    name: "refused",
    says: "rejected",
    receipt: await receipt(lab, {
      kind: "rejected",
      error: words.error("STATEMENT_INVALID", { field: "x" }),
    }),
  },
  {
    name: "by a stranger",
    says: "JWE_RECEIPT_SIGNER_UNKNOWN",
    receipt: await receipt(stranger, { kind: "accepted" }),
  },
  { name: "the message itself", says: "JWE_RECEIPT_INVALID", receipt: jws },
];

const vectors: JweVectors = {
  about: "Test vectors of docs/envelope_jwe.md. The private keys are for tests and nothing else.",
  now: NOW_MS,
  keys,
  statement: { ...statement },
  payload: base64url(PAYLOAD),
  opens,
  refused,
  receipts,
};
await Deno.writeTextFile(FILE, `${JSON.stringify(vectors, null, 2)}\n`);
