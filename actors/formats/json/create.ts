import { errors } from "./errors.ts";
import { JsonBody } from "./json_body.ts";

/** An empty `object`, which is also what nothing means, or an empty `list`. Errors: JSON_KIND_UNKNOWN. */
export function create(what: string): JsonBody {
  if (what === "" || what === "object") return JsonBody.parse("{}");
  return what === "list" ? JsonBody.parse("[]") : errors.fail("JSON_KIND_UNKNOWN", { what });
}
