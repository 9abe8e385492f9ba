/** How a fax arrived, as far as whoever received it says: facts of the call, none of the document. */
export interface FaxArrival {
  /** Who received it: `hylafax`, `sinch`. */
  readonly provider: string;
  /** What they call it. */
  readonly faxId: string;
  /** The number it was sent from. */
  readonly from?: string;
  /** The number it was sent to. */
  readonly to?: string;
  /** Milliseconds since 1970-01-01T00:00Z. */
  readonly receivedAtMs?: number;
  /** How many pages were sent. */
  readonly pages?: number;
  /** What the sending machine calls itself (T.30's CSI or TSI). */
  readonly subscriber?: string;
  /** What went wrong in the call, in the provider's words. */
  readonly error?: string;
}

/** Parameter of the media type for each fact. */
const PARAMETERS = {
  provider: "fax-provider",
  faxId: "fax-id",
  from: "fax-from",
  to: "fax-to",
  receivedAtMs: "fax-received",
  pages: "fax-pages",
  subscriber: "fax-subscriber",
  error: "fax-error",
} as const satisfies Readonly<Record<keyof FaxArrival, string>>;

/**
 * A media type with how the fax arrived in its parameters (RFC 9110 section 5.6.6): what is stored with a message, goes with
 * it. A fact is kept as it is but for control characters, which no parameter takes: a space stands for each.
 */
export function faxContentType(base: string, arrival: FaxArrival): string {
  const facts = Object.entries(PARAMETERS).flatMap(([fact, name]) => {
    const value = arrival[fact as keyof FaxArrival];
    return value === undefined ? [] : [`; ${name}=${quoted(`${value}`)}`];
  });
  return base + facts.join("");
}

/** How a fax arrived; `undefined` where its media type does not say. */
export function faxArrivalOf(contentType: string): FaxArrival | undefined {
  const facts = new Map(
    [...contentType.matchAll(PARAMETER)].map(([, name, text]) => [name.toLowerCase(), unquoted(text)]),
  );
  const provider = facts.get(PARAMETERS.provider);
  const faxId = facts.get(PARAMETERS.faxId);
  if (provider === undefined || faxId === undefined) return undefined;
  const whole = (name: string) => {
    const value = facts.get(name);
    return value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
  };
  return withoutMissing({
    provider,
    faxId,
    from: facts.get(PARAMETERS.from),
    to: facts.get(PARAMETERS.to),
    receivedAtMs: whole(PARAMETERS.receivedAtMs),
    pages: whole(PARAMETERS.pages),
    subscriber: facts.get(PARAMETERS.subscriber),
    error: facts.get(PARAMETERS.error),
  });
}

/** A parameter with a token or a quoted string. Nothing in it can be read in two ways: it takes linear time. */
const PARAMETER = /;[ \t]*([\w-]+)=("(?:[^"\\]|\\[^])*"|[^\s;"]*)/g;

function quoted(text: string): string {
  // deno-lint-ignore no-control-regex
  return `"${text.replace(/[\0-\x1f\x7f]/g, " ").replace(/["\\]/g, "\\$&")}"`;
}

function unquoted(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replace(/\\([^])/g, "$1") : text;
}

function withoutMissing(arrival: { [K in keyof FaxArrival]: FaxArrival[K] | undefined }): FaxArrival {
  return Object.fromEntries(
    Object.entries(arrival).filter(([, value]) => value !== undefined),
  ) as unknown as FaxArrival;
}
