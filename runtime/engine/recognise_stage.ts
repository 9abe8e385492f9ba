import { parseStage, type Stage } from "../contract/actor.ts";
import type { Format } from "../contract/format.ts";
import type { OpenRecogniser } from "../contract/recogniser.ts";

/** What reads the messages of a channel: its format, or what the format opens to read by more than a pure function. */
export async function openParse(
  format: Format,
  tools: Parameters<OpenRecogniser>[0],
): Promise<Stage> {
  const recogniser = await format.recogniser?.(tools);
  if (!recogniser) return parseStage(format);
  return {
    ...parseStage(format, recogniser.recognise.bind(recogniser)),
    [Symbol.asyncDispose]: () => recogniser[Symbol.asyncDispose](),
  };
}
