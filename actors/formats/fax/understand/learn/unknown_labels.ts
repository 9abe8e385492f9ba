import { overlaps } from "../layout/phrases.ts";
import type { Template } from "../template.ts";
import { isInStrip, piecesOf } from "./pieces.ts";
import type { UnknownLabel } from "./proposal.ts";
import type { Example } from "./propose.ts";

/** More than a person wants to read through. */
const LABELS_MAX = 8;
const WORDS_MAX = 4;

/** Labels with a colon that every example has, that the kind has no name for, and behind which not always the same stands. */
export function unknownLabels(examples: readonly Example[], base: Template): readonly UnknownLabel[] {
  const all = examples.map((example) => labelsOf(example, base));
  const [first, ...others] = all;
  return [...first].filter(([folded]) => others.every((other) => other.has(folded)))
    .filter(([folded]) =>
      examples.length === 1 || new Set(all.map((each) => each.get(folded)!.behind)).size > 1
    )
    .slice(0, LABELS_MAX)
    .map(([, { text }]) => ({ anchor: text, examples: examples.length }));
}

function labelsOf(
  { views, findings }: Example,
  base: Template,
): ReadonlyMap<string, { readonly text: string; readonly behind: string }> {
  const labels = new Map<string, { text: string; behind: string }>();
  const known = Object.keys(base.fields).flatMap((name) =>
    findings[name].flatMap(({ label }) => label ? [label.hit] : [])
  );
  for (const view of views) {
    const pieces = piecesOf(view);
    for (const [at, { words, box, folded }] of pieces.entries()) {
      const end = words.findIndex(({ text }) => text.endsWith(":"));
      if (end < 0 || end >= WORDS_MAX || isInStrip(view, box)) continue;
      const label = words.slice(0, end + 1).map(({ text }) => text).join(" ").replace(/\s*:$/, "");
      if (!/\p{L}{2}/u.test(label) || /\d{3}/.test(label)) continue;
      if (known.some((hit) => hit.page === view.layout.page.page && overlaps(hit.box, box))) continue;
      const rest = words.slice(end + 1).map((word) => word.folded).join("");
      const next = pieces[at + 1];
      const beside = next && Math.abs(next.box.y0 - box.y0) < view.layout.unit ? next.folded : "";
      const behind = rest || beside;
      if (behind !== "") {
        labels.set(words.slice(0, end + 1).map((word) => word.folded).join("") || folded, {
          text: label,
          behind,
        });
      }
    }
  }
  return labels;
}
