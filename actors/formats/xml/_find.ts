import { attributeValue, textOf } from "./_characters.ts";
import { declaredPrefix, splitName, XML_NAMESPACE } from "./_names.ts";
import type { Element, Outline } from "./_outline.ts";
import { type Attribute, readTag } from "./_tag.ts";
import type { NameTest, Path, Step } from "./path.ts";

/** What is read: text, where its elements are, and what the prefixes of paths stand for. */
export interface Document {
  readonly text: string;
  readonly outline: Outline;
  readonly namespaces: ReadonlyMap<string, string>;
}

/** Something a path means, with the path that means it alone. */
export interface Place {
  readonly path: string;
  readonly element: Element;
  readonly leaf: "element" | "text" | Attribute;
}

/** Everything a path means, in order. */
export function* find(document: Document, { isAbsolute, steps, leaf }: Path): Generator<Place> {
  const root = document.outline.at(0);
  const path = `/${splitName(nameOf(document, root))[1]}`;
  if (isAbsolute && !isNamed(document, root, steps[0], 1)) return;
  for (const place of descend(document, { element: root, path }, isAbsolute ? steps.slice(1) : steps)) {
    if (leaf === "element") yield { ...place, leaf };
    else if (leaf === "text") {
      if (ownText(document, place.element) !== "") yield { ...place, path: `${place.path}/text()`, leaf };
    } else {
      const attribute = attributeNamed(document, place.element, leaf);
      if (attribute) yield attributePlace(document, place, attribute);
    }
  }
}

function* descend(
  document: Document,
  from: Omit<Place, "leaf">,
  [step, ...deeper]: readonly Step[],
): Generator<Omit<Place, "leaf">> {
  if (step === undefined) return yield from;
  for (const { element, nth } of childrenNamed(document, from.element, step)) {
    yield* descend(document, { element, path: `${from.path}/${step.local}[${nth}]` }, deeper);
  }
}

/** Elements within one that a step means; `nth` counts those of its local name, whatever their namespace. */
export function* childrenNamed(
  document: Document,
  parent: Element,
  step: Step,
): Generator<{ readonly element: Element; readonly nth: number }> {
  let nth = 0, matching = 0;
  for (const element of document.outline.childrenOf(parent)) {
    if (!hasLocalName(document, element, step.local)) continue;
    nth++;
    if (!isElementIn(document, step, element)) continue;
    matching++;
    if (step.index === undefined || step.index === matching) yield { element, nth };
    if (step.index === matching) return;
  }
}

/** True where a step means an element that is the nth of those it could mean. */
export function isNamed(document: Document, element: Element, step: Step, nth: number): boolean {
  return hasLocalName(document, element, step.local) && (step.index ?? nth) === nth &&
    isElementIn(document, step, element);
}

/** The attribute of an element that a path means; a name without a prefix is one that is in no namespace. */
export function attributeNamed(document: Document, element: Element, test: NameTest): Attribute | undefined {
  if (test.prefix === undefined && test.uri === undefined) {
    return attributesOf(document, element).find(({ name }) => name === test.local);
  }
  const wanted = namespaceOf(document, test);
  return attributesOf(document, element).find(({ name }) => {
    const [prefix, local] = splitName(name);
    if (prefix === "" || local !== test.local) return false;
    return wanted === undefined
      ? prefix === test.prefix
      : attributeNamespace(document, element, prefix) === wanted;
  });
}

/** The attributes of an element that are no namespace declarations. */
export function attributesOf({ text }: Document, element: Element): readonly Attribute[] {
  return readTag(text, element.nameEnd).attributes.filter(({ name }) => declaredPrefix(name) === undefined);
}

/** The place of an attribute of an element whose own place is known. */
export function attributePlace(
  document: Document,
  { path, element }: Omit<Place, "leaf">,
  leaf: Attribute,
): Place {
  const [prefix, local] = splitName(leaf.name);
  const namespace = attributeNamespace(document, element, prefix);
  const isClear = (document.namespaces.get(prefix) ?? namespace) === namespace;
  return { path: `${path}/@${isClear ? leaf.name : `{${namespace}}${local}`}`, element, leaf };
}

/** The namespace a name in a path is in; `undefined` where that is not said. */
export function namespaceOf({ namespaces }: Document, { uri, prefix }: NameTest): string | undefined {
  return uri ?? (prefix === undefined ? undefined : namespaces.get(prefix));
}

/** What each prefix stands for within an element. */
export function scopeOf({ text, outline }: Document, element: Element | undefined): Map<string, string> {
  const scope = new Map<string, string>();
  for (let at = element; at; at = at.parent < 0 ? undefined : outline.at(at.parent)) {
    for (const { name, from, to } of readTag(text, at.nameEnd).attributes) {
      const prefix = declaredPrefix(name);
      if (prefix !== undefined && !scope.has(prefix)) scope.set(prefix, attributeValue(text.slice(from, to)));
    }
  }
  return scope.set("xml", XML_NAMESPACE);
}

/** The name of an element as written. */
export function nameOf({ text }: Document, { start, nameEnd }: Element): string {
  return text.slice(start + 1, nameEnd);
}

/** The value at a place. An element with elements in it is read as what is written in it. */
export function valueAt(document: Document, { element, leaf }: Place): string {
  const { text } = document;
  if (leaf === "text") return ownText(document, element);
  if (leaf !== "element") return attributeValue(text.slice(leaf.from, leaf.to));
  return isLeaf(element)
    ? textOf(text, element.inner, element.innerEnd)
    : text.slice(element.inner, element.innerEnd);
}

/** The text of an element without that of the elements in it. */
export function ownText(document: Document, element: Element): string {
  return gapsOf(document, element).map(({ from, to }) => textOf(document.text, from, to)).join("");
}

/** Where in an element there are no elements: before, between and behind them. */
export function gapsOf(
  { outline }: Document,
  element: Element,
): readonly { readonly from: number; readonly to: number }[] {
  const gaps = [];
  let from = element.inner;
  for (const child of outline.childrenOf(element)) {
    gaps.push({ from, to: child.start });
    from = child.end;
  }
  return [...gaps, { from, to: element.innerEnd }];
}

/** True where there is no element in an element. */
export function isLeaf({ index, next }: Element): boolean {
  return next === index + 1;
}

function hasLocalName({ text }: Document, { nameEnd }: Element, local: string): boolean {
  const start = nameEnd - local.length;
  return text.startsWith(local, start) && (text[start - 1] === "<" || text[start - 1] === ":");
}

function isElementIn(document: Document, test: NameTest, element: Element): boolean {
  const wanted = namespaceOf(document, test);
  if (wanted !== undefined) return element.namespace === wanted;
  return test.prefix === undefined || test.prefix === splitName(nameOf(document, element))[0];
}

function attributeNamespace(document: Document, element: Element, prefix: string): string {
  return prefix === "" ? "" : scopeOf(document, element).get(prefix) ?? "";
}
