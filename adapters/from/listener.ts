import { defineListener, type Intake } from "../../runtime/contract/adapter.ts";
import { record, text } from "../../runtime/contract/spec.ts";

/**
 * Takes what a partner sends by the exchange, under one feed or under all that nobody else takes. What comes is opened, and
 * answered with our signed receipt, by the door it came in by.
 */
export default defineListener({
  name: "from",
  about: "Takes sealed messages from a partner, by every door of the gateway.",
  config: record("The partner, or more.", {
    partner: text("Our name for the partner.", { isPartner: true, example: "acme-lab" }),
    feed: text("What the partner calls these messages. All that no other channel takes where left out.", {
      optional: true,
      example: "orders",
    }),
  }, { short: "partner", example: "acme-lab" }),
  errors: {
    FROM_EXCHANGE_MISSING: {
      blame: "operator",
      retry: "never",
      says: "Cannot take from a partner: the gateway file has no section exchange",
    },
    FROM_INTAKE_CLOSED: {
      blame: "receiver",
      retry: "later",
      says: "Cannot take message: its channel takes none now",
    },
  },
  feed: ({ partner, feed }) => ({ partner, ...(feed === undefined ? {} : { name: feed }) }),
  listen({ config: { partner, feed }, intake, exchange, error }) {
    if (!exchange) return Promise.reject(error("FROM_EXCHANGE_MISSING"));
    const underWay = new Set<Promise<unknown>>();
    const counted: Intake = {
      get isOpen() {
        return intake.isOpen;
      },
      opened: (signal) => intake.opened(signal),
      reading: () => intake.reading(),
      receive(delivery, kept) {
        if (!intake.isOpen) {
          const outcome = { kind: "failed", error: error("FROM_INTAKE_CLOSED") } as const;
          return Promise.resolve({ outcome, answer: null });
        }
        const reply = intake.receive(delivery, kept);
        underWay.add(reply);
        reply.finally(() => underWay.delete(reply));
        return reply;
      },
      refuse: (...refused) => intake.refuse(...refused),
      state: (id) => intake.state(id),
    };
    const unclaim = exchange.claim({ partner, ...(feed === undefined ? {} : { name: feed }) }, counted);
    return Promise.resolve({
      address: feed === undefined ? partner : `${partner}/${feed}`,
      async stop() {
        unclaim();
        await Promise.all(underWay);
      },
      [Symbol.asyncDispose]() {
        unclaim();
        return Promise.resolve();
      },
    });
  },
});
