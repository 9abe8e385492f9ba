import { defineTransformer } from "../../runtime/contract/actor.ts";
import { hasPaths, type Message } from "../../runtime/contract/message.ts";
import { list, text } from "../../runtime/contract/spec.ts";

/**
 * Takes values out of a message, in the order given: a leaf, a field, a whole segment. What is not there is no error.
 *
 * ```yaml
 * - delete: [PID-19, "NK1[*]"]
 * ```
 */
export default defineTransformer({
  name: "delete",
  about: "Takes values out of a message.",
  config: list("The paths to delete, in order.", text("The path."), { example: ["PID-19", "NK1[*]"] }),
  errors: {
    DELETE_BODY_UNSUPPORTED: {
      blame: "operator",
      retry: "never",
      says: "Cannot delete: the body has no paths, parse it first",
    },
  },
  prepare({ config, body }) {
    // A leaf is one of many things that can be deleted: any path that can be read will do.
    for (const path of config) body?.checkPath(path, "read");
  },
  transform(message: Message, { config: paths, fail }) {
    const { body } = message;
    if (!hasPaths(body)) return fail("DELETE_BODY_UNSUPPORTED");
    let changed = body;
    for (const path of paths) changed = changed.without(path);
    return message.derive({ body: changed });
  },
});
