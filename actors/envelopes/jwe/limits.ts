/**
 * Bounds of the `jwe` envelope. The largest headers that sealing makes, with 64 recipients of long names, are within what
 * opening takes; the ciphertext is as long as the channel's `messageBytesMax` lets it be.
 */

/** The protected header: two short texts a recipient. */
export const HEADER_BYTES_MAX = 131_072;
