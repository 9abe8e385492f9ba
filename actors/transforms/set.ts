import { defineTransformer } from "../../runtime/contract/actor.ts";
import { hasPaths, type Message } from "../../runtime/contract/message.ts";
import { map, text } from "../../runtime/contract/spec.ts";

/**
 * Writes fixed values, in the order given. A leaf that is absent is made; nothing else of the body changes.
 *
 * ```yaml
 * - set: { MSH-5: REGISTRY, MSH-6: "0042" }
 * ```
 *
 * A path or a value the body cannot take fails the message with the format's own error.
 */
export default defineTransformer({
  name: "set",
  about: "Writes fixed values into a message.",
  config: map(
    "The values by path, written in order.",
    "path",
    text("The value, as it is to be read there."),
    {
      example: { "MSH-5": "REGISTRY", "MSH-6": "0042" },
    },
  ),
  errors: {
    SET_BODY_UNSUPPORTED: {
      blame: "operator",
      retry: "never",
      says: "Cannot set: the body has no paths, parse it first",
    },
  },
  prepare: ({ config }) => Object.entries(config),
  transform(message: Message, { prepared: values, fail }) {
    const { body } = message;
    if (!hasPaths(body)) return fail("SET_BODY_UNSUPPORTED");
    let changed = body;
    for (const [path, value] of values) changed = changed.with(path, value);
    return message.derive({ body: changed });
  },
});
