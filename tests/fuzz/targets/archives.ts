import { zipSync } from "fflate";
import { Glob } from "../../../adapters/_kit/files/glob.ts";
import { unzip, UnzipError } from "../../../adapters/_kit/files/packing/unzip.ts";
import { bytesOf, must, type Target, textOf } from "../target.ts";

const BYTES_MAX = 100_000;

/** Archives that partners send. */
export const archiveTarget: Target = {
  name: "archive",
  seeds: [
    zipSync({ "a.hl7": bytesOf("MSH|^~\\&|A\r".repeat(50)), "b/c.hl7": bytesOf("x") }),
    zipSync({ "é": [bytesOf("stored"), { level: 0 }], "empty": new Uint8Array() }),
  ],
  words: ["PK\x01\x02", "PK\x03\x04", "PK\x05\x06", "\xff\xff\xff\xff", "\0\0\0\0", "/"],
  async attempt(input) {
    try {
      const files = await unzip(input, BYTES_MAX);
      const size = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
      must(size <= BYTES_MAX, "no more is unpacked than may be");
      return files;
    } catch (cause) {
      // What the listener refuses the file for.
      if (cause instanceof UnzipError) return undefined;
      throw cause;
    }
  },
};

/** Patterns of file names. */
export const globTarget: Target = {
  name: "glob",
  seeds: ["**/lab_[0-9]?.{hl7,{txt,csv}}", "[!a-z]*\\{x", "a/**/b/*"],
  words: ["*", "**/", "?", "[", "]", "{", "}", ",", "\\", "!", "-", "/", "😀"],
  bytesMax: 200,
  attempt(input) {
    const pattern = textOf(input), glob = new Glob(pattern);
    const plain = pattern.replace(/[\\*?[\]{},]/g, "");
    if (plain === pattern && !pattern.includes("//")) {
      must(glob.matches(pattern), "plain text matches itself");
    }
    return [glob.matches("lab/a_7.hl7"), glob.reaches("lab"), glob.isDeep];
  },
};
