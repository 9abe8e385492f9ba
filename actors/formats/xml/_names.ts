const START =
  "A-Za-z_\\xC0-\\xD6\\xD8-\\xF6\\xF8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u200C\\u200D\\u2070-\\u218F" +
  "\\u2C00-\\u2FEF\\u3001-\\uDB7F\\uF900-\\uFDCF\\uFDF0-\\uFFFD";
const REST = "\\-.0-9\\xB7\\u0300-\\u036F\\u203F\\u2040\\uDC00-\\uDFFF";

/**
 * The source of a regular expression for a name without a colon (Namespaces in XML 1.0, NCName). For well-formed text:
 * the halves of a surrogate pair are looked at by themselves.
 */
export const NAME = `[${START}][${START}${REST}]*`;

const QUALIFIED = new RegExp(`(?:${NAME}:)?${NAME}`, "y");

/** The end of the name, with or without a prefix, that begins at an offset; the offset itself where none does. */
export function nameEnd(text: string, from: number): number {
  QUALIFIED.lastIndex = from;
  return QUALIFIED.test(text) ? QUALIFIED.lastIndex : from;
}

/** A name as written, taken apart; the prefix is empty where there is none. */
export function splitName(name: string): readonly [prefix: string, local: string] {
  const colon = name.indexOf(":");
  return [name.slice(0, Math.max(colon, 0)), name.slice(colon + 1)];
}

/** What the prefix `xml` always stands for. */
export const XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace";

/** The prefix a namespace declaration is for, empty for the default namespace; `undefined` for any other attribute. */
export function declaredPrefix(name: string): string | undefined {
  return name === "xmlns" ? "" : name.startsWith("xmlns:") ? name.slice(6) : undefined;
}
