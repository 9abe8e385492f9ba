/** The platform's code for what went wrong (`ENOENT`), never its text: that quotes paths, and file names name patients. */
export function reasonOf(cause: unknown): string {
  const code = (cause as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "unknown";
}
