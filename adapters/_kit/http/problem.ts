import type { MitralError } from "../../../runtime/contract/error.ts";

/** Headers of every answer: what travels here is nobody's to keep or to guess at. */
export const ANSWER_HEADERS: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
};

/**
 * An error as problem details (RFC 9457): `title` is the status's own phrase, as `about:blank` wants it, `detail` the
 * error's sentence, which is safe to send, and `code` what a program decides by.
 */
export function problem(
  status: ProblemStatus,
  error: MitralError,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const details = {
    type: "about:blank",
    title: TITLES[status],
    status,
    detail: error.message,
    code: error.code,
  };
  return new Response(JSON.stringify(details), {
    status,
    headers: { ...ANSWER_HEADERS, "content-type": "application/problem+json", ...headers },
  });
}

/** The statuses a listener refuses with (RFC 9110 section 15). */
const TITLES = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  422: "Unprocessable Content",
  429: "Too Many Requests",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
} as const;

/** A status that a listener refuses with. */
export type ProblemStatus = keyof typeof TITLES;
