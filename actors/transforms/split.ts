import { defineTransformer } from "../../runtime/contract/actor.ts";
import { hasPaths, type Message, type PathBody } from "../../runtime/contract/message.ts";
import { choice, record, text } from "../../runtime/contract/spec.ts";

const ABOUT = "Makes several messages of one, which go on as its parts.";

/**
 * Makes a message of each thing a path can mean. What a part holds is the format's business: for HL7 v2 the segments
 * before the first such segment, with one of them and what follows it; for JSON the element by itself.
 *
 * ```yaml
 * - split: OBR
 * - split: { by: OBR, number: MSH-10 }
 * - split: { by: "$.items[*]", empty: filter }
 * ```
 *
 * Parts know their number and how many there are: `{part}` and `{parts}` in templates. `number` writes an id for each
 * part where the message has its own: `A17` becomes `A17-1`, `A17-2`, cut at the front to 20 characters. Without it all
 * parts have the id of the message, and a receiver may take them for repetitions.
 */
export default defineTransformer({
  name: "split",
  about: ABOUT,
  config: record(ABOUT, {
    by: text("The path of what to make a message of each.", { example: "OBR" }),
    number: text("The path of the id, which each part gets with its own number.", {
      optional: true,
      example: "MSH-10",
    }),
    empty: choice("What becomes of a message with nothing at the path.", ["fail", "keep", "filter"], {
      default: "fail",
    }),
  }, { short: "by", example: "OBR" }),
  errors: {
    SPLIT_BODY_UNSUPPORTED: {
      blame: "operator",
      retry: "never",
      says: "Cannot split: the body has no paths, parse it first",
    },
    SPLIT_PLACE_MISSING: {
      blame: "sender",
      retry: "never",
      says: "Cannot split: the message has nothing at {path}",
    },
  },
  splits: true,
  prepare({ config: { by, number }, body }) {
    body?.checkPath(by, "split");
    if (number !== undefined) body?.checkPath(number, "write");
  },
  transform(message: Message, { config: { by, number, empty }, fail }) {
    const { body } = message;
    if (!hasPaths(body)) return fail("SPLIT_BODY_UNSUPPORTED");
    const bodies = body.split(by);
    if (bodies.length === 0) {
      if (empty === "fail") fail("SPLIT_PLACE_MISSING", { path: by });
      return empty === "keep" ? message : null;
    }
    const id = number === undefined ? undefined : body.get(number);
    return bodies.map((one, at) => {
      const part = String(at + 1);
      const numbered = number === undefined || id === undefined ? one : one.with(number, partId(id, part));
      return message.derive<PathBody>({ body: numbered, metadata: { part, parts: String(bodies.length) } });
    });
  },
});

/** All HL7 v2 had room for up to version 2.6. */
const ID_MAX = 20;

/** The end of an id is kept: it is where ids that follow each other differ. */
function partId(id: string, part: string): string {
  return `${id.slice(Math.max(0, id.length + 1 + part.length - ID_MAX))}-${part}`;
}
