import { defineFormat } from "../../../runtime/contract/format.ts";
import { bytes, integer, map, text } from "../../../runtime/contract/spec.ts";
import { errors } from "./errors.ts";
import { identify } from "./identify.ts";
import { checkPath } from "./path.ts";
import { XML_TYPES, XmlBody } from "./xml_body.ts";

export { XmlBody, type XmlOptions } from "./xml_body.ts";

/**
 * XML 1.0 with Namespaces. A document type declaration is refused, and with it every entity that stands for more than
 * it is. The type of a document is the local name of its root element; it has no ids, no keys of order and no answers
 * of its own.
 */
export default defineFormat({
  name: "xml",
  about: "XML documents, read and changed by path.",
  contentTypes: XML_TYPES,
  config: {
    namespaces: map(
      "What the prefixes of paths stand for; any other prefix means names as the document writes them.",
      "prefix",
      text("The namespace.", { example: "urn:hl7-org:v3" }),
      { default: {} },
    ),
    depthMax: integer("How deep elements may be nested.", { min: 1, max: 1000, default: 100 }),
    attributesMax: integer("How many attributes an element may have.", { min: 1, max: 10_000, default: 256 }),
    bytesMax: bytes("How large a document may be.", { min: 1, max: 500_000_000, default: 128_000_000 }),
  },
  errors: errors.faults,
  parse: (bytes, { config, contentType }) => XmlBody.parse(bytes, { ...config, contentType }),
  identify: (bytes, { contentType }) => identify(bytes, contentType),
  create: (what, _, { config }) => XmlBody.create(what, config),
  checkPath,
});
