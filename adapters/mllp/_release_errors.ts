import type { Fault } from "../../runtime/contract/error.ts";

/** The two sides speak different releases of MLLP. */
export const releaseErrors = {
  MLLP_RELEASE_NEWER: {
    blame: "operator",
    retry: "later",
    says:
      "Cannot go on with {peer}: it sends commit acknowledgments, as in MLLP release 2, and release is 1 here",
  },
  MLLP_RELEASE_OLDER: {
    blame: "operator",
    retry: "later",
    says:
      "Cannot go on with {peer}: it answers without a commit acknowledgment, as in MLLP release 1, and release is 2 here",
  },
} as const satisfies Readonly<Record<string, Fault>>;
