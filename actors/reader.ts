import { withDefaults } from "../runtime/contract/actor.ts";
import { bindFormat, type FormatSpec } from "../runtime/contract/format.ts";
import type { Body } from "../runtime/contract/message.ts";
import type { Recogniser } from "../runtime/contract/recogniser.ts";
import type { Config, ConfigInput, Spec } from "../runtime/contract/spec.ts";
import type { World } from "../runtime/contract/world.ts";

/**
 * Opens what reads images of a format, as the parse stage of a channel does. MUST be disposed. Fails with what the format
 * fails to open with, and with a `TypeError` where its `parse` is all there is.
 *
 * @example
 * ```ts
 * import { reader, world } from "mitral";
 * import { fax } from "mitral/formats";
 *
 * await using faxes = await reader(fax, { threads: 2 }, { world });
 * const { document } = await faxes.recognise(bytes, "image/tiff", AbortSignal.timeout(600_000));
 * ```
 */
export async function reader<N extends string, S extends Spec, Code extends string, B extends Body>(
  format: FormatSpec<N, S, Code, B>,
  config: ConfigInput<S>,
  { world, folder = "." }: { readonly world: World; readonly folder?: string },
): Promise<Recogniser<B>> {
  const { recogniser } = bindFormat(format, withDefaults(format.config, config) as Config<S>);
  if (!recogniser) throw new TypeError(`Cannot open a reader: ${format.name} has no images`);
  return await recogniser({ world, folder });
}
