import type { MessageText } from "../syntax/message_text.ts";
import { partOf } from "../syntax/parts.ts";
import { Dtm } from "../values/dtm.ts";
import { isNumber } from "../values/is_number.ts";
import { type PartPlan, planner } from "./_plan.ts";
import { TYPE_PLANS } from "./_plans.ts";

/** How deep a text lies: a repetition, a component, a subcomponent. */
type Depth = 0 | 1 | 2;

const planOf = planner(TYPE_PLANS);

/** Types of earlier versions, and those that differ in a name alone. */
const SAME: Readonly<Record<string, string>> = {
  AD: "XAD",
  CE: "CWE",
  CF: "CWE",
  CK: "CX",
  CN: "XCN",
  CNE: "CWE",
  DT: "DTM",
  PN: "XPN",
  SI: "NM",
  TN: "XTN",
  TS: "DTM",
};

/**
 * What an encoded text of a type stands for: text, a number, a date or a plain object. `undefined` where it is empty or
 * cannot be read as its type, `null` where it is `""`.
 */
export function readValue(text: string, type: string, message: MessageText, depth: Depth = 0): unknown {
  if (text === "") return undefined;
  if (text === '""') return null;
  const plan = planOf(SAME[type] ?? type);
  if (plan) return readObject(text, plan, message, depth);
  const leaf = message.decoded(firstLeaf(text, message, depth));
  if (leaf === undefined || leaf === '""') return leaf && null;
  switch (SAME[type] ?? type) {
    case "DTM":
      return Dtm.parse(leaf, depth === 0 ? partOf(text, message.delimiters.component, 2) : undefined);
    case "NM":
      return isNumber(leaf) ? Number(leaf) : undefined;
    default:
      return leaf;
  }
}

function readObject(text: string, plan: readonly PartPlan[], message: MessageText, depth: Depth): unknown {
  const { component, subcomponent } = message.delimiters;
  const parts = depth === 0 ? text.split(component) : depth === 1 ? text.split(subcomponent) : [text];
  const read: Record<string, unknown> = {};
  for (const { number, names: [name, inner], type } of plan) {
    const value = readValue(parts[number - 1] ?? "", type, message, Math.min(depth + 1, 2) as Depth);
    if (value === undefined) continue;
    read[name] = inner === undefined ? value : { ...read[name] as object | undefined, [inner]: value };
  }
  return Object.keys(read).length > 0 ? read : undefined;
}

function firstLeaf(text: string, { delimiters }: MessageText, depth: Depth): string {
  const component = depth === 0 ? partOf(text, delimiters.component, 1) ?? "" : text;
  return depth === 2 ? component : partOf(component, delimiters.subcomponent, 1) ?? "";
}
