/** What a listener serves, as an OpenAPI 3.1 document: only what it does, by its settings. */
import type { Settings, Tools } from "../_listener_spec.ts";
import { includesType } from "../_media_type.ts";
import type { Paths } from "./paths.ts";
import type { Scheme } from "./sign_in.ts";

type Json = Readonly<Record<string, unknown>>;

/** The document, as an object. */
export function openApiOf(
  tools: Tools,
  { messages, states, document }: Paths,
  schemes: readonly Scheme[],
): Json {
  const { config, contentTypes } = tools;
  const whole = { config, contentTypes, schemes };
  return {
    openapi: "3.1.0",
    info: {
      title: `Messages by ${messages}`,
      version: "1",
      description: "Takes messages, one to a request, for a channel of a Mitral gateway.",
    },
    ...(schemes.length > 0 ? { security: schemes.map((scheme) => ({ [scheme]: [] })) } : {}),
    paths: {
      [messages]: { post: posting(whole) },
      ...(states ? { [`${states}{id}`]: { get: asking(whole) } } : {}),
      ...(document ? { [document]: { get: reading(whole) } } : {}),
    },
    components: {
      schemas: { Problem: PROBLEM, ...(states ? { Taken: TAKEN, State: STATE } : {}) },
      ...(schemes.length > 0
        ? { securitySchemes: Object.fromEntries(schemes.map((scheme) => [scheme, SCHEMES[scheme]])) }
        : {}),
    },
  };
}

interface Whole {
  readonly config: Settings;
  readonly contentTypes: readonly string[];
  readonly schemes: readonly Scheme[];
}

function posting(whole: Whole): Json {
  const { config: { answer }, contentTypes } = whole;
  const takesAnything = includesType(contentTypes, "application/octet-stream");
  const anything = { "*/*": {} };
  const refusals = problems(whole, 400, 408, 413, 415, 422, 500, 503);
  const answers = { content: { ...typed(contentTypes), ...anything } };
  // The channel's own answer may come with these, where there is one.
  const judged = Object.fromEntries(
    Object.entries(refusals).map(([status, response]) =>
      answer === "outcome" && ["415", "422", "500", "503"].includes(status)
        ? [status, { ...response, content: { ...response.content, ...anything } }]
        : [status, response]
    ),
  );
  return {
    operationId: "postMessage",
    summary: "Hands over a message.",
    parameters: [{
      name: "Idempotency-Key",
      in: "header",
      required: false,
      description:
        "The same request again, under the same key, has the same answer, and the message is taken once. Other bytes under it are refused with 422.",
      schema: { type: "string", minLength: 1, maxLength: 257 },
    }],
    requestBody: { required: true, content: takesAnything ? anything : typed(contentTypes) },
    responses: {
      "200": {
        description: "What the channel says of the message; it may be a refusal in the format's own words.",
        ...answers,
      },
      "204": { description: "The message was taken, and there is nothing to say." },
      ...(answer === "status" ? { "202": TAKEN_RESPONSE } : {}),
      ...judged,
    },
  };
}

function asking(whole: Whole): Json {
  return {
    operationId: "getState",
    summary: "Tells how far a message has come.",
    parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }],
    responses: {
      "200": { description: "Its state.", content: { "application/json": { schema: ref("State") } } },
      ...problems(whole, 404, 500, 503),
    },
  };
}

function reading(whole: Whole): Json {
  return {
    operationId: "getDocument",
    summary: "This document.",
    responses: {
      "200": {
        description: "This document.",
        content: { "application/json": { schema: { type: "object" } } },
      },
      ...problems(whole, 500),
    },
  };
}

interface ProblemResponse extends Json {
  readonly content: Json;
}

/** Refusals of an operation, and those that every one may have. */
function problems({ config, schemes }: Whole, ...own: readonly number[]): Record<string, ProblemResponse> {
  const clients = Object.values(config.clients), asksForMore = schemes.some((each) => each !== "certificate");
  const isLimited = [config, ...clients].some(({ requestsPerSecondMax }) => requestsPerSecondMax > 0);
  const statuses = [
    ...own,
    ...(asksForMore ? [401] : []),
    ...(clients.length > 0 ? [403] : []),
    ...(isLimited || asksForMore ? [429] : []),
  ];
  return Object.fromEntries(
    statuses.sort().map((status) => {
      const isWaiting = status === 429 || status === 503;
      return [String(status), {
        description: MEANINGS[status],
        ...(isWaiting ? { headers: { "Retry-After": RETRY_AFTER } } : {}),
        ...(status === 401 ? { headers: { "WWW-Authenticate": { schema: { type: "string" } } } } : {}),
        content: { "application/problem+json": { schema: ref("Problem") } },
      }];
    }),
  );
}

function typed(contentTypes: readonly string[]): Json {
  return Object.fromEntries(contentTypes.map((contentType) => [contentType, {}]));
}

function ref(schema: string): Json {
  return { $ref: `#/components/schemas/${schema}` };
}

const MEANINGS: Readonly<Record<number, string>> = {
  400: "The request is not as it must be.",
  401: "It does not prove who it is from.",
  403: "Whoever it is from may not do this.",
  404: "There is no such message of this sender.",
  408: "The body took too long.",
  413: "The body is too large.",
  415: "The media type is not taken.",
  422: "The message is not taken, or its key was used for other bytes.",
  429: "Too many requests.",
  500: "Something is wrong here.",
  503: "Nothing is taken at the moment.",
};

const RETRY_AFTER: Json = {
  description: "Seconds to wait.",
  required: true,
  schema: { type: "string", pattern: "^[0-9]+$" },
};

const PROBLEM: Json = {
  type: "object",
  description: "RFC 9457.",
  required: ["type", "title", "status", "detail", "code"],
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer", minimum: 400, maximum: 599 },
    detail: { type: "string", description: "For a person." },
    code: { type: "string", description: "For a program.", pattern: "^[A-Z0-9]+(_[A-Z0-9]+)+$" },
  },
};

const TAKEN: Json = {
  type: "object",
  required: ["id", "status"],
  properties: {
    id: { type: "string" },
    status: { type: "string", description: "Where to ask how far it has come." },
  },
};

const TAKEN_RESPONSE: Json = {
  description: "The message is safe, and goes on.",
  headers: { Location: { required: true, schema: { type: "string" } } },
  content: { "application/json": { schema: ref("Taken") } },
};

const STATE: Json = {
  type: "object",
  required: ["id", "state", "receivedAt"],
  properties: {
    id: { type: "string" },
    state: { enum: ["received", "processed", "delivered", "filtered", "quarantined", "cancelled"] },
    receivedAt: { type: "string", format: "date-time" },
  },
};

const SCHEMES: Readonly<Record<Scheme, Json>> = {
  bearer: { type: "http", scheme: "bearer" },
  basic: { type: "http", scheme: "basic" },
  signature: {
    type: "apiKey",
    in: "header",
    name: "Signature",
    description: "RFC 9421 with hmac-sha256, beside Signature-Input and Content-Digest (RFC 9530).",
  },
  certificate: { type: "mutualTLS" },
};
