import type { Fault } from "../../../../runtime/contract/error.ts";
import { bytes, choice, list } from "../../../../runtime/contract/spec.ts";

/** Settings of what is unpacked. */
export const unpackingSettings = {
  unpack: list(
    "Archives whose files are taken in their place, one message each. Other files are taken as they are.",
    choice("A kind of archive.", ["zip", "gzip"]),
    { default: [], orOne: true, example: ["zip", "gzip"] },
  ),
  unpackedBytesMax: bytes("How much may be unpacked from one file. One that holds more is refused.", {
    default: 256 * 1024 * 1024,
    min: 1,
  }),
} as const;

/** What can go wrong while unpacking. */
export const unpackingFaults = {
  ARCHIVE_CONTENT_DAMAGED: {
    blame: "sender",
    retry: "never",
    says: "Cannot unpack file: it is damaged or cut short",
  },
  ARCHIVE_SIZE_EXCESSIVE: {
    blame: "sender",
    retry: "never",
    says: "Cannot unpack file: it holds more than unpackedBytesMax ({unpackedBytesMax}), or too many files",
  },
  ARCHIVE_KIND_UNSUPPORTED: {
    blame: "sender",
    retry: "never",
    says: "Cannot unpack file: it is encrypted, packed by another method than deflate, or in the 64-bit form",
  },
} as const satisfies Record<string, Fault>;
