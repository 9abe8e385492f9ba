import { type Delimiters, RECOMMENDED } from "../syntax/delimiters.ts";
import { errors } from "../errors.ts";
import type { MessageText } from "../syntax/message_text.ts";
import { checkLeaf, compilePath, isDelimiterField } from "../syntax/path.ts";
import { htmlOf } from "./_ft_html.ts";
import { type Line, linesOf } from "./_ft_lines.ts";
import { BREAK, piecesOf } from "./_ft_pieces.ts";

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Text laid out as its sender wanted it, for people to read. */
export interface FormattedText {
  /**
   * Plain text: lines with `\n` between them, indents and skips as spaces. Highlighting and centring cannot be written
   * and are left out.
   */
  toText(): string;
  /**
   * A piece of HTML in ASCII, to stand where text may stand in a page. Safe whatever the message holds: only `<br>`,
   * `<b>`, `<center>`, `<nobr>` and `<div style="margin-left: Nem;">` are written as markup, and everything else is
   * escaped.
   */
  toHtml(): string;
}

/**
 * Reads formatted text: the encoded text of a field of type FT or TX, or of its repetitions, each of which begins a line
 * (HL7 v2.9.1 section 2.6). `\.br\ \.sp n\ \.in n\ \.ti n\ \.sk n\ \.ce\ \.fi\ \.nf\ \H\ \N\` are carried out, each
 * number with a space or a sign before it or without; delimiters and hexadecimal text are decoded. What cannot be shown
 * (`\Z..\ \C..\ \M..\`, bytes that are no text) stands there as it was sent. Numbers over 99 are taken for 99, so that no
 * text makes a page of more than a hundred times its size.
 *
 * Of a message, use `message.formattedText(path)`, which knows its delimiters and its character set.
 *
 * @param readHex reads the bytes of `\X..\`, and returns `undefined` where they are no text; UTF-8 if left out
 *
 * @example
 * ```ts
 * import { formattedText } from "mitral/hl7";
 *
 * const text = formattedText("Na\\.br\\\\H\\K 6.9 <high>\\N\\");
 * text.toText(); // "Na\nK 6.9 <high>"
 * text.toHtml(); // "Na<br><b>K 6.9 &lt;high&gt;</b>"
 * ```
 */
export function formattedText(
  encoded: string | readonly string[],
  delimiters: Delimiters = RECOMMENDED,
  readHex: (bytes: Uint8Array) => string | undefined = readUtf8,
): FormattedText {
  const repetitions = typeof encoded === "string" ? [encoded] : encoded;
  const lines = linesOf(repetitions.flatMap((one, at) => {
    const pieces = piecesOf(one, delimiters, readHex);
    return at > 0 ? [BREAK, ...pieces] : pieces;
  }));
  return { toText: () => lines.map(textOf).join("\n"), toHtml: () => htmlOf(lines) };
}

/** Formatted text of a message. Errors: HL7V2_PATH_INVALID. */
export function readFormattedText(text: MessageText, pathText: string): FormattedText | undefined {
  const path = compilePath(pathText);
  checkLeaf(path);
  if (isDelimiterField(path)) errors.fail("HL7V2_PATH_INVALID", { path: pathText });
  const at = text.segments.find(path.id, path.occurrence || 1);
  const repetitions = at < 0 ? [] : text.repetitions(at, path).map((one) => text.part(one, path) ?? "");
  return repetitions.some((one) => one !== "")
    ? formattedText(repetitions.map((one) => text.shown(one)), text.delimiters, text.hexReader())
    : undefined;
}

function textOf({ indent, isCentred, items }: Line): string {
  const texts = items.map((item) =>
    item.kind === "text" ? item.text : item.kind === "spaces" ? " ".repeat(item.count) : ""
  );
  return " ".repeat(isCentred ? 0 : indent) + texts.join("");
}

function readUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return undefined;
  }
}
