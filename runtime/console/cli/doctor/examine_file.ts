import type { Finding } from "../../../contract/adapter.ts";
import { MitralError } from "../../../contract/error.ts";
import type { Format } from "../../../contract/format.ts";
import { plural } from "../figures.ts";
import { splitMessages } from "../split_messages.ts";
import { type Step, stepsOf } from "./step.ts";

/** More messages are counted and told of by what is wrong with them, not one by one. */
const TOLD_MAX = 20;

/** What is wrong with the bytes of a file, and with each message in it. */
export function examineFile(
  bytes: Uint8Array,
  { format, examine }: {
    readonly format: Format;
    readonly examine: (bytes: Uint8Array) => readonly Finding[];
  },
): readonly Step[] {
  if (bytes.length === 0) return [{ state: "bad", code: "fileEmpty", says: "The file is empty" }];
  return [...stepsOf(examine(bytes), bytes), ...messageSteps(bytes, format)];
}

function messageSteps(bytes: Uint8Array, format: Format): readonly Step[] {
  const messages = splitMessages(bytes, format, { verbatim: true });
  if (messages.length === 0) {
    return [{
      state: "bad",
      code: "messageMissing",
      says: "No line of it begins with MSH: there is no HL7 v2 message",
    }];
  }
  const types = new Map<string, number>();
  const steps: Step[] = [];
  for (const [at, message] of messages.entries()) {
    try {
      format.parse(message);
      const { type } = format.identify(message);
      types.set(type, (types.get(type) ?? 0) + 1);
    } catch (cause) {
      if (!(cause instanceof MitralError)) throw cause;
      steps.push({ state: "bad", code: cause.code, says: `message ${at + 1}: ${cause.message}` });
    }
  }
  const kinds = [...types].map(([type, count]) => `${count} × ${type || "without a type"}`);
  const read = messages.length - steps.length;
  const told = steps.slice(0, TOLD_MAX);
  const more = steps.length - told.length;
  return [
    ...(read > 0
      ? [{ state: "ok" as const, says: `${plural(read, "message")} can be read: ${kinds.join(", ")}` }]
      : []),
    ...told,
    ...(more > 0 ? [{ state: "bad" as const, says: `${plural(more, "message")} more cannot be read` }] : []),
  ];
}
