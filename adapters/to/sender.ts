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
  },
  feed: ({ partner, feed }) => ({ partner, ...(feed === undefined ? {} : { name: feed }) }),
  lanes: ({ inFlightMax }) => inFlightMax,
  open({ config: { partner }, exchange, error }) {
    if (!exchange) return Promise.reject(error("TO_EXCHANGE_MISSING"));
    return Promise.resolve({
      send: (parcel, signal) => exchange.send(partner, parcel, signal),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    });
  },
});
