import { defineTransformer, parseStage } from "../runtime/contract/actor.ts";
import { bindFormat, type FormatSpec } from "../runtime/contract/format.ts";
import type { Body, Message } from "../runtime/contract/message.ts";
import type { ConfigInput, Spec } from "../runtime/contract/spec.ts";

/**
 * A format as a Web `TransformStream`: what was received goes in, parsed messages come out. What cannot be parsed
 * errors the stream with the format's `MitralError`.
 *
 * @example
 * ```ts
 * import { hl7v2, normalisePhone, parser } from "mitral";
 * const parsed = messages.pipeThrough(parser(hl7v2)).pipeThrough(normalisePhone({ country: "US" }));
 * ```
 */
export function parser<N extends string, S extends Spec, Code extends string, B extends Body>(
  format: FormatSpec<N, S, Code, B>,
  config: ConfigInput<S> = {} as ConfigInput<S>,
): TransformStream<Message, Message<B>> {
  return defineTransformer({
    name: "parse",
    about: format.about,
    config: format.config,
    errors: {},
    prepare: (tools) => parseStage(bindFormat(format, tools.config)),
    transform: (message: Message, { prepared, signal }) => prepared.process(message, signal),
  })(config);
}
