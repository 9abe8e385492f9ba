import { declareErrors } from "../../../runtime/contract/error.ts";

/** Every error of the XML format. Lines count from 1, offsets count characters from 0. */
export const errors = declareErrors("xml", {
  XML_SIZE_EXCEEDED: {
    blame: "sender",
    retry: "never",
    says: "Cannot read XML: larger than bytesMax ({bytesMax})",
  },
  XML_ENCODING_UNKNOWN: {
    blame: "unsupported",
    retry: "never",
    says: "Cannot read XML: in an encoding this platform does not know",
  },
  XML_BYTES_INVALID: {
    blame: "sender",
    retry: "never",
    says: "Cannot read XML: its bytes are not what its encoding ({encoding}) writes",
  },
  XML_TEXT_INVALID: {
    blame: "sender",
    retry: "never",
    says: "Cannot read XML: {rule} (line {line}, offset {offset})",
  },
  XML_DTD_REFUSED: {
    blame: "sender",
    retry: "never",
    says: "Cannot read XML: a document type declaration is never taken (line {line}, offset {offset})",
  },
  XML_ENTITY_REFUSED: {
    blame: "sender",
    retry: "never",
    says: "Cannot read XML: no entity is known but lt, gt, amp, apos and quot (line {line}, offset {offset})",
  },
  XML_DEPTH_EXCEEDED: {
    blame: "sender",
    retry: "never",
    says: "Cannot read XML: nested deeper than depthMax ({depthMax})",
  },
  XML_ATTRIBUTES_EXCEEDED: {
    blame: "sender",
    retry: "never",
    says: "Cannot read XML: an element has more attributes than attributesMax ({attributesMax})",
  },
  XML_PATH_INVALID: {
    blame: "operator",
    retry: "never",
    says: "Cannot use path: not of the form /Root/Child[1]/@name that this call takes ({path})",
  },
  XML_PATH_BLOCKED: {
    blame: "sender",
    retry: "never",
    says: "Cannot set {path}: text stands where an element would have to be made",
  },
  XML_INDEX_MISSING: {
    blame: "operator",
    retry: "never",
    says: "Cannot set {path}: the elements before it do not exist",
  },
  XML_ROOT_FIXED: {
    blame: "operator",
    retry: "never",
    says: "Cannot change {path}: a document keeps its one root element",
  },
  XML_PREFIX_UNKNOWN: {
    blame: "operator",
    retry: "never",
    says: "Cannot write {path}: a prefix stands for no namespace there, or for another",
  },
  XML_VALUE_INVALID: {
    blame: "sender",
    retry: "never",
    says: "Cannot set {path}: the value has a character that XML cannot hold",
  },
  XML_NAME_UNWRITABLE: {
    blame: "operator",
    retry: "never",
    says: "Cannot write {path}: a name has a character that the encoding ({encoding}) lacks",
  },
  XML_NAME_INVALID: {
    blame: "operator",
    retry: "never",
    says: "Cannot create XML: not the name of an element, with or without a prefix or a namespace in braces",
  },
});

/** Fails for text that is not well-formed. */
export function invalid(text: string, offset: number, rule: string): never {
  return errors.fail("XML_TEXT_INVALID", { rule, ...placeOf(text, offset) });
}

/** Where in the text something is wrong, as facts of an error. */
export function placeOf(text: string, offset: number): { readonly line: number; readonly offset: number } {
  let line = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) line++;
  return { line, offset };
}
