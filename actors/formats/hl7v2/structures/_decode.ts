import { VERSIONS } from "../definitions/version.ts";

/*
 * A line of structures.json is one message structure over all versions, in the manner of HL7's own abstract syntax:
 *
 *   "ORU_R01": "R40: MSH SFT*25- PATIENT_RESULT(PATIENT(PID NK1*231- …)? ORDER_OBSERVATION(ORC? OBR …)+)+ DSC?"
 *
 * Before the colon: the versions that have it, where not all do, and the events that share it, beside the one it is
 * named for (`LSR^U13` where the type is another, too). Then segments and, with parentheses, groups by HL7's names.
 * `?` may be left out, `*` may be left out and repeats, `+` repeats, nothing or `!` stands once. `<A/B>` is one of several,
 * `ANY` any segment. Behind it the versions it is so in: `25` in 2.5, `25-` from then on, `-24` up to 2.4, `231-25`;
 * several with commas; none: in all versions that have what is around it.
 */

/** One segment, or one of several, at its place. */
export interface Leaf {
  readonly kind: "segment";
  /** What may stand here; `ANY` is any segment. */
  readonly ids: readonly string[];
  readonly isRequired: boolean;
  readonly repeats: boolean;
  /** What it is part of. */
  readonly parent: Group;
  /** Where in its parent. */
  readonly at: number;
}

/** A group of segments and groups in order; the whole message is one. */
export interface Group {
  readonly kind: "group";
  /** As HL7 names it: `ORDER_OBSERVATION`; of a whole message its structure, `ORU_R01`. */
  readonly name: string;
  readonly parts: readonly (Leaf | Group)[];
  readonly isRequired: boolean;
  readonly repeats: boolean;
  /** `undefined` for the whole message. */
  readonly parent: Group | undefined;
  /** Where in its parent. */
  readonly at: number;
}

type Draft = { -readonly [K in keyof Group]: Group[K] } & { readonly parts: (Leaf | Group)[] };

const TOKEN = /([A-Za-z0-9_]+)|([()<>/])|([!?*+][^ ()<>/]*)/g;

/** Reads the part behind the colon as of one version, by its place in VERSIONS. */
export function decodeStructure(name: string, body: string, version: number): Group {
  const tokens = body.match(TOKEN) ?? [];
  let next = 0;
  const whole: Draft = { ...ONCE, kind: "group", name, parts: [], parent: undefined, at: 0 };
  readParts(whole);
  return whole;

  function readParts(parent: Draft): void {
    while (next < tokens.length && tokens[next] !== ")") {
      const part = readPart(parent);
      if (part) parent.parts.push(part);
    }
    next++;
  }

  function readPart(parent: Draft): Leaf | Group | undefined {
    const at = parent.parts.length, first = tokens[next++];
    let part: Draft | Omit<Leaf, "isRequired" | "repeats">;
    if (tokens[next] === "(") {
      next++;
      part = { ...ONCE, kind: "group", name: first, parts: [], parent, at };
      readParts(part);
    } else {
      part = { kind: "segment", ids: first === "<" ? readAlternatives() : [first], parent, at };
    }
    const sign = signIn(/^[!?*+]/.test(tokens[next] ?? "") ? tokens[next++] : "!", version);
    if (sign === undefined) return undefined;
    return Object.assign(part, {
      isRequired: sign === "!" || sign === "+",
      repeats: sign === "*" || sign === "+",
    });
  }

  function readAlternatives(): string[] {
    const ids: string[] = [];
    for (; tokens[next] !== ">"; next++) if (tokens[next] !== "/") ids.push(tokens[next]);
    next++;
    return ids;
  }
}

const ONCE = { isRequired: true, repeats: false };

/** How often it stands in a version; `undefined` where the version does not have it. */
function signIn(suffix: string, version: number): string | undefined {
  return suffix.split(",").find((variant) => {
    const [first, last] = rangeOf(variant.slice(1));
    return first <= version && version <= last;
  })?.[0];
}

/** `25-` and its like as places in VERSIONS, both ends included; all of them where the text is empty. */
export function rangeOf(text: string): readonly [first: number, last: number] {
  const [first, last = first] = text.split("-");
  return [first === "" ? 0 : placeOf(first), last === "" ? VERSIONS.length - 1 : placeOf(last)];
}

function placeOf(digits: string): number {
  return VERSIONS.findIndex((version) => version.replaceAll(".", "") === digits);
}
