import type { PathBody } from "../../../runtime/contract/message.ts";
import { charsetOf, decode, type Encoding, UTF8 } from "./_encoding.ts";
import { type Document, find, valueAt } from "./_find.ts";
import { leavesOf } from "./_leaves.ts";
import { type Limits, scan } from "./_scan.ts";
import { outlineAfter } from "./_outline_after.ts";
import { declarationIn, standalone } from "./_standalone.ts";
import { declarationOf, type Edit, retexting, writing } from "./_write.ts";
import { errors } from "./errors.ts";
import { compilePath, compileSingle, parseName, resolvePath } from "./path.ts";

/** Media types of XML; the first is the one for documents of our own. */
export const XML_TYPES = [
  "application/xml",
  "text/xml",
  "application/hl7-v2+xml",
  "application/fhir+xml",
  "application/soap+xml",
] as const;

/** How a document is read, as by the settings of the format. */
export interface XmlOptions {
  /** The media type it came with; its charset goes before what the document says itself. */
  readonly contentType?: string;
  /** What the prefixes of paths stand for. Any other prefix stands for itself, as the document writes it. */
  readonly namespaces?: Readonly<Record<string, string>>;
  /** How deep elements may be nested; 100 where left out. */
  readonly depthMax?: number;
  /** How many attributes an element may have; 256 where left out. */
  readonly attributesMax?: number;
  /** How large a document may be; of any size where left out. */
  readonly bytesMax?: number;
}

/** What a body and everything made from it have in common. */
interface Setting {
  readonly contentType: string;
  readonly encoding: Encoding;
  readonly namespaces: ReadonlyMap<string, string>;
  readonly limits: Limits;
}

/**
 * An XML document (XML 1.0 with Namespaces, without a DTD): values by path, every character that was not changed as it
 * came in, in the encoding it came in.
 *
 * Paths are `/Invoice/Line[2]/Amount`, `/Invoice/@id` and `/Invoice/Note/text()`; one that begins without `/` starts at
 * the root element: `Line[2]/Amount`, `@id`, `.`. Indices count from 1, from one element of that name to the next within
 * the same parent. One that is left out, or `[*]`, means all of them: `get` takes the first thing the whole path leads
 * to. An element's name without a prefix means that name in any namespace, an attribute's that name alone; `cbc:Amount`
 * means the namespace `cbc` stands for in the settings, otherwise the name as the document writes it; `{urn:x}Amount`
 * the namespace `urn:x`. Namespace declarations are no attributes, and are never changed.
 *
 * An element is read as its text, CDATA included and references resolved, nothing trimmed: `""` where it is empty,
 * `undefined` where there is none. One with elements in it is read as the XML in it; `text()` reads and writes the text
 * beside them, and is `undefined` where there is none.
 */
export class XmlBody implements PathBody {
  readonly contentType: string;
  readonly #document: Document;
  readonly #setting: Setting;

  private constructor(text: string, setting: Setting, outline = scan(text, setting.limits)) {
    this.contentType = setting.contentType;
    this.#setting = setting;
    this.#document = { text, outline, namespaces: setting.namespaces };
  }

  /**
   * Reads a document. The array is not kept.
   *
   * Errors: XML_SIZE_EXCEEDED, XML_ENCODING_UNKNOWN, XML_BYTES_INVALID, XML_TEXT_INVALID, XML_DTD_REFUSED,
   * XML_ENTITY_REFUSED, XML_DEPTH_EXCEEDED, XML_ATTRIBUTES_EXCEEDED.
   */
  static parse(input: Uint8Array | string, options: XmlOptions = {}): XmlBody {
    const { contentType, bytesMax = Infinity } = options;
    if (input.length > bytesMax) errors.fail("XML_SIZE_EXCEEDED", { bytesMax });
    const { text, encoding } = typeof input === "string"
      ? { text: input.toWellFormed(), encoding: UTF8 }
      : decode(input, contentType);
    return new XmlBody(text, settingOf(options, encoding));
  }

  /**
   * A document with nothing but a root element: `Invoice`, `{urn:x}Invoice`, or `cbc:Invoice` where the options say what
   * `cbc` stands for.
   *
   * Errors: XML_NAME_INVALID, XML_PREFIX_UNKNOWN.
   */
  static create(root: string, options: XmlOptions = {}): XmlBody {
    const setting = settingOf(options, UTF8);
    const { local, prefix = "", uri = setting.namespaces.get(prefix) } = parseName(root) ??
      errors.fail("XML_NAME_INVALID");
    if (prefix !== "" && uri === undefined) errors.fail("XML_PREFIX_UNKNOWN", { path: root });
    const name = prefix === "" ? local : `${prefix}:${local}`;
    const declaration = uri === undefined ? "" : declarationOf(prefix, uri, true);
    return new XmlBody(`${declarationIn(UTF8)}<${name}${declaration}/>`, setting);
  }

  /** The value of the first thing a path means; `undefined` where there is none. Errors: XML_PATH_INVALID. */
  get(path: string): string | undefined {
    const [place] = find(this.#document, compilePath(path));
    return place && valueAt(this.#document, place);
  }

  /** The value of everything a path means, in order. Errors: XML_PATH_INVALID. */
  getAll(path: string): readonly string[] {
    return [...find(this.#document, compilePath(path))].map((place) => valueAt(this.#document, place));
  }

  /**
   * A copy with a value where a path leads first: the text of an element, whatever was in it, or of an attribute. Where
   * it leads nowhere, elements and attributes are made: behind the last one of the name, otherwise last in their parent,
   * in the namespace of the former or the latter. A path to write to has no `[*]`.
   *
   * Errors: XML_PATH_INVALID, XML_PATH_BLOCKED, XML_INDEX_MISSING, XML_ROOT_FIXED, XML_PREFIX_UNKNOWN, XML_VALUE_INVALID,
   * XML_NAME_UNWRITABLE, XML_DEPTH_EXCEEDED, XML_ATTRIBUTES_EXCEEDED.
   */
  with(path: string, value: string): XmlBody {
    const { isWide } = this.#setting.encoding;
    return this.#edited(writing(this.#document, compileSingle(path), { path, value, isWide }), path);
  }

  /**
   * A copy without anything the path means. What stands around it stays, white space too.
   *
   * Errors: XML_PATH_INVALID, XML_ROOT_FIXED.
   */
  without(path: string): XmlBody {
    const edits = [...find(this.#document, compilePath(path))].flatMap(({ element, leaf }) => {
      if (leaf === "text") return retexting(this.#document, element, "");
      if (leaf !== "element") return { from: leaf.before, to: leaf.to + 1, by: "" };
      if (element.index === 0) errors.fail("XML_ROOT_FIXED", { path });
      return { from: element.start, to: element.end, by: "" };
    });
    return this.#edited(edits, path);
  }

  /** The exact path of everything a path means, in order, by local names: `/Invoice/Line[2]`. Errors: XML_PATH_INVALID. */
  places(path: string): readonly string[] {
    return [...find(this.#document, compilePath(path))].map((place) => place.path);
  }

  /**
   * A path as it reads at a place: `Amount`, `./Amount`, `@id` and `.` are within it, `/Invoice` is not.
   *
   * Errors: XML_PATH_INVALID.
   */
  resolve(path: string, place: string): string {
    return resolvePath(path, place);
  }

  /**
   * Each element a path means as a document of its own, with the XML declaration and the namespace declarations that
   * hold for it. Errors: XML_PATH_INVALID, also where the path means no elements.
   */
  split(path: string): readonly XmlBody[] {
    const compiled = compilePath(path);
    if (compiled.leaf !== "element") errors.fail("XML_PATH_INVALID", { path });
    return [...find(this.#document, compiled)].map(({ element }) =>
      new XmlBody(standalone(this.#document, element, this.#setting.encoding), this.#setting)
    );
  }

  /**
   * Every attribute, every element with no elements in it, and every text beside elements that is more than white
   * space, by exact path.
   */
  leaves(): Iterable<readonly [path: string, value: string]> {
    return leavesOf(this.#document);
  }

  toBytes(): Uint8Array {
    // It came from bytes of this encoding, and what was added to it has been tried.
    return this.#setting.encoding.encode(this.#document.text) as Uint8Array;
  }

  #edited(edits: readonly Edit[], path: string): XmlBody {
    if (edits.length === 0) return this;
    const { text } = this.#document, { encoding } = this.#setting;
    let edited = "", copied = 0;
    for (const { from, to, by } of edits) {
      if (!encoding.isWide && encoding.encode(by) === undefined) {
        errors.fail("XML_NAME_UNWRITABLE", { path, encoding: encoding.name });
      }
      edited += text.slice(copied, from) + by;
      copied = to;
    }
    const outline = outlineAfter(this.#document, edits, this.#setting.limits);
    return new XmlBody(edited + text.slice(copied), this.#setting, outline);
  }
}

function settingOf(options: XmlOptions, encoding: Encoding): Setting {
  const { contentType = "", namespaces = {}, depthMax = 100, attributesMax = 256 } = options;
  const essence = contentType.split(";", 1)[0].trim().toLowerCase();
  const charset = charsetOf(contentType);
  const plain = charset === undefined ? XML_TYPES[0] : `${XML_TYPES[0]}; charset=${charset}`;
  return {
    contentType: XML_TYPES.some((each) => each === essence) ? contentType : plain,
    encoding,
    namespaces: new Map(Object.entries(namespaces)),
    limits: { depthMax, attributesMax },
  };
}
