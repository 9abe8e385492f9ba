import type { Settings } from "../_listener_spec.ts";

/** What is served where. */
export interface Paths {
  /** Messages are posted to it. */
  readonly messages: string;
  /** Tells the state of a message, with its id behind it; left out where nobody is told. */
  readonly states?: string;
  /** The OpenAPI document; left out where there is none. */
  readonly document?: string;
}

/** Where a listener serves what. */
export function pathsOf({ path, answer, openapi }: Pick<Settings, "path" | "answer" | "openapi">): Paths {
  const below = path.endsWith("/") ? path : `${path}/`;
  return {
    messages: path,
    ...(answer === "status" ? { states: `${below}messages/` } : {}),
    ...(openapi ? { document: `${below}openapi.json` } : {}),
  };
}

/** True for a path at which something is served. */
export function isServed({ messages, states, document }: Paths, path: string): boolean {
  return path === messages || path === document || states !== undefined && path.startsWith(states);
}
