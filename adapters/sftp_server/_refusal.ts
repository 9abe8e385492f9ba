import type { MitralError } from "../../runtime/contract/error.ts";

/** How a request ended (draft-ietf-secsh-filexfer-02, section 7). */
export const STATUS = {
  OK: 0,
  EOF: 1,
  NO_SUCH_FILE: 2,
  PERMISSION_DENIED: 3,
  FAILURE: 4,
  OP_UNSUPPORTED: 8,
} as const;

/** One of {@linkcode STATUS}. */
export type Status = (typeof STATUS)[keyof typeof STATUS];

/** Why a request is not done, as the partner is told. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  /** What it is told beside words. */
  readonly status: Status;
  /** Left out for what partners may ask and clients do all the time: whether something is there. */
  readonly error: MitralError | undefined;

  constructor(status: Status, because: string | MitralError) {
    super(typeof because === "string" ? because : `${because.message} (${because.code})`);
    this.status = status;
    this.error = typeof because === "string" ? undefined : because;
  }
}

/** There is nothing of that name. */
export function absent(): Refusal {
  return new Refusal(STATUS.NO_SUCH_FILE, "No such file");
}
