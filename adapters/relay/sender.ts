import { defineSender, type OpenSender, type Parcel } from "../../runtime/contract/adapter.ts";
import type { Outcome } from "../../runtime/contract/message.ts";
import { probeRelay } from "./_probe.ts";
import { config, errors, type Tools } from "./_sender_spec.ts";
import { unfitConnecting } from "./_settings.ts";
import { type OfficeUse, useOffice } from "./connecting/lines.ts";
import type { Entry } from "./framing/frame.ts";

/**
 * Sends sealed messages to a partner's mailbox at a relay (NATS JetStream), and waits for the receipt that the partner signs.
 *
 * The relay's word that it has stored a message counts for nothing more than that: until the receipt is there the message
 * stays in our journal, so that the relay may lose all it has and nothing is lost. Messages sent at the same time share
 * frames, which are padded; large ones have several. A receipt is taken from the mailbox alone that the message went to.
 *
 * Source: docs/relay_protocol.md; NATS client protocol, ADR-13 (pull consumers).
 */
export default defineSender({
  name: "relay",
  about: "Sends sealed messages to a partner's mailbox at a relay.",
  config,
  errors,
  link: ["servers"],
  linked: (config, { root }) => ({ ...config, mailbox: root }),
  check: (config) => [
    ...unfitConnecting(config),
    ...(config.mailbox === undefined
      ? [{ setting: "mailbox", rule: "must say whose mailbox it goes to" }]
      : []),
  ],
  lanes: ({ inFlightMax }) => inFlightMax,
  signsIn: true,
  probe: probeRelay,
  async open(tools) {
    return new RelaySender(tools, await useOffice(tools, tools.config));
  },
});

class RelaySender implements OpenSender {
  readonly #tools: Tools;
  readonly #office: OfficeUse;
  readonly #leave: () => void;
  /** Those under way. */
  readonly #attempts = new Set<AbortController>();
  #isClosed = false;

  constructor(tools: Tools, office: OfficeUse) {
    this.#tools = tools;
    this.#office = office;
    this.#leave = office.receipts.use();
  }

  async send(parcel: Parcel, signal: AbortSignal): Promise<Outcome> {
    const { config: { mailbox = "", receiptMsMax }, world: { clock, random }, error } = this.#tools;
    signal.throwIfAborted();
    if (this.#isClosed) throw error("RELAY_SENDER_CLOSED");
    const attempt = new AbortController(), reference = random.bytes(16);
    const receipt = Promise.withResolvers<Entry>();
    // Where the message does not get as far as the relay nobody waits for it.
    receipt.promise.catch(() => {});
    attempt.signal.addEventListener("abort", () => receipt.reject(attempt.signal.reason), { once: true });
    const giveUp = () => attempt.abort(signal.reason);
    signal.addEventListener("abort", giveUp, { once: true });
    const late = () => attempt.abort(error("RELAY_RECEIPT_LATE", { mailbox, receiptMsMax }));
    const stopTimer = clock.after(receiptMsMax, late);
    const { posts, receipts } = this.#office;
    const forget = receipts.expect(reference, { from: mailbox, take: receipt.resolve });
    this.#attempts.add(attempt);
    try {
      const { bytes, contentType } = parcel;
      await posts.post({
        to: mailbox,
        kind: "message",
        reference,
        bytes,
        contentType,
        signal: attempt.signal,
      });
      return await this.#judged(parcel, await receipt.promise);
    } finally {
      this.#attempts.delete(attempt);
      forget();
      stopTimer();
      signal.removeEventListener("abort", giveUp);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const attempt of this.#attempts) attempt.abort(this.#tools.error("RELAY_SENDER_CLOSED"));
    this.#leave();
    await this.#office.release();
  }

  /** The signature is for the judge to check. */
  async #judged(parcel: Parcel, { bytes, contentType }: Entry): Promise<Outcome> {
    const { config: { mailbox = "" }, error } = this.#tools;
    if (bytes.length === 0) throw error("RELAY_RECEIPT_EMPTY", { mailbox });
    return await parcel.judge(bytes, contentType);
  }
}
