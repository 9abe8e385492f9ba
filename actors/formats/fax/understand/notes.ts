/** Why a confidence is what it is. Never content. */
export const NOTES = {
  agreed: "both passes read the same",
  conflict: "the passes read different values",
  one_pass: "only one pass read it",
  repaired: "characters were repaired by what has to stand there",
  joined: "it was read in pieces",
  cut: "the edge of its column runs close beside it",
  rest: "something else stands beside it",
  label_unsure: "its label was read with mistakes",
  no_label: "its label was not found",
  empty: "nothing stands there",
  unreadable: "what stands there is not of its type",
  ambiguous: "characters that look alike cannot be told apart there",
  length: "it has not the usual length",
  spacing: "its digits stand further apart or closer than others on the page",
  decimals: "its decimals are not the usual ones",
  far: "it is years away from the others of its column",
  unknown_word: "it is no word that is known to stand there",
  vouched: "its name and its code are known to go together",
  check_digit: "its check digit fits",
  check_digit_wrong: "its check digit does not fit",
  check_met: "a check holds",
  check_failed: "a check does not hold",
  derived: "it follows from other values",
  several: "different values stand under the same label",
  gated: "its page was read badly",
  text_layer: "it comes from a text layer",
} as const;

/** See {@linkcode NOTES}. */
export type Note = keyof typeof NOTES;
