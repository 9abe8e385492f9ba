import { escapeAttribute, escapeText, forbiddenAt, isBlank, remarksOf } from "./_characters.ts";
import { errors } from "./errors.ts";
import {
  childrenNamed,
  type Document,
  find,
  gapsOf,
  isLeaf,
  isNamed,
  nameOf,
  namespaceOf,
  ownText,
  type Place,
  scopeOf,
} from "./_find.ts";
import { splitName } from "./_names.ts";
import type { Element } from "./_outline.ts";
import { readTag } from "./_tag.ts";
import type { NameTest, Path, Step } from "./path.ts";

/** A change of a text: what stands between two offsets is replaced. */
export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly by: string;
  /** The element whose text or attribute is replaced, where no element comes or goes. */
  readonly within?: Element;
  /** Where elements are added: in which one, before the number of which, and what is declared there. */
  readonly makes?: {
    readonly parent: Element;
    readonly at: number;
    readonly scope: ReadonlyMap<string, string>;
  };
}

/** What a value is written with: `path` for errors, and whether the encoding has every character. */
interface Written {
  readonly path: string;
  readonly value: string;
  readonly isWide: boolean;
}

/**
 * The changes that write a value where a path leads, and make what is missing on the way.
 *
 * Errors: XML_PATH_BLOCKED, XML_INDEX_MISSING, XML_ROOT_FIXED, XML_PREFIX_UNKNOWN, XML_VALUE_INVALID.
 */
export function writing(document: Document, compiled: Path, written: Written): readonly Edit[] {
  const { path, value } = written;
  if (forbiddenAt(value) >= 0 || !value.isWellFormed()) errors.fail("XML_VALUE_INVALID", { path });
  const [place] = find(document, compiled);
  return place ? replacing(document, place, written) : making(document, compiled, written);
}

function replacing(document: Document, place: Place, { value, isWide }: Written): readonly Edit[] {
  const { element, leaf } = place;
  if (leaf !== "element" && leaf !== "text") {
    return [{ from: leaf.from, to: leaf.to, by: escapeAttribute(value, isWide), within: element }];
  }
  const content = escapeText(value, isWide);
  if (leaf === "text" || isLeaf(element)) return retexting(document, element, content);
  return [{ from: element.inner, to: element.innerEnd, by: content }];
}

/** The changes that make `content` the text of an element, before the elements in it. Comments stay where they are. */
export function retexting(document: Document, element: Element, content: string): readonly Edit[] {
  if (isEmptyTag(element)) return [opening(document, element, content)];
  return gapsOf(document, element).map(({ from, to }, at) => {
    const remarks = remarksOf(document.text, from, to);
    const by = at === 0 ? content + remarks : remarks;
    return { from, to, by, ...(isLeaf(element) ? { within: element } : {}) };
  });
}

/** The change that gives an element without an end tag one, and what is in it. */
function opening(document: Document, element: Element, content: string): Edit {
  const { inner } = element;
  const by = content === "" ? "/>" : `>${content}</${nameOf(document, element)}>`;
  return { from: inner - 2, to: inner, by };
}

function making(document: Document, { isAbsolute, steps, leaf }: Path, written: Written): readonly Edit[] {
  const { path } = written;
  let parent = document.outline.at(0);
  if (isAbsolute && !isNamed(document, parent, steps[0], 1)) errors.fail("XML_ROOT_FIXED", { path });
  for (let at = isAbsolute ? 1 : 0; at < steps.length; at++) {
    const [found] = childrenNamed(document, parent, steps[at]);
    if (!found) return [appending(document, parent, steps.slice(at), leaf, written)];
    parent = found.element;
  }
  // Every element is there: what is missing is its text or an attribute.
  if (leaf === "text") return retexting(document, parent, escapeText(written.value, written.isWide));
  const { nameEnd } = parent;
  const last = readTag(document.text, nameEnd).attributes.at(-1);
  const from = last ? last.to + 1 : nameEnd;
  return [{ from, to: from, by: attribute(document, leaf as NameTest, scopeOf(document, parent), written) }];
}

/** The change that puts a new element, with more in it, where its like would come next. */
function appending(
  document: Document,
  parent: Element,
  steps: readonly Step[],
  leaf: Path["leaf"],
  written: Written,
): Edit {
  const { text } = document;
  const { path } = written;
  const like = [...childrenNamed(document, parent, { ...steps[0], index: undefined })].map(({ element }) =>
    element
  );
  if (steps.some(({ index }, at) => index !== undefined && index !== (at === 0 ? like.length + 1 : 1))) {
    errors.fail("XML_INDEX_MISSING", { path });
  }
  if (isLeaf(parent) && !isBlank(ownText(document, parent))) errors.fail("XML_PATH_BLOCKED", { path });
  const last = like.at(-1);
  const [prefix] = splitName(nameOf(document, last ?? parent));
  const model = { prefix, namespace: (last ?? parent).namespace };
  const scope = scopeOf(document, parent);
  const made = element(document, steps, leaf, model, scope, written);
  const makes = (at: number) => ({ parent, at, scope });
  if (last) return { from: last.end, to: last.end, by: made, makes: makes(last.next) };
  if (isEmptyTag(parent)) return opening(document, parent, made);
  let from = parent.innerEnd;
  while (isBlank(text[from - 1])) from--;
  return { from, to: from, by: made, makes: makes(parent.next) };
}

/** New elements one in the other, as text. What has no namespace by its path is named like `model`. */
function element(
  document: Document,
  [step, ...deeper]: readonly Step[],
  leaf: Path["leaf"],
  model: Name,
  scope: ReadonlyMap<string, string>,
  written: Written,
): string {
  const made = qualify(document, step, model, scope, written);
  const name = made.prefix === "" ? step.local : `${made.prefix}:${step.local}`;
  const inside = new Map(scope).set(made.prefix, made.namespace);
  let tag = name + made.declaration, content = "";
  if (deeper.length > 0) content = element(document, deeper, leaf, made, inside, written);
  else if (leaf === "element" || leaf === "text") content = escapeText(written.value, written.isWide);
  else tag += attribute(document, leaf, inside, written);
  return content === "" ? `<${tag}/>` : `<${tag}>${content}</${name}>`;
}

/** A new attribute as text, for an element where prefixes stand for `scope`. */
function attribute(
  document: Document,
  test: NameTest,
  scope: ReadonlyMap<string, string>,
  written: Written,
): string {
  // The default namespace is none of attributes.
  const prefixes = new Map([...scope].filter(([prefix]) => prefix !== ""));
  const { prefix, declaration } = qualify(document, test, { prefix: "", namespace: "" }, prefixes, written);
  // An element that uses the prefix for another namespace would not be what it was.
  if (declaration !== "" && (prefix === "" || prefixes.has(prefix))) {
    errors.fail("XML_PREFIX_UNKNOWN", { path: written.path });
  }
  const name = prefix === "" ? test.local : `${prefix}:${test.local}`;
  return `${declaration} ${name}="${escapeAttribute(written.value, written.isWide)}"`;
}

/** A prefix and what it stands for. */
interface Name {
  readonly prefix: string;
  readonly namespace: string;
}

/** The prefix a new name is written with, and the declaration it needs where there is no prefix for its namespace yet. */
function qualify(
  document: Document,
  test: NameTest,
  model: Name,
  scope: ReadonlyMap<string, string>,
  { path, isWide }: Written,
): Name & { readonly declaration: string } {
  const said = namespaceOf(document, test);
  const meant = said ?? (test.prefix === undefined ? model.namespace : scope.get(test.prefix));
  const namespace = meant ?? errors.fail("XML_PREFIX_UNKNOWN", { path });
  const wanted = test.prefix ?? (said === undefined ? model.prefix : "");
  const known = (scope.get(wanted) ?? "") === namespace
    ? wanted
    : [...scope].find(([, each]) => each === namespace)?.[0];
  if (known !== undefined) return { prefix: known, namespace, declaration: "" };
  return { prefix: wanted, namespace, declaration: declarationOf(wanted, namespace, isWide) };
}

/** A namespace declaration, with the space before it. */
export function declarationOf(prefix: string, namespace: string, isWide: boolean): string {
  return ` xmlns${prefix === "" ? "" : `:${prefix}`}="${escapeAttribute(namespace, isWide)}"`;
}

function isEmptyTag({ innerEnd, end }: Element): boolean {
  return innerEnd === end;
}
