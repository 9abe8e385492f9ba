import type { Parcel } from "../../runtime/contract/adapter.ts";
import { extensionOf } from "../../runtime/contract/media_type.ts";
import type { Tools } from "./_sender_spec.ts";

/**
 * Names of files, from a template. Every attempt for a message gets the same name: that is how one that was already
 * written is known again, and why the date is the message's and not today's.
 */
export interface NameTemplate {
  /** True where the name tells one message from every other. */
  readonly isUnique: boolean;
  /** Errors: FILE_ID_UNDATED. */
  nameOf(parcel: Pick<Parcel, "id" | "contentType">): string;
}

type Token = (parcel: Pick<Parcel, "id" | "contentType">, fail: Tools["fail"]) => string;

const TOKENS: Readonly<Record<string, Token>> = {
  id: ({ id }) => safe(id),
  extension: ({ contentType }) => extensionOf(contentType),
  date: ({ id }, fail) => receivedAt(id, fail).slice(0, 8),
  time: ({ id }, fail) => receivedAt(id, fail).slice(9, 15),
};

/** Leaves room, within the 255 bytes file systems allow, for a number and for the name a file has while written. */
const LENGTH_MAX = 200;

/** What a template is tried with before there is a message. */
const SAMPLE = { id: "01900000-0000-7000-8000-000000000000", contentType: "application/json" };

/** Reads a template. A name from it never leaves the folder. Errors: FILE_TEMPLATE_INVALID, FILE_TOKEN_UNKNOWN. */
export function nameTemplate({ config, fail }: Tools): NameTemplate {
  const used = [...config.as.matchAll(/\{([^{}]*)\}/g)].map(([, token]) => token);
  if (!used.every((token) => Object.hasOwn(TOKENS, token))) {
    fail("FILE_TOKEN_UNKNOWN", { known: Object.keys(TOKENS).join(", ") });
  }
  const nameOf: NameTemplate["nameOf"] = (parcel) =>
    config.as.replace(/\{([^{}]*)\}/g, (_, token: string) => TOKENS[token](parcel, fail));
  const sample = nameOf(SAMPLE);
  // Only the template can hold any of this: what tokens stand for is letters, digits and . _ -
  // deno-lint-ignore no-control-regex
  const isPlain = !/^$|^\.|[/\\{}\x00-\x1f\x7f]|\.$|\.(part|tmp)$/.test(sample);
  if (!isPlain || new TextEncoder().encode(sample).length > LENGTH_MAX) {
    fail("FILE_TEMPLATE_INVALID", { lengthMax: LENGTH_MAX });
  }
  return { isUnique: used.includes("id"), nameOf };
}

function safe(id: string): string {
  return id.replace(/[^A-Za-z0-9_-]/g, "_");
}

/** A UUIDv7 begins with the milliseconds since 1970 (RFC 9562 section 5.7): `20260105T120000`, in UTC. */
function receivedAt(id: string, fail: Tools["fail"]): string {
  const [, high, low] = /^([0-9a-f]{8})-([0-9a-f]{4})-7/i.exec(id) ?? fail("FILE_ID_UNDATED");
  return new Date(parseInt(high + low, 16)).toISOString().replace(/[-:]/g, "");
}
