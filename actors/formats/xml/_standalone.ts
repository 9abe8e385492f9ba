import type { Encoding } from "./_encoding.ts";
import { type Document, scopeOf } from "./_find.ts";
import { declaredPrefix } from "./_names.ts";
import type { Element } from "./_outline.ts";
import { declarationEnd } from "./_scan.ts";
import { readTag } from "./_tag.ts";
import { declarationOf } from "./_write.ts";

/** The text of an element as a document of its own: every prefix in it stands for what it stood for. */
export function standalone(document: Document, element: Element, encoding: Encoding): string {
  const { text, outline } = document;
  const parent = element.parent < 0 ? undefined : outline.at(element.parent);
  const scope = scopeOf(document, parent);
  const own = readTag(text, element.nameEnd).attributes.map(({ name }) => declaredPrefix(name));
  for (const prefix of own) if (prefix !== undefined) scope.delete(prefix);
  const head = text.slice(0, declarationEnd(text));
  return (head.includes("<?") ? `${head}\n` : head + declarationIn(encoding)) +
    text.slice(element.start, element.nameEnd) + declarationsOf(scope, encoding.isWide) +
    text.slice(element.nameEnd, element.end);
}

/** Namespace declarations that make prefixes stand for what they do in a scope. */
export function declarationsOf(scope: ReadonlyMap<string, string>, isWide: boolean): string {
  return [...scope].filter(([prefix, namespace]) => prefix !== "xml" && namespace !== "")
    .map(([prefix, namespace]) => declarationOf(prefix, namespace, isWide)).join("");
}

/** The XML declaration of a document in an encoding. */
export function declarationIn({ name }: Encoding): string {
  return `<?xml version="1.0" encoding="${name.toUpperCase()}"?>\n`;
}
