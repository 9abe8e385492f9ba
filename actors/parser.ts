import { defineTransformer, type Stage } from "../runtime/contract/actor.ts";
import { bindFormat, type Format, type FormatSpec } from "../runtime/contract/format.ts";
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
    prepare: (tools) => bindFormat(format, tools.config),
    transform: (message: Message, { prepared }) => parse(prepared, message),
  })(config);
}

/** A format as a stage of a line. */
export function parseStage<B extends Body>(format: Format<B>): Stage<Body, B> {
  return { name: "parse", process: (message) => parse(format, message) };
}

/** Reads the bytes as received, so that parsing twice, or after a replay, gives the same. */
function parse<B extends Body>(format: Format<B>, message: Message): Message<B> {
  return message.derive({ body: format.parse(message.received, message.body.contentType) });
}
