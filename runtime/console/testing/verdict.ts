import type { Place } from "../../config/problem.ts";
import type { Content, Expectation, ExpectedSent, TestCase } from "../../config/test_file.ts";
import { compare, type NamedDifference } from "./compare.ts";
import type { Caught, Happened } from "./rehearsal.ts";

/** One thing that is not as a case expects it. */
export interface Failure {
  /** Where the file says what was expected. */
  readonly place: Place;
  /** What it is about: `outcome`, `answer`, a destination as the file names it. */
  readonly about: string;
  /** The whole of it in a sentence, where there is no difference by path to show. */
  readonly says?: string;
  readonly differences?: readonly NamedDifference[];
}

/** Everything in which what happened is not what the case expects; nothing: it passes. */
export async function judge({ expect, ignore }: TestCase, happened: Happened): Promise<readonly Failure[]> {
  const sent = expect.sent.map((sent) => judgeSent(sent, happened.sent.get(sent.destination) ?? [], ignore));
  return [
    ...judgeOutcome(expect, happened),
    ...await judgeAnswer(expect, happened, ignore),
    ...(await Promise.all(sent)).flat(),
  ];
}

function judgeOutcome({ outcome, place }: Expectation, happened: Happened): readonly Failure[] {
  const codes = happened.trouble.map(({ code }) => code);
  const wanted = outcome?.text;
  const isAs = wanted === undefined
    ? codes.length === 0
    : wanted === "rejected"
    ? codes.length > 0
    : codes.length > 0
    ? codes.includes(wanted)
    : wanted === happened.outcome;
  if (isAs) return [];
  const said = happened.trouble.map(({ code, message }) => `${code} ${message}`);
  const crashed = [...new Set(happened.crashes)].map((cause) => `crashed: ${cause}`);
  const got = codes.length > 0 ? [...said, ...crashed].join("; ") : happened.outcome;
  return [{
    place: outcome?.place ?? place,
    about: "outcome",
    says: `expected ${wanted ?? "no error"}, got ${got}`,
  }];
}

async function judgeAnswer(
  { answer }: Expectation,
  happened: Happened,
  ignore: readonly string[],
): Promise<readonly Failure[]> {
  if (!answer) return [];
  const { content, place } = answer;
  const got = happened.answer;
  if (content === null) {
    return got ? [{ place, about: "answer", says: "expected none, and there was one" }] : [];
  }
  if (!got) return [{ place, about: "answer", says: "there was none" }];
  return await mismatch("answer", place, content, got, ignore);
}

async function judgeSent(
  { label, place, messages }: ExpectedSent,
  caught: readonly Caught[],
  ignore: readonly string[],
): Promise<readonly Failure[]> {
  const counted = caught.length === messages.length ? [] : [{
    place,
    about: label,
    says: `expected ${countOf(messages.length)}, got ${countOf(caught.length)}`,
  }];
  const differing = messages.slice(0, caught.length).map((content, at) => {
    const about = messages.length > 1 ? `${label}[${at + 1}]` : label;
    return mismatch(about, place, content, caught[at], ignore);
  });
  return [...counted, ...(await Promise.all(differing)).flat()];
}

async function mismatch(
  about: string,
  place: Place,
  content: Content,
  caught: Caught,
  ignore: readonly string[],
): Promise<readonly Failure[]> {
  const found = await compare(content, caught, ignore);
  if (typeof found === "string") return [{ place, about, says: found }];
  return found.length === 0 ? [] : [{ place, about, differences: found }];
}

function countOf(messages: number): string {
  return messages === 0 ? "none" : messages === 1 ? "one message" : `${messages} messages`;
}
