import { defineTransformer } from "../../runtime/contract/actor.ts";
import { hasPaths, type Message } from "../../runtime/contract/message.ts";
import { map, text } from "../../runtime/contract/spec.ts";

/**
 * Writes values found elsewhere in the message, in the order given; a later copy sees what an earlier one wrote.
 *
 * ```yaml
 * - copy: { PV1-19.1: PID-18.1 }      # target: source
 * ```
 *
 * Where the source is absent nothing is written and the target stays as it was.
 */
export default defineTransformer({
  name: "copy",
  about: "Writes values found elsewhere in the message.",
  config: map("The source path by target path, copied in order.", "path", text("The path to read."), {
    example: { "PV1-19.1": "PID-18.1" },
  }),
  errors: {
    COPY_BODY_UNSUPPORTED: {
      blame: "operator",
      retry: "never",
      says: "Cannot copy: the body has no paths, parse it first",
    },
  },
  prepare({ config, body }) {
    const copies = Object.entries(config);
    for (const [target, source] of copies) {
      body?.checkPath(target, "write");
      body?.checkPath(source, "get");
    }
    return copies;
  },
  transform(message: Message, { prepared: copies, fail }) {
    const { body } = message;
    if (!hasPaths(body)) return fail("COPY_BODY_UNSUPPORTED");
    let changed = body;
    for (const [target, source] of copies) {
      const value = changed.get(source);
      if (value !== undefined) changed = changed.with(target, value);
    }
    return message.derive({ body: changed });
  },
});
