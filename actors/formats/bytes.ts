import { defineFormat } from "../../runtime/contract/format.ts";
import { RawBody } from "../../runtime/contract/message.ts";

/** Any bytes, passed on as they are. The body keeps the array, which its owner MUST NOT change. */
export default defineFormat({
  name: "bytes",
  about: "Any bytes, passed on as they are.",
  contentTypes: ["application/octet-stream"],
  config: {},
  errors: {},
  parse: (bytes, { contentType }) => new RawBody(bytes, contentType),
});
