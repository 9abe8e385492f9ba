import type { Parcel } from "../../../runtime/contract/adapter.ts";
import type { Unfit } from "../../../runtime/contract/spec.ts";
import { readTemplate, type Template } from "../../_kit/template.ts";
import type { Tools } from "../_sender_spec.ts";

type Templates = Readonly<Record<string, string>>;

/** Paths of the message that headers are made of. */
export function pathsIn(headers: Templates): readonly string[] {
  return Object.values(headers).flatMap((text) => readTemplate(text)?.paths ?? []);
}

type HeaderSettings = Pick<Tools["config"], "headers" | "auth" | "idempotencyKey">;

/** Headers that are not ours to set, that HTTP does not know, or whose braces are not in pairs. */
export function unfitHeaders(settings: HeaderSettings): Unfit[] {
  return Object.entries(settings.headers).flatMap(([name, text]) => {
    const rule = isReserved(name, settings)
      ? `must leave ${name} to the sender itself`
      : !/^[\w!#$%&'*+.^`|~-]+$/.test(name)
      ? "must have names that HTTP allows: letters, digits and -"
      : !readTemplate(text)
      ? `must have what is filled in between { and }, and a brace itself doubled; ${name} has not`
      : undefined;
    return rule === undefined ? [] : [{ setting: "headers", rule }];
  });
}

function isReserved(header: string, { auth, idempotencyKey }: HeaderSettings): boolean {
  const name = header.toLowerCase();
  return RESERVED.has(name) || auth !== undefined && AUTH_HEADERS.has(name) ||
    idempotencyKey && name === "idempotency-key";
}

/** The settings' headers: those that are always the same, and those that go with the message. */
export class MessageHeaders {
  /** The same for every message. */
  readonly fixed = new Headers();
  readonly #filled: (readonly [name: string, template: Template])[] = [];
  readonly #tools: Tools;

  /** Errors: HTTPS_HEADER_INVALID, HTTPS_HEADER_RESERVED. */
  constructor(tools: Tools) {
    this.#tools = tools;
    const { config, fail } = tools;
    for (const [header, text] of Object.entries(config.headers)) {
      if (isReserved(header, config)) fail("HTTPS_HEADER_RESERVED", { header });
      const template = readTemplate(text) ?? fail("HTTPS_HEADER_INVALID", { header });
      const isFixed = template.paths.length === 0 && template.words.length === 0;
      try {
        this.fixed.set(header, template.fill(SAMPLE, (value) => value));
      } catch {
        // Without a cause: that error quotes the value.
        fail("HTTPS_HEADER_INVALID", { header });
      }
      if (isFixed) continue;
      this.fixed.delete(header);
      this.#filled.push([header, template]);
    }
  }

  /** All of them, for a message. One that nothing stands in is left out. Errors: HTTPS_HEADER_UNFIT. */
  of(parcel: Parcel): Headers {
    const headers = new Headers(this.fixed);
    for (const [header, template] of this.#filled) {
      const value = template.fill(parcel, (value) => this.#clean(header, value)).trim();
      if (value !== "") headers.set(header, value);
    }
    return headers;
  }

  /**
   * A value as a header can carry it: what is not ASCII, and `%`, is percent-encoded as UTF-8. A control character has no
   * place in a header, where it could begin another one.
   */
  #clean(header: string, value: string): string {
    // deno-lint-ignore no-control-regex
    if (value.length > VALUE_LENGTH_MAX || /[\x00-\x1f\x7f]/.test(value)) {
      this.#tools.fail("HTTPS_HEADER_UNFIT", { header, lengthMax: VALUE_LENGTH_MAX });
    }
    return value.toWellFormed().replace(/%|[^\x20-\x7e]+/g, encodeURIComponent);
  }
}

/** Servers take 8 KiB of headers in all at least, and seldom much more. */
const VALUE_LENGTH_MAX = 1024;

/** What a template is tried with before there is a message. */
const SAMPLE = { id: "0", contentType: "text/plain", sequence: 1, atMs: 0, value: () => "0" };

/** What the sender or HTTP itself decides about; setting it beside would break framing or contradict the body. */
const RESERVED: ReadonlySet<string> = new Set([
  "accept",
  "connection",
  "content-encoding",
  "content-length",
  "content-type",
  "expect",
  "host",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** What proves who we are, where `auth` does. */
const AUTH_HEADERS: ReadonlySet<string> = new Set([
  "authorization",
  "content-digest",
  "signature",
  "signature-input",
]);
