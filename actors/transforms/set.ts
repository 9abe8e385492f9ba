import { defineTransformer } from "../../runtime/contract/actor.ts";
import { hasPaths, type Message } from "../../runtime/contract/message.ts";
import { map, text } from "../../runtime/contract/spec.ts";
import { fill, Templates } from "./_template.ts";

/**
 * Writes values, in the order given. A leaf that is absent is made; nothing else of the body changes.
 *
 * ```yaml
 * - set: { MSH-5: REGISTRY, MSH-6: "0042" }
 * - set: { MSH-10: "{sequence|pad 8}", PID-7: "{PID-7|date yyyyMMdd}", EVN-2: "{received|date yyyyMMddHHmmssXX}" }
 * - set: { PID-5: "{PID-5.1|upper}, {PID-5.2|default '?'}" }
 * ```
 *
 * Values are templates: `{PATH}` is read from the message as it came to this step, whatever is written by it. Where a
 * value is absent nothing is written. Braces that are text are doubled: `{{`.
 *
 * A path or a value the body cannot take fails the message with the format's own error.
 */
export default defineTransformer({
  name: "set",
  about: "Writes values into a message.",
  config: map(
    "The values by path, written in order.",
    "path",
    text("A template: text, with values of the message in braces."),
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
  prepare({ config, body, ...tools }) {
    const templates = new Templates({ ...tools, body });
    const values = Object.entries(config).map(([path, value]) => {
      body?.checkPath(path, "write");
      return [path, templates.compile(value, path)] as const;
    });
    return { templates, values };
  },
  transform(message: Message, { prepared: { templates, values }, state, fail }) {
    const { body } = message;
    if (!hasPaths(body)) return fail("SET_BODY_UNSUPPORTED");
    return templates.run(message, body, state, (scope) => {
      let changed = body;
      for (const [path, template] of values) {
        const value = fill(template, scope);
        if (value !== undefined) changed = changed.with(path, value);
      }
      return message.derive({ body: changed });
    });
  },
});
