import { timingSafeEqual } from "node:crypto";
import type { Context } from "hono";

/** What a form says; nothing where the body is none. */
export async function formOf({ req }: Context): Promise<URLSearchParams> {
  const type = req.header("content-type")?.split(";")[0].trim();
  return new URLSearchParams(type === "application/x-www-form-urlencoded" ? await req.text() : "");
}

/** Whether two texts are the same, in a time that does not tell where they differ. */
export function sameText(a: string, b: string): boolean {
  const [one, other] = [a, b].map((text) => new TextEncoder().encode(text));
  return one.length === other.length && timingSafeEqual(one, other);
}
