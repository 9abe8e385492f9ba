import { isBlank } from "./_characters.ts";
import { attributePlace, attributesOf, type Document, isLeaf, nameOf, ownText, valueAt } from "./_find.ts";
import { splitName } from "./_names.ts";

/** An element that is looked into: its number, its path, and how many of each name were met in it. */
interface Around {
  readonly index: number;
  readonly path: string;
  readonly counts: Map<string, number>;
}

/** Attributes, elements with no elements in them, and text beside elements, each by its exact path. */
export function* leavesOf(document: Document): Generator<readonly [path: string, value: string]> {
  const around: Around[] = [];
  for (let index = 0; index < document.outline.count; index++) {
    const element = document.outline.at(index);
    while (around.length > 0 && around[around.length - 1].index !== element.parent) around.pop();
    const path = childPath(around.at(-1), splitName(nameOf(document, element))[1]);
    around.push({ index, path, counts: new Map() });
    for (const attribute of attributesOf(document, element)) {
      const place = attributePlace(document, { path, element }, attribute);
      yield [place.path, valueAt(document, place)];
    }
    const text = ownText(document, element);
    if (isLeaf(element)) yield [path, text];
    else if (!isBlank(text)) yield [`${path}/text()`, text];
  }
}

function childPath(parent: Around | undefined, local: string): string {
  if (!parent) return `/${local}`;
  const nth = (parent.counts.get(local) ?? 0) + 1;
  parent.counts.set(local, nth);
  return `${parent.path}/${local}[${nth}]`;
}
