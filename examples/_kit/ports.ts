/**
 * A port nobody listens on. Not of the system's own choice: it gives those to outgoing connections too, and one of them
 * could take a gateway's port while that is being restarted.
 */
export function freePort(): number {
  for (;;) {
    const port = 12_000 + Math.floor(Math.random() * 18_000);
    if (isFree(port)) return port;
  }
}

/** So many different ones. */
export function freePorts(count: number): readonly number[] {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(freePort());
  return [...ports];
}

function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch (cause) {
    if (cause instanceof Deno.errors.AddrInUse) return false;
    throw cause;
  }
}
