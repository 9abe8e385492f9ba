/**
 * Templates: text with values of the message in it.
 *
 * ```
 * template    = { TEXT | "{{" | "}}" | "{" source { "|" filter } "}" }
 * source      = PATH | '"' PATH '"' | word
 * word        = "id" | "channel" | "received" | "sequence" | "part" | "parts" | "meta." NAME | "n" | "n0"
 * filter      = "date" PATTERN | "default" TEXT | "upper" | "lower" | "trim" | "left" N | "pad" N [ TEXT ]
 * ```
 *
 * - **PATH** is read from the body. It is quoted (with `"` or `'`, doubled inside) where it holds `{ } |`, or is
 *   spelt like one of the words. Lower-case letters alone are a path only where the format is known to read them, as
 *   the names of columns.
 * - **id** is the message's id in the gateway, **channel** the name of the channel, **received** when it was received,
 *   **sequence** a number that grows by one with each message the step handles, from 1. **part** and **parts** are set
 *   by `split`, **meta.NAME** by other steps. **n** and **n0** number the rounds of an `each`, from 1 and from 0.
 * - A template with a value that is absent is absent as a whole, and nothing is written; `default` gives a value.
 * - **date** reads HL7 time stamps of any precision and ISO 8601, and writes a pattern of `yyyy MM dd HH mm ss SSS`,
 *   `XXX` (`-06:00`) and `XX` (`-0600`). Where the pattern asks for more than is there, the message fails, unless that
 *   part of the pattern is in `[ ]`. Times without an offset are in the channel's time zone, and all are written in it.
 * - **left** keeps the first N characters; **pad** fills up to N characters on the left, with `0` or the TEXT given.
 *
 * @module
 */
import type { KeyedState, PrepareTools } from "../../runtime/contract/actor.ts";
import { MitralError } from "../../runtime/contract/error.ts";
import type { Message, PathBody } from "../../runtime/contract/message.ts";
import type { Spec } from "../../runtime/contract/spec.ts";
import { templateErrors } from "./_template_errors.ts";
import { compileFilter, type TextFilter } from "./_template_filters.ts";
import { TemplateScanner } from "./_template_scanner.ts";

/** What a template is filled in from. */
export interface Scope {
  readonly message: Message;
  readonly body: PathBody;
  /** Empty where no template asks for it. */
  readonly sequence: string;
  /** In a round of an `each`: where the paths start from, and its number, from 1. */
  readonly round?: { readonly place: string; readonly number: number };
}

/** A compiled template: the text itself where it has no values, so that the plain case costs nothing. */
export type Template = string | Fill;
type Fill = (scope: Scope) => string | undefined;

/** The text of a template; `undefined` where a value in it is absent. */
export function fill(template: Template, scope: Scope): string | undefined {
  return typeof template === "string" ? template : template(scope);
}

const WORDS: Readonly<Record<string, Fill>> = {
  id: ({ message }) => message.id,
  channel: ({ message }) => message.channel,
  received: ({ message }) => new Date(message.receivedAtMs).toISOString(),
  sequence: ({ sequence }) => sequence,
  part: ({ message }) => message.metadata.part,
  parts: ({ message }) => message.metadata.parts,
};
const ROUND_WORDS: Readonly<Record<string, Fill>> = {
  n: ({ round }) => round && String(round.number),
  n0: ({ round }) => round && String(round.number - 1),
};

/** The templates of one step: compiles them, and gives each message what they need. */
export class Templates {
  readonly #tools: Pick<PrepareTools<Spec, string>, "body" | "timeZone">;
  #counts = false;

  constructor(tools: Pick<PrepareTools<Spec, string>, "body" | "timeZone">) {
    this.#tools = tools;
  }

  /**
   * Compiles the template of a setting; one within an `each` may number the rounds.
   *
   * @throws MitralError TEMPLATE_TEXT_INVALID, TEMPLATE_PATH_INVALID
   */
  compile(text: string, setting: string, within: "message" | "each" = "message"): Template {
    const words = within === "each" ? { ...WORDS, ...ROUND_WORDS } : WORDS;
    return this.#compile(text, setting, words, (path) => this.#read(path, within));
  }

  /** Compiles a path to write to in the rounds of an `each`: it has no values but `{n}` and `{n0}`. */
  compileTarget(path: string): Template {
    return this.#compile(path, path, ROUND_WORDS);
  }

  /** Calls `act` with what the templates are filled in from. */
  run<T>(message: Message, body: PathBody, state: KeyedState, act: (scope: Scope) => T): T | Promise<T> {
    if (!this.#counts) return act({ message, body, sequence: "" });
    return nextOf(state).then((sequence) => act({ message, body, sequence }));
  }

  #compile(
    text: string,
    setting: string,
    words: Readonly<Record<string, Fill>>,
    read?: (path: string) => Fill,
  ): Template {
    const scan = new TemplateScanner(text, setting);
    const parts: Template[] = [];
    for (let part = scan.next(); part !== undefined; part = scan.next()) {
      parts.push(typeof part === "string" ? part : this.#value(scan, words, read));
    }
    if (parts.every((part) => typeof part === "string")) return parts.join("");
    return parts.length === 1 ? parts[0] : joined(parts);
  }

  /** What stands between `{` and `}`. */
  #value(
    scan: TemplateScanner,
    words: Readonly<Record<string, Fill>>,
    read?: (path: string) => Fill,
  ): Fill {
    const { text: source, at, quoted } = scan.source();
    let value = this.#source(source, at, quoted, scan, words, read);
    for (let filter = scan.filter(); filter; filter = scan.filter()) {
      value = filtered(value, compileFilter(filter, source, this.#tools.timeZone, scan));
    }
    return value;
  }

  #source(
    source: string,
    at: number,
    quoted: boolean,
    scan: TemplateScanner,
    words: Readonly<Record<string, Fill>>,
    read?: (path: string) => Fill,
  ): Fill {
    if (!quoted && Object.hasOwn(words, source)) {
      this.#counts ||= source === "sequence";
      return words[source];
    }
    const expected = Object.keys(words).join(", ");
    if (!read) return scan.expected(`one of ${expected}`, at);
    const name = quoted ? undefined : /^meta\.(.+)$/.exec(source)?.[1];
    if (name !== undefined) return ({ message }) => own(message.metadata, name);
    // A slip in a word is no path, unless the format has paths that look like words: names of columns.
    if (!quoted && /^[a-z]+\d?$/.test(source) && !this.#isPath(source)) {
      scan.expected(`a path, or one of ${expected}, meta.NAME; a path that looks so is quoted`, at);
    }
    try {
      this.#tools.body?.checkPath(source, "get");
    } catch (cause) {
      if (!(cause instanceof MitralError)) throw cause;
      const facts = { setting: scan.setting, column: at + 1, reason: cause.message };
      templateErrors.fail("TEMPLATE_PATH_INVALID", facts, cause);
    }
    return read(source);
  }

  /** True where the format of the bodies is known, and reads this. */
  #isPath(text: string): boolean {
    const { body } = this.#tools;
    try {
      body?.checkPath(text, "read");
      return body !== undefined;
    } catch {
      return false;
    }
  }

  #read(path: string, within: "message" | "each"): Fill {
    if (within === "message") return ({ body }) => body.get(path);
    return ({ body, round }) => body.get(round ? body.resolve(path, round.place) : path);
  }
}

async function nextOf(state: KeyedState): Promise<string> {
  const next = String(Number(await state.get("sequence") ?? 0) + 1);
  state.set("sequence", next);
  return next;
}

function joined(parts: readonly Template[]): Fill {
  return (scope) => {
    let text = "";
    for (const part of parts) {
      const value = fill(part, scope);
      if (value === undefined) return undefined;
      text += value;
    }
    return text;
  };
}

function filtered(value: Fill, filter: TextFilter): Fill {
  return (scope) => filter(value(scope));
}

function own(metadata: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(metadata, name) ? metadata[name] : undefined;
}
