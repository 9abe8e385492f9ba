import type { DocumentKind } from "../../../runtime/contract/document.ts";

/** What stands on a document: fields by name; tables are lists of rows. */
export interface Truth {
  readonly id: string;
  /** What whoever made it calls it. */
  readonly type: string;
  readonly fields: Readonly<Record<string, string | readonly Readonly<Record<string, string>>[]>>;
}

/** An image, and what stands on it. */
export interface Sample {
  /** Name of the image's file. */
  readonly image: string;
  /** `clean`, `typical`, `bad`, or what the name says; empty where it says nothing. */
  readonly level: string;
  /** `fine`, `std`, or what the name says. */
  readonly resolution: string;
  readonly truth: Truth;
}

const IMAGE = /\.(tiff?|pdf)$/i;

/**
 * Pairs files by name: the truth of `ID.LEVEL.RESOLUTION.tif` is `ID.truth.json`. Images without a truth come back by
 * name.
 */
export function pairUp(
  images: readonly string[],
  truths: readonly Truth[],
): { samples: Sample[]; alone: string[] } {
  const byId = new Map(truths.map((truth) => [truth.id, truth]));
  const samples: Sample[] = [], alone: string[] = [];
  for (const image of images.filter((name) => IMAGE.test(name)).toSorted()) {
    const parts = image.replace(IMAGE, "").split(".");
    // An id may have dots of its own: the longest that is known is it.
    let taken = parts.length;
    while (taken > 0 && !byId.has(parts.slice(0, taken).join("."))) taken--;
    const truth = byId.get(parts.slice(0, taken).join("."));
    if (truth === undefined) alone.push(image);
    else samples.push({ image, level: parts[taken] ?? "", resolution: parts[taken + 1] ?? "", truth });
  }
  return { samples, alone };
}

/** The kind that a document has to be taken for. What is none of the three has to stay unknown. */
export function kindOf(type: string): DocumentKind {
  if (/^inv/i.test(type)) return "invoice";
  if (/^lab/i.test(type)) return "lab_report";
  if (/^ref/i.test(type)) return "referral";
  return "unknown";
}
