/** An element of a small document that somebody sends beside a message. */
export interface XmlElement {
  /** Without a prefix. */
  readonly name: string;
  /** By their names, without a prefix. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Its own character data, without that of the elements in it, and without white space around it. */
  readonly text: string;
}

/** Why a text is no XML that is read here. `message` quotes nothing of it. */
export class XmlError extends Error {}

interface Open {
  readonly name: string;
  readonly tag: string;
  readonly attributes: Map<string, string>;
  readonly children: XmlElement[];
  readonly text: string[];
}

const ELEMENTS_MAX = 10_000, DEPTH_MAX = 64;
const TAG = /^([^\s/>"'=<]+)((?:\s+[^\s=/>"'<]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)$/;
const ATTRIBUTE = /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const REFERENCE = /&(?:#(\d{1,7})|#x([\dA-Fa-f]{1,6})|(\w+));/g;
const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", apos: "'", quot: '"' };

/**
 * Reads XML 1.0 as machines write it: elements, attributes, character data. A document type is refused, since with one a
 * small document can mean a huge one. Takes linear time. Throws {@linkcode XmlError}.
 */
export function readXml(text: string): XmlElement {
  const stack: Open[] = [];
  let root: XmlElement | undefined, count = 0, at = text.startsWith("\ufeff") ? 1 : 0;
  const say = (piece: string) => {
    if (stack.length > 0) stack.at(-1)!.text.push(piece);
    else if (/\S/.test(piece)) throw new XmlError("there is text outside the first element");
  };
  const close = ({ name, attributes, children, text }: Open) => {
    const element = { name, attributes, children, text: text.join("").trim() };
    if (stack.length > 0) stack.at(-1)!.children.push(element);
    else if (root) throw new XmlError("there is more than one first element");
    else root = element;
  };
  const within = (start: string, end: string) => {
    const to = text.indexOf(end, at + start.length);
    if (to < 0) throw new XmlError("it ends too early");
    const inner = text.slice(at + start.length, to);
    at = to + end.length;
    return inner;
  };
  while (at < text.length) {
    const next = text.indexOf("<", at);
    say(unescaped(text.slice(at, next < 0 ? text.length : next)));
    if (next < 0) break;
    at = next;
    if (text.startsWith("<!--", at)) within("<!--", "-->");
    else if (text.startsWith("<![CDATA[", at)) say(within("<![CDATA[", "]]>"));
    else if (text.startsWith("<?", at)) within("<?", "?>");
    else if (text.startsWith("<!", at)) throw new XmlError("it has a document type");
    else if (text.startsWith("</", at)) {
      const open = stack.pop(), tag = within("</", ">").trim();
      if (open?.tag !== tag) throw new XmlError("an element ends that did not begin");
      close(open);
    } else {
      const [, tag, attributes, isEmpty] = TAG.exec(within("<", ">")) ?? [];
      if (tag === undefined) throw new XmlError("a tag is none");
      if (++count > ELEMENTS_MAX) throw new XmlError("it has too many elements");
      const open = { name: local(tag), tag, attributes: attributesIn(attributes), children: [], text: [] };
      if (isEmpty) close(open);
      else if (stack.push(open) > DEPTH_MAX) throw new XmlError("its elements are nested too deep");
    }
  }
  if (stack.length > 0 || !root) throw new XmlError("it ends too early");
  return root;
}

/**
 * The text at a path such as `/Fax/From` or `/Fax/@id`, of the first element where there are several; `undefined` where
 * there is none.
 */
export function xmlValue(root: XmlElement, path: string): string | undefined {
  const [first, ...steps] = path.split("/").slice(1);
  let element: XmlElement | undefined = root.name === first ? root : undefined;
  for (const step of steps) {
    if (step.startsWith("@")) return element?.attributes.get(step.slice(1));
    element = element?.children.find(({ name }) => name === step);
  }
  return element?.text;
}

function attributesIn(text: string): Map<string, string> {
  return new Map(
    [...text.matchAll(ATTRIBUTE)].map(([, name, one, other]) => [local(name), unescaped(one ?? other)]),
  );
}

function local(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

function unescaped(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(REFERENCE, (_, decimal, hex, name) => {
    const code = decimal ? Number(decimal) : hex ? parseInt(hex, 16) : undefined;
    if (code !== undefined && code <= 0x10ffff) return String.fromCodePoint(code);
    if (name && Object.hasOwn(ENTITIES, name)) return ENTITIES[name];
    throw new XmlError("it refers to an entity that is not declared");
  });
}
