import type { Finding } from "../../../contract/adapter.ts";
import { MitralError } from "../../../contract/error.ts";
import type { Flaws, Format } from "../../../contract/format.ts";
import { plural } from "../figures.ts";
import { splitMessages } from "../split_messages.ts";
import { type Step, stepsOf } from "./step.ts";

/** More messages are counted and told of by what is wrong with them, not one by one. */
const TOLD_MAX = 20;

/** What is wrong with the bytes of a file, with each message in it, and by the rules of its format. */
export async function examineFile(
  bytes: Uint8Array,
  { format, examine }: {
    /** Warns of what breaks its rules. */
    readonly format: Format;
    readonly examine: (bytes: Uint8Array) => readonly Finding[];
  },
): Promise<readonly Step[]> {
  if (bytes.length === 0) return [{ state: "bad", code: "fileEmpty", says: "The file is empty" }];
  return [...stepsOf(examine(bytes), bytes), ...await messageSteps(bytes, format)];
}

async function messageSteps(bytes: Uint8Array, format: Format): Promise<readonly Step[]> {
  const messages = splitMessages(bytes, format, { verbatim: true });
  if (messages.length === 0) {
    return [{
      state: "bad",
      code: "messageMissing",
      says: "No line of it begins with MSH: there is no HL7 v2 message",
    }];
  }
  const types = new Map<string, number>();
  const unread: Step[] = [], odd: Step[] = [];
  for (const [at, message] of messages.entries()) {
    try {
      format.parse(message);
      const { type } = format.identify(message);
      types.set(type, (types.get(type) ?? 0) + 1);
      const where = messages.length > 1 ? `message ${at + 1}: ` : "";
      odd.push(...await flawSteps(await format.check(message), where, format));
    } catch (cause) {
      if (!(cause instanceof MitralError)) throw cause;
      unread.push({ state: "bad", code: cause.code, says: `message ${at + 1}: ${cause.message}` });
    }
  }
  const kinds = [...types].map(([type, count]) => `${count} × ${type || "without a type"}`);
  const read = messages.length - unread.length;
  return [
    ...(read > 0
      ? [{ state: "ok" as const, says: `${plural(read, "message")} can be read: ${kinds.join(", ")}` }]
      : []),
    ...beginningOf(unread, "bad", "message", "cannot be read"),
    ...beginningOf(odd, "odd", "place", "breaks a rule of its version"),
  ];
}

/** By rule, with the first place that breaks it. */
function flawSteps(flaws: Flaws, where: string, format: Format): Promise<Step[]> {
  const byRule = Map.groupBy(flaws, ({ rule }) => rule);
  return Promise.all(
    [...byRule].map(async ([rule, [{ path }, ...others]]) => {
      const name = await format.describePath(path);
      const place = name === undefined ? path : `${path} (${name})`;
      const more = others.length > 0 ? ` (and ${others.length} more)` : "";
      return { state: "odd", code: rule, says: `${where}${place} breaks a rule of its version${more}` };
    }),
  );
}

function beginningOf(
  steps: readonly Step[],
  state: Step["state"],
  noun: string,
  says: string,
): readonly Step[] {
  const more = steps.length - TOLD_MAX;
  const told = steps.slice(0, TOLD_MAX);
  return more > 0 ? [...told, { state, says: `${plural(more, noun)} more ${says}` }] : told;
}
