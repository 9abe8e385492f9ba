import type { Line } from "./_ft_lines.ts";

type Tag = "b" | "nobr";

/** Writes lines as a piece of HTML, in ASCII. Nothing of the text can become markup. */
export function htmlOf(lines: readonly Line[]): string {
  const open = new OpenTags();
  let html = "", before: Line | undefined;
  for (const line of lines) {
    const isBlock = blockOf(line) !== undefined;
    if (before && blockOf(before)) html += open.pause() + `</${blockOf(before)}>`;
    else if (isBlock) html += open.pause();
    if (before && isBroken(before, line)) html += "<br>";
    html += startOf(line) + open.resume() + contentOf(line, open);
    before = line;
  }
  const last = before && blockOf(before);
  return html + open.pause() + (last ? `</${last}>` : "");
}

/** A line with an indent is a block of its own and needs no break beside it, but for the line that holds nothing. */
function isBroken(before: Line, line: Line): boolean {
  const isBeside = blockOf(before) === "div" || blockOf(line) === "div";
  return !isBeside || before.items.length === 0;
}

function blockOf({ isCentred, indent }: Line): "center" | "div" | undefined {
  return isCentred ? "center" : indent > 0 ? "div" : undefined;
}

function startOf(line: Line): string {
  switch (blockOf(line)) {
    case "center":
      return "<center>";
    case "div":
      return `<div style="margin-left: ${line.indent}em;">`;
    default:
      return "";
  }
}

function contentOf({ items }: Line, open: OpenTags): string {
  let html = "", isAfterSpace = true;
  for (const item of items) {
    switch (item.kind) {
      case "text":
        html += escapeHtml(isAfterSpace ? item.text.replace(/^[ \t]/, "\xa0") : item.text);
        isAfterSpace = /[ \t]$/.test(item.text);
        break;
      case "spaces":
        html += "&nbsp;".repeat(item.count);
        break;
      case "highlight":
        html += item.on ? open.open("b") : open.close("b");
        break;
      case "no-wrap":
        html += item.on ? open.open("nobr") : open.close("nobr");
    }
  }
  return html;
}

/** Tags that last over lines. They are closed before a block begins or ends, and opened again behind. */
class OpenTags {
  #open: Tag[] = [];
  #paused: readonly Tag[] = [];

  open(tag: Tag): string {
    if (tag === "nobr" && this.#open.includes(tag)) return "";
    this.#open.push(tag);
    return `<${tag}>`;
  }

  /** Closes all of a tag; what was opened within stays open. */
  close(tag: Tag): string {
    const from = this.#open.indexOf(tag);
    if (from < 0) return "";
    const within = this.#open.splice(from);
    this.#paused = unique(within).filter((each) => each !== tag);
    return closing(within) + this.resume();
  }

  pause(): string {
    const open = this.#open.splice(0);
    // Twice as bold is no bolder, and would have to be said again in every line.
    this.#paused = [...this.#paused, ...unique(open)];
    return closing(open);
  }

  resume(): string {
    const tags = this.#paused;
    this.#paused = [];
    this.#open.push(...tags);
    return tags.map((tag) => `<${tag}>`).join("");
  }
}

function unique(tags: readonly Tag[]): readonly Tag[] {
  return [...new Set(tags)];
}

function closing(tags: readonly Tag[]): string {
  return tags.toReversed().map((tag) => `</${tag}>`).join("");
}

/** All but the characters of ASCII that mean nothing in HTML; spaces that a browser would take together. */
const SPECIAL = /[&<>"]|(?<=[ \t])[ \t]|[^ -~]/gu;

function escapeHtml(text: string): string {
  return text.replace(SPECIAL, (character) => {
    switch (character) {
      case "&":
        return "&amp;";
      case "<":
        return "&lt;";
      case ">":
        return "&gt;";
      case '"':
        return "&quot;";
      case " ":
      case "\xa0":
        return "&nbsp;";
      case "\t":
        return " ";
    }
    return `&#${isAllowed(character) ? character.codePointAt(0) : 0xfffd};`;
  });
}

/** What HTML lets a number stand for: no controls, no surrogates. */
function isAllowed(character: string): boolean {
  return !/[\p{Cc}\p{Cs}]/u.test(character);
}
