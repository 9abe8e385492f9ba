import { streamOf, withDefaults } from "../runtime/contract/actor.ts";
import { bindEnvelope, type EnvelopeSpec, type Keyring } from "../runtime/contract/envelope.ts";
import { type Message, RawBody } from "../runtime/contract/message.ts";
import type { Config, ConfigInput, Spec } from "../runtime/contract/spec.ts";
import type { Clock } from "../runtime/contract/world.ts";

/** What an encryptor seals with. */
export interface EncryptorOptions {
  /** Our keys and our partners'. */
  readonly keys: Keyring;
  /** Partners that can open it, by our own names for them. */
  readonly to: readonly string[];
  /** What expiry is reckoned by. */
  readonly clock: Pick<Clock, "nowMs">;
  /** Milliseconds until the partners refuse it; seven days where left out. */
  readonly expiresMs?: number;
  /** See `Statement`; 1 where left out. */
  readonly epoch?: number;
}

const WEEK_MS = 7 * 24 * 3_600_000;

/**
 * An envelope as a Web `TransformStream`: messages go in, the same messages sealed come out, numbered from 1. Inside a
 * gateway a destination's `encrypt` does this for every attempt, and the journal keeps the numbers. What cannot be
 * sealed errors the stream with the envelope's `MitralError`.
 *
 * @example
 * ```ts
 * import { encryptor, world } from "mitral";
 * import hpke from "mitral/hpke";
 * const sealed = messages.pipeThrough(encryptor(hpke, { keys, to: ["metro-lab"], clock: world.clock }));
 * ```
 */
export function encryptor<N extends string, S extends Spec, Code extends string>(
  envelope: EnvelopeSpec<N, S, Code>,
  { keys, to, clock, expiresMs = WEEK_MS, epoch = 1 }: EncryptorOptions,
  config: ConfigInput<S> = {} as ConfigInput<S>,
): TransformStream<Message, Message<RawBody>> {
  const bound = bindEnvelope(envelope, withDefaults(envelope.config, config) as Config<S>, keys, clock);
  let sequence = 0;
  return streamOf(() => ({
    name: "encrypt",
    async process(message: Message) {
      const issuedAtMs = clock.nowMs();
      const { bytes } = await bound.seal(message.body.toBytes(), {
        id: message.id,
        from: keys.gateway,
        channel: message.channel,
        epoch,
        sequence: ++sequence,
        issuedAtMs,
        expiresAtMs: issuedAtMs + expiresMs,
        contentType: message.body.contentType,
      }, to);
      return message.derive({ body: new RawBody(bytes, bound.contentType) });
    },
  }));
}
