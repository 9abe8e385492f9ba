import type { Parcel } from "../../../runtime/contract/adapter.ts";
import { extensionOf } from "../../../runtime/contract/media_type.ts";
import type { OutboxTools } from "./outbox_spec.ts";

/**
 * Names of files, from a template. Every attempt for a message gets the same name: that is how one that was already
 * written is known again, and why the date is the message's and not today's.
 */
export interface NameTemplate {
  /** True where the name tells one message from every other. */
  readonly isUnique: boolean;
  nameOf(parcel: Named): string;
}

/** What of a parcel a name can show. */
type Named = Pick<Parcel, "id" | "contentType" | "sequence" | "atMs">;

const TOKENS: Readonly<Record<string, (parcel: Named) => string>> = {
  id: ({ id }) => safe(id),
  sequence: ({ sequence }) => String(sequence),
  extension: ({ contentType }) => extensionOf(contentType),
  date: ({ atMs }) => stampOf(atMs).slice(0, 8),
  time: ({ atMs }) => stampOf(atMs).slice(9, 15),
};

/** Each is another one for every message of a destination. */
const UNIQUE = ["id", "sequence"];

/** Leaves room, within the 255 bytes file systems allow, for a number and for the name a file has while written. */
const LENGTH_MAX = 200;

/** What a template is tried with before there is a message. */
const SAMPLE: Named = {
  id: "01900000-0000-7000-8000-000000000000",
  contentType: "application/json",
  sequence: Number.MAX_SAFE_INTEGER,
  atMs: 0,
};

/** Reads a template. A name from it never leaves the folder. Errors: TEMPLATE_INVALID, TOKEN_UNKNOWN. */
export function nameTemplate(
  { config, words: { fail } }: Pick<OutboxTools, "config" | "words">,
): NameTemplate {
  const used = [...config.as.matchAll(/\{([^{}]*)\}/g)].map(([, token]) => token);
  if (!used.every((token) => Object.hasOwn(TOKENS, token))) {
    fail("TOKEN_UNKNOWN", { known: Object.keys(TOKENS).join(", ") });
  }
  const nameOf: NameTemplate["nameOf"] = (parcel) =>
    config.as.replace(/\{([^{}]*)\}/g, (_, token: string) => TOKENS[token](parcel));
  const sample = nameOf(SAMPLE);
  // Only the template can hold any of this: what tokens stand for is letters, digits and . _ -
  // deno-lint-ignore no-control-regex
  const isPlain = !/^$|^\.|[/\\{}\x00-\x1f\x7f]|\.$|\.(part|tmp)$/.test(sample);
  if (!isPlain || new TextEncoder().encode(sample).length > LENGTH_MAX) {
    fail("TEMPLATE_INVALID", { lengthMax: LENGTH_MAX });
  }
  return { isUnique: used.some((token) => UNIQUE.includes(token)), nameOf };
}

function safe(id: string): string {
  return id.replace(/[^A-Za-z0-9_-]/g, "_");
}

/** `20260105T120000`, in UTC. */
function stampOf(atMs: number): string {
  return new Date(atMs).toISOString().replace(/[-:]/g, "");
}
