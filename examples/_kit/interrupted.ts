/** Resolves when a person, or the system, asks the program to end. */
export function interrupted(): Promise<void> {
  const signals = Deno.build.os === "windows"
    ? ["SIGINT"] as const
    : ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  return new Promise((resolve) => {
    for (const name of signals) Deno.addSignalListener(name, () => resolve());
  });
}
