import { segmentDefinition } from "../definitions/definitions.ts";
import { type Version, versionOf } from "../definitions/version.ts";
import type { Hl7Message } from "../hl7_message.ts";
import { arrange } from "../structures/arrange.ts";
import { structureOf } from "../structures/structure.ts";
import { decodeEscapes } from "../syntax/escape.ts";
import { segmentNames } from "../syntax/segments.ts";
import { oddCharset } from "./_charset.ts";
import { SegmentCheck } from "./_segment_check.ts";
import { type Problem, type Report, type Rule, RULES, type Severity } from "./rules.ts";

/** What {@linkcode validate} can be told. */
export interface ValidateOptions {
  /** Rules that are not checked. */
  readonly tolerate?: readonly Rule[];
  /** The least bad problems that are wanted: `error`, `warning` (if left out) or `note`. */
  readonly least?: Severity;
  /** No more problems of one severity than these are told; 1000 if left out. */
  readonly problemsMax?: number;
}

const PROBLEMS_MAX = 1000;
const SEVERITIES: readonly Severity[] = ["error", "warning", "note"];
/** What a message is checked as whose MSH-12 says no version of HL7's. */
const USUAL_VERSION: Version = "2.5.1";
const PUBLISHED = /^2\.(?:[0-9]|3\.[12]|5\.1|7\.1|8\.[12]|9\.1)$/;

/**
 * Checks a message by what HL7 says of its version: required segments, their order and groups, fields, repetitions,
 * lengths (before 2.7), data types, HL7's own tables, character set. What the standard leaves to sites is not checked:
 * conditional fields, user-defined tables, Z-segments. In the order of the message; none where nothing is wrong.
 *
 * Never holds a value of the message. Linear in its size.
 *
 * @example
 * ```ts
 * import { Hl7Message, validate } from "mitral/hl7";
 *
 * const message = Hl7Message.parse("MSH|^~\\&|LAB|||||||ADT^A08|1|P|2.5.1\rEVN||20260215\rPID|1||4711||Doe||1980-01-01\r");
 * for (const { rule, path } of validate(message)) console.log(rule, path); // field_missing MSH[1]-7 …
 * ```
 */
export function validate(message: Hl7Message, options: ValidateOptions = {}): readonly Problem[] {
  const { tolerate = [], least = "warning", problemsMax = PROBLEMS_MAX } = options;
  const tolerated = new Set<Rule>(tolerate);
  const problems: Problem[] = [];
  const left = { error: problemsMax, warning: problemsMax, note: problemsMax };
  const wanted = SEVERITIES.slice(0, SEVERITIES.indexOf(least) + 1);
  const report: Report = (rule, path) => {
    const { severity, condition, says } = RULES[rule];
    if (tolerated.has(rule) || !wanted.includes(severity) || left[severity]-- <= 0) return;
    problems.push({ rule, path, severity, condition, says });
  };
  checkHeader(message, report);
  const { delimiters } = message, version = checkedVersion(message);
  const departures = departuresIn(message, version);
  const decode = (text: string) => decodeEscapes(text, delimiters, (bytes) => "x".repeat(bytes.length));
  const segmentCheck = new SegmentCheck({ version, delimiters, decode, report });
  const names = segmentNames(message.segments);
  for (const [at, name] of names.entries()) {
    for (const { rule, path = name } of departures.get(at) ?? []) report(rule, path);
    segmentCheck.check(message.raw(name)!, name);
  }
  for (const { rule, path = "MSH" } of departures.get(names.length) ?? []) report(rule, path);
  return problems;
}

/** What the message is checked as. */
function checkedVersion(message: Hl7Message): Version {
  const said = message.get("MSH-12") ?? "";
  return PUBLISHED.test(said) ? versionOf(said) : USUAL_VERSION;
}

function checkHeader(message: Hl7Message, report: Report): void {
  const kind = message.get("MSH-9.1"), version = message.get("MSH-12"), label = message.get("MSH-18");
  if (version !== undefined && !PUBLISHED.test(version)) report("version_unknown", "MSH[1]-12[1].1");
  // By local agreement, as all that begins with Z.
  const isLocal = kind?.startsWith("Z") || message.get("MSH-9.2")?.startsWith("Z");
  if (kind !== undefined && !isLocal && message.structure === undefined) {
    report("structure_unknown", "MSH[1]-9");
  }
  const odd = label === undefined ? undefined : oddCharset(label);
  if (odd) report(odd, "MSH[1]-18[1]");
}

interface Found {
  readonly rule: Rule;
  /** That of the segment if left out. */
  readonly path?: string;
}

const RULE_OF = {
  "unexpected": "segment_unexpected",
  "out of order": "segment_out_of_order",
  "repeated": "segment_repeated",
  "missing": "segment_missing",
} as const;

/** Where the message departs from its structure, by the place of the segment. */
function departuresIn(message: Hl7Message, version: Version): ReadonlyMap<number, readonly Found[]> {
  const id = message.structure, structure = id && structureOf(id, version);
  const found = new Map<number, Found[]>();
  if (!structure) return found;
  const { segments } = message;
  arrange(structure, segments, (departure) => {
    const { kind, at } = departure;
    // A segment no version knows is told as that.
    if (kind === "unexpected" && segmentDefinition(segments[at], version) === undefined) return;
    const one = { rule: RULE_OF[kind], ...(kind === "missing" ? { path: departure.id } : {}) };
    const there = found.get(at);
    if (there) there.push(one);
    else found.set(at, [one]);
  });
  return found;
}
