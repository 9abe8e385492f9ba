/** Bounds that hold for every envelope with a statement inside. */

/** Gateways one envelope may be sealed for. */
export const RECIPIENTS_MAX = 64;
/** Characters of an id, a gateway's name, a channel's name, a key id or a media type. */
export const TEXT_CHARACTERS_MAX = 200;
/** The signed statement: two short texts a recipient. */
export const STATEMENT_BYTES_MAX = 131_072;
/** A receipt is about 1 kB. */
export const RECEIPT_BYTES_MAX = 16_384;
/** How far the clocks of two gateways may lie apart. */
export const CLOCK_SKEW_MS_MAX = 300_000;
