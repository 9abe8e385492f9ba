import type { AdapterTools } from "../../../runtime/contract/adapter.ts";
import type { Facts, MitralError } from "../../../runtime/contract/error.ts";
import { problem, type ProblemStatus } from "./problem.ts";

/** Why a request is refused. */
export interface Refusal<Code extends string> {
  readonly status: ProblemStatus;
  readonly code: Code;
  readonly facts?: Facts;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a refusal is answered with. */
export interface RefusalTools<Code extends string> extends Pick<AdapterTools<never, never>, "report"> {
  error(code: Code, facts?: Facts): MitralError;
}

/** True for what is a refusal, where it may be something else. */
export function isRefusal<T extends object, Code extends string>(
  value: T | Refusal<Code>,
): value is Refusal<Code> {
  return "code" in value && "status" in value;
}

/** The response to a request that is refused, which is counted. */
export function refused<Code extends string>(
  { error, report }: RefusalTools<Code>,
  { status, code, facts, headers }: Refusal<Code>,
): Response {
  report({ name: "requestRefused", facts: { status, code } });
  return problem(status, error(code, facts), headers);
}

/** Asks the client to wait (RFC 9110 section 10.2.3), in whole seconds. */
export function retryAfter(ms: number): Readonly<Record<string, string>> {
  return { "retry-after": String(Math.ceil(ms / 1000)) };
}
