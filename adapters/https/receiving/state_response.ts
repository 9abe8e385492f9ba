import type { MessageProgress } from "../../../runtime/contract/adapter.ts";
import { ANSWER_HEADERS } from "../../_kit/http/problem.ts";

/** The response to a message that is durable, where its sender asks for its state later. */
export function takenResponse(id: string, states: string): Response {
  const url = states + id;
  return json(202, { id, status: url }, { location: url });
}

/** How far a message has come; never what is in it. */
export function stateResponse({ id, state, receivedAtMs }: MessageProgress): Response {
  return json(200, { id, state, receivedAt: new Date(receivedAtMs).toISOString() });
}

/** A response in JSON. */
export function json(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(JSON.stringify(value), {
    status,
    headers: { ...ANSWER_HEADERS, "content-type": "application/json", ...headers },
  });
}
