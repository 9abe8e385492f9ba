import { MitralError } from "../../../runtime/contract/error.ts";
import { defineFormat } from "../../../runtime/contract/format.ts";
import type { PathBody } from "../../../runtime/contract/message.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A message of the tests' own format: one line, `id|keys|sender|purpose|text`, keys separated by commas. */
export interface Note {
  readonly id: string;
  readonly keys?: readonly string[];
  readonly sender?: string;
  readonly purpose?: "message" | "query" | "test";
  readonly text?: string;
}

/** A note as bytes. */
export function note({ id, keys = [id], sender = "S", purpose = "message", text = "" }: Note): Uint8Array {
  return encoder.encode([id, keys.join(), sender, purpose, text].join("|"));
}

function textIn(bytes: Uint8Array): string {
  return decoder.decode(bytes).split("|")[4] ?? "";
}

/** A batch of notes. */
export function batchOf(...notes: readonly Note[]): Uint8Array {
  return encoder.encode("=" + notes.map((each) => decoder.decode(note(each))).join(";"));
}

/** The control id of a note, an answer's included. */
export function idIn(bytes: Uint8Array): string {
  return decoder.decode(bytes).split("|")[0];
}

const PARTS = ["id", "keys", "sender", "purpose", "text"];

/** A note that was parsed. Its paths are the names of its parts; an empty part counts as absent. */
export class NoteBody implements PathBody {
  readonly contentType = "text/x-note";
  constructor(readonly line: string) {}
  get parts(): readonly string[] {
    return this.line.split("|");
  }
  /** The same note with another text. */
  saying(text: string): NoteBody {
    return this.with("text", text);
  }
  get(path: string): string | undefined {
    const key = /^keys\[(\d+)\]$/.exec(path)?.[1];
    if (key !== undefined) return this.getAll("keys")[Number(key) - 1];
    return this.parts[PARTS.indexOf(path)] || undefined;
  }
  getAll(path: string): readonly string[] {
    return this.get(path)?.split(",") ?? [];
  }
  with(path: string, value: string): NoteBody {
    const key = /^keys\[(\d+)\]$/.exec(path)?.[1];
    if (key !== undefined) return this.with("keys", this.getAll("keys").with(Number(key) - 1, value).join());
    return new NoteBody(this.parts.with(PARTS.indexOf(path), value).join("|"));
  }
  without(path: string): NoteBody {
    const key = /^keys\[(\d+)\]$/.exec(path)?.[1];
    if (key !== undefined) return this.with("keys", this.getAll("keys").toSpliced(Number(key) - 1, 1).join());
    return this.with(path, "");
  }
  /** Keys are what repeats: `keys[1]` is the first of them. */
  places(path: string): readonly string[] {
    return path === "keys"
      ? this.getAll("keys").map((_, at) => `keys[${at + 1}]`)
      : this.get(path)
      ? [path]
      : [];
  }
  resolve(path: string, place: string): string {
    return path === "@" ? place : path;
  }
  split(path: string): readonly NoteBody[] {
    return this.getAll(path).map((each) => this.with(path, each));
  }
  *leaves(): Iterable<readonly [string, string]> {
    for (const path of PARTS) {
      const value = this.get(path);
      if (value !== undefined) yield [path, value];
    }
  }
  toBytes(): Uint8Array {
    return encoder.encode(this.line);
  }
}

const unmade = new MitralError("NOTE_BATCH_UNMADE", {
  blame: "bug",
  retry: "never",
  says: "Cannot put notes together: one starts with #",
});

/**
 * The tests' own format. It answers `id|AA|<message id>|<time>` or `id|AE|<code>`, and reads `AA`, `AE` and `AR` as
 * HL7 does. A note whose text is `twice` is answered twice, `id|CA` first; `twice but bad` hears only of what went wrong
 * then. Later notes build on those of the sender `BASE`. A line that starts with `?` cannot be read; one that starts with `!` cannot be answered.
 * A batch is `=` and notes with `;` between them.
 */
export const noteFormat = defineFormat({
  name: "note",
  about: "One line.",
  contentTypes: ["text/x-note"],
  config: {},
  errors: {
    NOTE_LINE_UNREADABLE: { blame: "sender", retry: "never", says: "Cannot read note: it starts with ?" },
    NOTE_ANSWER_UNMADE: { blame: "bug", retry: "never", says: "Cannot answer note: it starts with !" },
    NOTE_ANSWER_STRAY: { blame: "receiver", retry: "later", says: "Cannot read answer: it is another's" },
    NOTE_DELIVERY_REFUSED: { blame: "receiver", retry: "never", says: "Cannot deliver: the peer refused" },
    NOTE_DELIVERY_POSTPONED: { blame: "receiver", retry: "later", says: "Cannot deliver: not now" },
  },
  parse(bytes, { fail }) {
    const line = decoder.decode(bytes);
    if (line.startsWith("?")) fail("NOTE_LINE_UNREADABLE");
    return new NoteBody(line);
  },
  identify(bytes) {
    const [controlId, , sender = "", purpose] = decoder.decode(bytes).split("|");
    const known = purpose === "query" || purpose === "test" ? purpose : "message";
    return { controlId, type: "NOTE", sender, purpose: known };
  },
  keys: (body) => (body as NoteBody).parts[1].split(",").filter((key) => key !== ""),
  isBuiltOn: ({ sender }) => sender === "BASE",
  batch: {
    name: "notes",
    contentType: "text/x-note",
    controlId: ({ id }) => id,
    join(payloads, { id }) {
      const ids = payloads.map(idIn);
      if (ids.some((each) => each.startsWith("#"))) throw unmade;
      if (["+", "-"].every((sign) => ids.some((each) => each.startsWith(sign)))) throw new TypeError("mixed");
      return note({ id, keys: [], text: ids.join(" ") });
    },
    split(bytes, { fail }) {
      const line = decoder.decode(bytes);
      if (!line.startsWith("=")) return undefined;
      if (line.startsWith("=?")) fail("NOTE_LINE_UNREADABLE");
      const notes = line.slice(1).split(";").filter((each) => each !== "");
      return {
        count: notes.length,
        messages: notes.values().map((each) => encoder.encode(each)),
        warnings: line.endsWith(";") ? ["NOTE_BATCH_OPEN"] : [],
      };
    },
    answer(_received, answers, { id }) {
      const said = answers.map((each) => each ? decoder.decode(each.bytes) : "-");
      return { bytes: encoder.encode(`=${id}:${said.join(";")}`), contentType: "text/x-note" };
    },
  },
  isAnsweredTwice: (received) => textIn(received).startsWith("twice"),
  answer(received, outcome, { id, atMs, which }, { fail }) {
    const controlId = idIn(received);
    if (controlId.startsWith("!")) fail("NOTE_ANSWER_UNMADE");
    if (which === "first") return { bytes: encoder.encode(`${controlId}|CA`), contentType: "text/x-note" };
    if (which && textIn(received) === "twice but bad" && !("error" in outcome)) return null;
    if (which && outcome.kind !== "filtered" && outcome.answer) return outcome.answer;
    const says = "error" in outcome ? `AE|${outcome.error.code}` : `AA|${id}|${atMs}`;
    return { bytes: encoder.encode(`${controlId}|${says}`), contentType: "text/x-note" };
  },
  judge(bytes, sent, { fail }) {
    const [controlId, verdict] = decoder.decode(bytes).split("|");
    if (controlId !== sent.controlId) fail("NOTE_ANSWER_STRAY");
    const answer = { bytes, contentType: "text/x-note" };
    const error = (code: "NOTE_DELIVERY_REFUSED" | "NOTE_DELIVERY_POSTPONED") => {
      try {
        return fail(code);
      } catch (cause) {
        return cause as never;
      }
    };
    if (verdict === "AE") return { kind: "rejected", answer, error: error("NOTE_DELIVERY_REFUSED") };
    if (verdict === "AR") return { kind: "failed", answer, error: error("NOTE_DELIVERY_POSTPONED") };
    return { kind: "accepted", answer };
  },
});
