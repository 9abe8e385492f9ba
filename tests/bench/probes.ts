/** Raw probes: what the machine gives without Mitral, measured in the same run. */
import type { Starting } from "./gateway_process.ts";

/** What a disk gives. */
export interface DiskProbe {
  /** Appends of 4 kB, each synced. */
  readonly syncsPerSecond: number;
  /** By SQLite, with so many rows of 1 kB a commit as were asked for. */
  readonly rowsPerSecond: number;
  readonly commitMs: number;
}

/** Syncs, and commits of `rows` rows of 1 kB, for half a second each. */
export async function groupCommit(
  folder: string,
  rows: number,
  env: Starting["env"] = {},
): Promise<DiskProbe> {
  const probe = new URL("disks/_probe_process.ts", import.meta.url).href;
  const { stdout } = await new Deno.Command("deno", {
    args: ["run", "-q", "--no-config", "-A", probe, folder, `${rows}`, "500"],
    env: { ...env },
    stderr: "inherit",
  }).output();
  const { syncsPerSecond, commitsPerSecond } = JSON.parse(new TextDecoder().decode(stdout));
  return { syncsPerSecond, rowsPerSecond: commitsPerSecond * rows, commitMs: 1000 / commitsPerSecond };
}

/** Round trips a second of 1 kB and a short answer over loopback, both ends in this process. */
export async function echo(connections: number, count: number): Promise<number> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const answer = new Uint8Array(100);
  const serve = async (socket: Deno.TcpConn) => {
    socket.setNoDelay(true);
    const into = new Uint8Array(4096);
    for (let got = 0;;) {
      const n = await socket.read(into);
      if (n === null) return socket.close();
      for (got += n; got >= 1024; got -= 1024) await socket.write(answer);
    }
  };
  const serving: Promise<void>[] = [];
  const accepting = (async () => {
    for await (const socket of listener) serving.push(serve(socket));
  })();
  let left = count;
  const startedMs = performance.now();
  await Promise.all(Array.from({ length: connections }, async () => {
    const socket = await Deno.connect({ hostname: "127.0.0.1", port: (listener.addr as Deno.NetAddr).port });
    socket.setNoDelay(true);
    const message = new Uint8Array(1024);
    const into = new Uint8Array(4096);
    while (left-- > 0) {
      await socket.write(message);
      await socket.read(into);
    }
    socket.close();
  }));
  const tookMs = performance.now() - startedMs;
  listener.close();
  await accepting;
  await Promise.all(serving);
  return count / tookMs * 1000;
}
