/**
 * Text of a setting that is filled in for each message: names of files, values of headers.
 *
 * ```
 * template    = { TEXT | "{{" | "}}" | "{" source "}" }
 * source      = PATH | '"' PATH '"' | word
 * word        = "id" | "sequence" | "date" | "time" | "extension"
 * ```
 *
 * - **PATH** is read from the message, before it is sealed. It is quoted (`"` doubled inside) where it holds a brace or
 *   is spelt like one of the words.
 * - **id** is the message's id, **sequence** a number that grows by one with each delivery, **date** (`20260105`) and
 *   **time** (`123456`) are when the message was received or its batch was closed, in UTC, **extension** (`.hl7`) goes
 *   with its media type. None of them changes between two attempts.
 *
 * @module
 */
import type { Parcel, ParcelWord } from "../../runtime/contract/adapter.ts";
import { extensionOf } from "../../runtime/contract/media_type.ts";

/** A template, read. */
export interface Template {
  /** Paths of the message it uses, each once. */
  readonly paths: readonly string[];
  /** Words it uses, each once. */
  readonly words: readonly ParcelWord[];
  /** The text for a parcel. `clean` makes what comes from outside, the values and the id, fit where it goes. */
  fill(parcel: Shown, clean: (value: string) => string): string;
}

/** What of a parcel a template can show. */
export type Shown = Pick<Parcel, "id" | "contentType" | "sequence" | "atMs" | "value">;

type Part = (parcel: Shown, clean: (value: string) => string) => string;

const WORDS: Readonly<Record<ParcelWord, Part>> = {
  id: ({ id }, clean) => clean(id),
  sequence: ({ sequence }) => String(sequence),
  date: ({ atMs }) => stampOf(atMs).slice(0, 8),
  time: ({ atMs }) => stampOf(atMs).slice(9, 15),
  extension: ({ contentType }) => extensionOf(contentType),
};

const PART = /\{\{|\}\}|\{(?:"((?:[^"]|"")+)"|([^{}"][^{}]*))\}|[{}]/g;

/** Reads a template; `undefined` where a brace opens or closes nothing. */
export function readTemplate(text: string): Template | undefined {
  const parts: Part[] = [];
  const paths = new Set<string>(), words = new Set<ParcelWord>();
  let end = 0;
  const keep = (literal: string) => void (literal && parts.push(() => literal));
  for (const { 0: whole, 1: quoted, 2: source, index } of text.matchAll(PART)) {
    keep(text.slice(end, index));
    end = index + whole.length;
    if (whole === "{" || whole === "}") return undefined;
    if (whole === "{{" || whole === "}}") keep(whole[0]);
    else if (quoted === undefined && isWord(source)) {
      words.add(source);
      parts.push(WORDS[source]);
    } else {
      const path = quoted?.replaceAll('""', '"') ?? source;
      paths.add(path);
      parts.push((parcel, clean) => clean(parcel.value(path)));
    }
  }
  keep(text.slice(end));
  return {
    paths: [...paths],
    words: [...words],
    fill: (parcel, clean) => parts.map((part) => part(parcel, clean)).join(""),
  };
}

function isWord(source: string): source is ParcelWord {
  return Object.hasOwn(WORDS, source);
}

/** `20260105T123456.789Z`, in UTC. */
function stampOf(atMs: number): string {
  return new Date(atMs).toISOString().replace(/[-:]/g, "");
}
