import { parseStage, type Stage } from "../contract/actor.ts";
import type { Format } from "../contract/format.ts";
import type { World } from "../contract/world.ts";

/** What reads the messages of a channel: its format, or what the format opens to read by more than a pure function. */
export async function openParse(
  format: Format,
  tools: { readonly world: World; readonly folder: string },
): Promise<Stage> {
  const recogniser = await format.recogniser?.(tools);
  if (!recogniser) return parseStage(format);
  return {
    name: "parse",
    async process(message, signal) {
      const { received, body: { contentType } } = message;
      // As the parse stage of any format does.
      format.admit(format.identify(received, contentType), received);
      const body = await recogniser.recognise(received, contentType, signal);
      await format.check(received, contentType, body);
      return message.derive({ body });
    },
    [Symbol.asyncDispose]: () => recogniser[Symbol.asyncDispose](),
  };
}
