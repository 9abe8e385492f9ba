import { streamOf, withDefaults } from "../runtime/contract/actor.ts";
import { bindEnvelope, type EnvelopeSpec, type Keyring } from "../runtime/contract/envelope.ts";
import { createMessage, type Message, RawBody } from "../runtime/contract/message.ts";
import type { Config, ConfigInput, Spec } from "../runtime/contract/spec.ts";
import type { Clock } from "../runtime/contract/world.ts";

/** What a decryptor opens with. */
export interface DecryptorOptions {
  /** Our keys and our partners'. */
  readonly keys: Keyring;
  /** What expiry is reckoned by. */
  readonly clock: Pick<Clock, "nowMs">;
}

/**
 * An envelope as a Web `TransformStream`: sealed messages go in; what was inside comes out, its signature checked,
 * with the signer's gateway in `origin.partner` unless the envelope is unsigned. It remembers nothing: replays are for the journal to notice, inside
 * a gateway. What does not open errors the stream with the envelope's `MitralError`.
 *
 * @example
 * ```ts
 * import { decryptor, hl7v2, parser, world } from "mitral";
 * import hpke from "mitral/hpke";
 * const parsed = sealed.pipeThrough(decryptor(hpke, { keys, clock: world.clock })).pipeThrough(parser(hl7v2));
 * ```
 */
export function decryptor<N extends string, S extends Spec, Code extends string>(
  envelope: EnvelopeSpec<N, S, Code>,
  { keys, clock }: DecryptorOptions,
  config: ConfigInput<S> = {} as ConfigInput<S>,
): TransformStream<Message, Message<RawBody>> {
  const bound = bindEnvelope(envelope, withDefaults(envelope.config, config) as Config<S>, keys, clock);
  return streamOf(() => ({
    name: "decrypt",
    async process({ id, channel, origin, receivedAtMs, metadata, body }: Message) {
      const { payload, statement } = await bound.open(body.toBytes());
      return createMessage({
        id,
        channel,
        origin: bound.isUnsigned ? origin : { ...origin, partner: statement.from },
        receivedAtMs,
        metadata,
        received: payload,
        body: new RawBody(payload, statement.contentType),
      });
    },
  }));
}
