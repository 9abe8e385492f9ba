import { declareErrors } from "../../../runtime/contract/error.ts";

/** Every error of the JSON format. Offsets count characters from 0. */
export const errors = declareErrors("json", {
  JSON_BYTES_INVALID: {
    blame: "sender",
    retry: "never",
    says: "Cannot read JSON: not valid UTF-8",
  },
  JSON_TEXT_INVALID: {
    blame: "sender",
    retry: "never",
    says: "Cannot read JSON: against the grammar at offset {offset}",
  },
  JSON_NAME_REPEATED: {
    blame: "sender",
    retry: "never",
    says: "Cannot read JSON: an object has two members of one name, the second at offset {offset}",
  },
  JSON_DEPTH_EXCEEDED: {
    blame: "sender",
    retry: "never",
    says: "Cannot read JSON: nested deeper than depthMax ({depthMax})",
  },
  JSON_KIND_UNKNOWN: {
    blame: "operator",
    retry: "never",
    says: "Cannot create JSON: neither object nor list ({what})",
  },
  JSON_PATH_INVALID: {
    blame: "operator",
    retry: "never",
    says: "Cannot use path: not of the form $.name['name'][0] that this call takes ({path})",
  },
  JSON_PATH_BLOCKED: {
    blame: "sender",
    retry: "never",
    says: "Cannot set {path}: a value of another kind stands on the way",
  },
  JSON_INDEX_MISSING: {
    blame: "operator",
    retry: "never",
    says: "Cannot set {path}: the elements before it do not exist",
  },
});
