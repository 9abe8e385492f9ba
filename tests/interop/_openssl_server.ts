import { join } from "node:path";
import type { Certified } from "../world/pki.ts";
import type { Peer } from "./_peers.ts";

/** A server of TLS that other people wrote: `openssl s_server` on this machine. */
export interface OpensslServer extends AsyncDisposable {
  readonly port: number;
}

/** What the server is to be like. */
export interface ServerWish {
  /** What it shows; without those between it and a root. */
  readonly shows: Certified;
  /** What it sends beside. */
  readonly between?: readonly Certified[];
  /** Lets in only whom this one has signed. */
  readonly clientsOf?: Certified;
  /** Further arguments: `-tls1_2`. */
  readonly args?: readonly string[];
  /** Where it listens; a port that the system chooses where left out. */
  readonly port?: number;
  /** What it says to what has come on a connection so far; `undefined`: nothing yet. */
  readonly answer?: (said: string) => string | undefined;
}

/** Starts a server. */
export async function opensslServer(openssl: Peer, wish: ServerWish): Promise<OpensslServer> {
  const folder = await Deno.makeTempDir();
  const file = async (name: string, text: string) => {
    await Deno.writeTextFile(join(folder, name), text);
    return name;
  };
  const { shows, between = [], clientsOf, args = [], port: wanted = 0, answer } = wish;
  const chain = between.map(({ certificate }) => certificate).join("");
  const server = openssl.command([
    ...["s_server", "-accept", `127.0.0.1:${wanted}`],
    ...["-cert", await file("own.pem", shows.certificate), "-key", await file("own.key", shows.key)],
    ...(chain === "" ? [] : ["-cert_chain", await file("chain.pem", chain)]),
    ...(clientsOf
      ? [
        ...["-Verify", "4", "-verify_return_error"],
        ...["-CAfile", await file("clients.pem", clientsOf.certificate)],
      ]
      : []),
    ...args,
  ], { cwd: folder, stdin: "piped", stdout: "piped", stderr: "null" }).spawn();
  const said = server.stdout.pipeThrough(new TextDecoderStream());
  const port = await portIn(said, wanted);
  const input = server.stdin.getWriter();
  let heard = "";
  const draining = said.pipeTo(
    new WritableStream({
      async write(text) {
        heard = text.includes("ACCEPT") ? "" : heard + text;
        const says = answer?.(heard);
        if (says === undefined) return;
        heard = "";
        await input.write(new TextEncoder().encode(says));
      },
    }),
  );
  return {
    port,
    async [Symbol.asyncDispose]() {
      server.kill("SIGKILL");
      await input.close().catch(() => {});
      await server.status;
      await draining;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** The port that the server says it has taken; it names none that it was told to take. */
async function portIn(said: ReadableStream<string>, wanted: number): Promise<number> {
  const reader = said.getReader();
  for (let text = "";;) {
    const { value, done } = await reader.read();
    if (done) throw new Error("openssl s_server did not start");
    text += value;
    const accepting = /^ACCEPT(?: \S+:(\d+))?$/m.exec(text);
    if (!accepting) continue;
    reader.releaseLock();
    return Number(accepting[1] ?? wanted);
  }
}
