import { defineTransformer } from "../../runtime/contract/actor.ts";
import { hasPaths, type Message } from "../../runtime/contract/message.ts";
import { map, text } from "../../runtime/contract/spec.ts";
import { fill, type Scope, type Template, Templates } from "./_template.ts";

/**
 * Makes a JSON object of a message of any format: a short way to write an answer. Every value is a string.
 *
 * ```yaml
 * respond:
 *   - json: { status: "{MSA-1}", id: "{MSA-2}", error.code: "{ERR-3.1}" }
 * ```
 *
 * gives `{"status":"AE","id":"17","error":{"code":"101"}}`. Values are templates, as in `set`. A member whose value is
 * absent is left out, and so is an object without members.
 */
export default defineTransformer({
  name: "json",
  about: "Makes a JSON object of a message.",
  config: map(
    "The members by name, in order; a dot in a name leads into an object.",
    "name",
    text("A template: text, with values of the message in braces."),
    { example: { status: "{MSA-1}", id: "{MSA-2}" } },
  ),
  errors: {
    JSON_BODY_UNSUPPORTED: {
      blame: "operator",
      retry: "never",
      says: "Cannot make JSON: the body has no paths, parse it first",
    },
    JSON_MEMBER_DEEP: {
      blame: "operator",
      retry: "never",
      says: "Cannot make JSON: a name leads into more than {depthMax} objects",
    },
    JSON_MEMBER_BLOCKED: {
      blame: "operator",
      retry: "never",
      says: "Cannot make JSON: {name} cannot be both a value and an object",
    },
  },
  gives: () => "json",
  prepare(tools) {
    const templates = new Templates(tools);
    const members: Members = new Map();
    for (const [name, value] of Object.entries(tools.config)) {
      if (name.split(".", DEPTH_MAX + 1).length > DEPTH_MAX) {
        tools.fail("JSON_MEMBER_DEEP", { depthMax: DEPTH_MAX });
      }
      const template = templates.compile(value, name);
      if (!place(members, name.split("."), template)) tools.fail("JSON_MEMBER_BLOCKED", { name });
    }
    return { templates, members, format: tools.formats("json") };
  },
  transform(message: Message, { prepared: { templates, members, format }, state, fail }) {
    const { body } = message;
    if (!hasPaths(body)) return fail("JSON_BODY_UNSUPPORTED");
    return templates.run(message, body, state, (scope) => {
      const text = objectOf(members, scope) ?? "{}";
      return message.derive({ body: format.parse(new TextEncoder().encode(text)) });
    });
  },
});

/** Nobody means more, and the format reads no deeper. */
const DEPTH_MAX = 100;

/** An object before it is filled in. Not an object of JavaScript: a member may be called `__proto__`. */
type Members = Map<string, Template | Members>;

/** False where a value stands in the way. */
function place(members: Members, [name, ...deeper]: readonly string[], template: Template): boolean {
  const there = members.get(name);
  if (deeper.length === 0) {
    if (there !== undefined) return false;
    members.set(name, template);
    return true;
  }
  const inner = there ?? new Map();
  if (!(inner instanceof Map)) return false;
  members.set(name, inner);
  return place(inner, deeper, template);
}

/** The text of an object; `undefined` where it has no members. */
function objectOf(members: Members, scope: Scope): string | undefined {
  const written: string[] = [];
  for (const [name, member] of members) {
    const value = member instanceof Map ? objectOf(member, scope) : stringOf(fill(member, scope));
    if (value !== undefined) written.push(`${JSON.stringify(name)}:${value}`);
  }
  return written.length === 0 ? undefined : `{${written.join(",")}}`;
}

function stringOf(value: string | undefined): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}
