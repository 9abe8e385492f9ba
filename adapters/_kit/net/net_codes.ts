/** What a failure of the network is, whatever the platform calls it. */
export type NetTrouble = "busy" | "forbidden" | "notOurs" | "unknownHost" | "other";

/** Reads the platform's error. A name that cannot be resolved has no code on every platform, only words. */
export function netTrouble(cause: unknown): NetTrouble {
  const { code = "", name = "", message = "" } = cause as { code?: string; name?: string; message?: string };
  if (code === "EADDRINUSE") return "busy";
  if (code === "EACCES" || code === "EPERM" || name === "NotCapable") return "forbidden";
  if (code === "EADDRNOTAVAIL") return "notOurs";
  if (code === "ENOTFOUND" || code.startsWith("EAI_") || message.includes("failed to lookup address")) {
    return "unknownHost";
  }
  return "other";
}

/** The platform's short code, for the facts of an error: `ECONNREFUSED`. */
export function netCode(cause: unknown): string {
  const { code } = cause as { code?: unknown };
  return typeof code === "string" ? code : "unknown";
}
