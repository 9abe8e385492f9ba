import { defineEnvelope, type Statement } from "../../../runtime/contract/envelope.ts";
import { declareErrors } from "../../../runtime/contract/error.ts";

const errors = declareErrors("wrap", {
  WRAP_SEAL_BROKEN: { blame: "sender", retry: "never", says: "Cannot open: the seal is broken" },
  WRAP_RECEIPT_STRAY: { blame: "receiver", retry: "later", says: "Cannot use receipt: it is another's" },
  WRAP_MESSAGE_REFUSED: { blame: "receiver", retry: "never", says: "Cannot deliver: refused by receipt" },
});
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * `from/id/number>payload`: what an envelope does, without its secrets. No two are the same, as with real ones: the number
 * grows, as time does. A
 * receipt is `id kind receipt number`.
 */
export class FakeEnvelope {
  /** Under what was sealed, in order. */
  readonly statements: Statement[] = [];
  /** What the sender calls what it sends. */
  feed = "feed";
  /** Called before each sealing; what it throws is what the sealing fails by. */
  beforeSeal: () => void = () => {};
  #sealed = 0;
  #receipts = 0;

  readonly spec = defineEnvelope({
    name: "wrap",
    about: "A test's envelope.",
    contentType: "application/x-wrap",
    receiptType: "application/x-wrap-receipt",
    config: {},
    errors: errors.faults,
    seal: async (payload, statement) => {
      this.beforeSeal();
      this.statements.push(statement);
      const bytes = this.wrap(statement.id, payload, statement.from);
      return { bytes, signed: encoder.encode(`${statement.from} said ${statement.id}`) };
    },
    open: async (bytes, { fail }) => {
      const [, from, id, number, payload] = /^(\w+)\/([^/]+)\/(\d+)>(.*)$/.exec(decoder.decode(bytes)) ??
        fail("WRAP_SEAL_BROKEN");
      const statement: Statement = {
        from,
        id,
        channel: this.feed,
        epoch: 1,
        sequence: 1,
        issuedAtMs: Number(number),
        expiresAtMs: Number(number) + 1,
        contentType: "text/x-note",
      };
      return { payload: encoder.encode(payload), statement, signed: encoder.encode(`${from} said ${id}`) };
    },
    receipt: async (_bytes, { statement }, outcome) => ({
      bytes: encoder.encode(`${statement.id} ${outcome.kind} receipt ${++this.#receipts}`),
      contentType: "application/x-wrap-receipt",
    }),
    judge: async (bytes, { statement }, { fail }) => {
      const [id, kind] = decoder.decode(bytes).split(" ");
      if (id !== statement.id) fail("WRAP_RECEIPT_STRAY");
      const answer = { bytes, contentType: "application/x-wrap-receipt" };
      if (kind === "accepted") return { kind, answer };
      return { kind: "rejected", answer, error: errors.error("WRAP_MESSAGE_REFUSED") };
    },
  });

  /** A sealed message, as a partner would send it. */
  wrap(id: string, payload: Uint8Array, from = "north"): Uint8Array {
    return encoder.encode(`${from}/${id}/${++this.#sealed}>${decoder.decode(payload)}`);
  }
}
