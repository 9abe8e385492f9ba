import { defineTransformer, type Hl7Message, type Message, text } from "mitral";

/**
 * Numbers the messages of each sender, 1, 2, 3, so that the receiver sees whether one is missing. The last number is
 * kept in `state`: it becomes durable in the same commit as the message, so no number is lost or given twice, whatever
 * is restarted in between.
 */
export default defineTransformer({
  name: "number_messages",
  about: "Numbers the messages of each sender.",
  config: {
    by: text("Path of what is numbered by itself.", { default: "MSH-3" }),
    into: text("Path the number is written to.", { default: "MSH-13" }),
  },
  errors: {
    NUMBER_MESSAGES_SENDER_MISSING: {
      blame: "sender",
      retry: "never",
      says: "Cannot number message: {path} is empty",
    },
  },
  // A wrong path is found by `mitral check`, not by the first message.
  prepare({ body, config: { by, into } }) {
    body?.checkPath(by, "read");
    body?.checkPath(into, "write");
  },
  async transform(message: Message<Hl7Message>, { config: { by, into }, state, fail }) {
    const sender = message.body.get(by) ?? fail("NUMBER_MESSAGES_SENDER_MISSING", { path: by });
    const number = String(Number(await state.get(sender) ?? 0) + 1);
    state.set(sender, number);
    return message.derive({ body: message.body.with(into, number) });
  },
});
