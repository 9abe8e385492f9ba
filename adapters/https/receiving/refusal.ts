import type { Facts } from "../../../runtime/contract/error.ts";
import type { Tools } from "../_listener_spec.ts";
import type { ListenerCode } from "./errors.ts";
import { problem, type ProblemStatus } from "../../_kit/http/problem.ts";

/** Why a request is refused. */
export interface Refusal {
  readonly status: ProblemStatus;
  readonly code: ListenerCode;
  readonly facts?: Facts;
  readonly headers?: Readonly<Record<string, string>>;
}

/** True for what is a refusal, where it may be something else. */
export function isRefusal(value: object): value is Refusal {
  return "code" in value && "status" in value;
}

/** The response to a request that is refused, which is counted. */
export function refused({ error, report }: Tools, { status, code, facts, headers }: Refusal): Response {
  report({ name: "requestRefused", facts: { status, code } });
  return problem(status, error(code, facts), headers);
}

/** Asks the client to wait (RFC 9110 section 10.2.3), in whole seconds. */
export function retryAfter(ms: number): Readonly<Record<string, string>> {
  return { "retry-after": String(Math.ceil(ms / 1000)) };
}
