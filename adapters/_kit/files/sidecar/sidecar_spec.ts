import { type Config, durationMs, record, text, type Unfit } from "../../../../runtime/contract/spec.ts";
import type { Fault } from "../../../../runtime/contract/error.ts";

const PATH = {
  matches: "^(\\$(\\.[A-Za-z0-9_-]+)+|(/[A-Za-z0-9_.-]+)+(/@[A-Za-z0-9_.-]+)?)$",
  says: "is names behind $ with dots, as in $.fax.from, or behind slashes, as in /Fax/From or /Fax/@id",
};
const fact = (about: string, example: string) =>
  text(about, { optional: true, pattern: PATH, example } as const);

/** Where a sidecar says what of a fax. */
const facts = {
  id: fact("Where it says what the fax is called; the name of the file where it does not.", "/Fax/@UniqueID"),
  from: fact("Where it says the number the fax was sent from.", "/Fax/From/Number"),
  to: fact("Where it says the number the fax was sent to.", "/Fax/To/Number"),
  receivedAt: fact(
    "Where it says when the fax was received: as ISO 8601 has it, or in milliseconds since 1970.",
    "/Fax/Received",
  ),
  pages: fact("Where it says how many pages were sent.", "/Fax/Pages"),
  subscriber: fact("Where it says what the sending machine calls itself.", "/Fax/CSID"),
  error: fact("Where it says what went wrong in the call.", "/Fax/Error"),
} as const;

/** A file beside each, that says how it arrived. */
export const sidecar = record(
  "A file beside each fax, in JSON or XML, that says how it arrived: the same name with another ending, or with one more. " +
    "Both are taken once it is there. Without a path for any fact it is as `mitral fax hook` writes it.",
  {
    extension: text("Its ending.", {
      example: ".xml",
      pattern: { matches: "^\\.[A-Za-z0-9._-]+$", says: "starts with a dot" },
    }),
    waitMs: durationMs("How long a file may wait for it. Then it is taken without.", {
      default: 60_000,
      min: 0,
    }),
    provider: text("Our name for whoever received the faxes.", { default: "folder", example: "rightfax" }),
    ...facts,
  },
  { optional: true, example: { extension: ".json", provider: "hylafax" } },
);

/** What it says, parsed. */
export type SidecarSettings = NonNullable<Config<{ readonly sidecar: typeof sidecar }>["sidecar"]>;

/** What can go wrong with one, by the part of the code that follows the component's name. */
export const sidecarFaults = {
  SIDECAR_UNREADABLE: {
    blame: "sender",
    retry: "never",
    says: "Cannot read sidecar: {rule}; its fax is taken without",
  },
} as const satisfies Record<string, Fault>;

/** An ending that means two things. */
export function unfitSidecar(
  settings: SidecarSettings | undefined,
  { marker, lock }: { readonly marker?: string | undefined; readonly lock?: string | undefined },
): readonly Unfit[] {
  return settings && (settings.extension === marker || settings.extension === lock)
    ? [{ setting: "sidecar", rule: "must have another extension than marker and lock" }]
    : [];
}
