import { parseStage, type Stage } from "../contract/actor.ts";
import type { Format } from "../contract/format.ts";
import type { World } from "../contract/world.ts";
import type { Journal } from "../journal/journal.ts";
import { takingDecided } from "./review/review_stage.ts";

/** What the parse stage is made with. */
export interface ParseParts {
  readonly world: World;
  /** Of the gateway file. */
  readonly folder: string;
  readonly journal: Journal;
}

/** What reads the messages of a channel: its format, or what the format opens to read by more than a pure function. */
export async function openParse(format: Format, { world, folder, journal }: ParseParts): Promise<Stage> {
  const recogniser = await format.recogniser?.({ world, folder });
  if (!recogniser) return parseStage(format);
  const recognise: Stage = {
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
  // Also where the channel asks for no review any more: what was decided before counts.
  return takingDecided(recognise, format, journal);
}
