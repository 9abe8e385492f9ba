import { defineFormat } from "../../../runtime/contract/format.ts";
import { integer } from "../../../runtime/contract/spec.ts";
import { batch } from "./batch.ts";
import { create } from "./create.ts";
import { errors } from "./errors.ts";
import { JSON_TYPE, JsonBody } from "./json_body.ts";
import { checkPath } from "./path.ts";

export { JsonBody } from "./json_body.ts";

/** JSON (RFC 8259), in UTF-8. It has no ids, no keys of order and no answers of its own. */
export default defineFormat({
  name: "json",
  about: "JSON documents, read and changed by path.",
  contentTypes: [JSON_TYPE],
  config: {
    depthMax: integer("How deep objects and lists may be nested.", { min: 1, max: 1000, default: 100 }),
  },
  errors: errors.faults,
  parse: (bytes, { config }) => JsonBody.parse(bytes, { depthMax: config.depthMax }),
  create,
  checkPath,
  batch,
});
