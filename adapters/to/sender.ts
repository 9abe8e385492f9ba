import { defineSender } from "../../runtime/contract/adapter.ts";
import { integer, record, text } from "../../runtime/contract/spec.ts";

/**
 * Sends to a partner by the exchange: by whichever of the ways in the partner's own file is best now. What is sent is sealed
 * for the partner, and delivered once its signed receipt is there.
 */
export default defineSender({
  name: "to",
  about: "Sends sealed messages to a partner, by the best of its ways.",
  config: record("The partner, or more.", {
    partner: text("Our name for the partner.", { isPartner: true, example: "acme-lab" }),
    feed: text("What the partner is to know these messages by. The channel's name where left out.", {
      optional: true,
      pattern: {
        matches: "[A-Za-z0-9][A-Za-z0-9._-]{0,62}",
        says: "has up to 63 letters, digits, dots, dashes and underscores, a letter or digit first",
      },
      example: "results",
    }),
    inFlightMax: integer("Messages on their way at once; the order within a key is kept.", {
      default: 16,
      min: 1,
      max: 256,
    }),
  }, { short: "partner", example: "acme-lab" }),
  errors: {
    TO_EXCHANGE_MISSING: {
      blame: "operator",
      retry: "never",
      says: "Cannot send to a partner: the gateway file has no section exchange",
    },
    TO_SENDER_CLOSED: { blame: "operator", retry: "later", says: "Cannot send: the sender is closed" },
  },
  feed: ({ partner, feed }) => ({ partner, ...(feed === undefined ? {} : { name: feed }) }),
  lanes: ({ inFlightMax }) => inFlightMax,
  open({ config: { partner }, exchange, error }) {
    if (!exchange) return Promise.reject(error("TO_EXCHANGE_MISSING"));
    const closed = new AbortController();
    return Promise.resolve({
      async send(parcel, signal) {
        const life = new AbortController();
        const ends = [signal, closed.signal].map((each) => [each, () => life.abort(each.reason)] as const);
        for (const [each, stop] of ends) {
          if (each.aborted) stop();
          else each.addEventListener("abort", stop, { once: true });
        }
        try {
          life.signal.throwIfAborted();
          return await exchange.send(partner, parcel, life.signal);
        } finally {
          for (const [each, stop] of ends) each.removeEventListener("abort", stop);
        }
      },
      [Symbol.asyncDispose]() {
        closed.abort(error("TO_SENDER_CLOSED"));
        return Promise.resolve();
      },
    });
  },
});
