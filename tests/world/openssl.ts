import type { Certified } from "./pki.ts";

/** What a client made with the `openssl` program had of a server. */
export interface Handshake {
  /** What the server sent; empty where it let nobody in. */
  readonly text: string;
  /** True where the handshake resumed an earlier session (RFC 8446 section 2.2). */
  readonly isResumed: boolean;
  /** All that the program says of it. */
  readonly says: string;
}

/** How the client comes. */
export interface Visit {
  readonly port: number;
  /** What it shows, where the server asks. */
  readonly as?: Certified;
  /** File the session is kept in for later. */
  readonly keep?: string;
  /** File of a session to resume. */
  readonly resume?: string;
  readonly version?: "1.2" | "1.3";
  /** What it says once it is let in. */
  readonly says?: string;
  /** It leaves once this has come; where left out, when the server ends. */
  readonly until?: RegExp;
}

/** Goes to a server with `openssl s_client`, says something, and reads until the server ends. */
export async function visit(
  { port, as, keep, resume, version, says = "", until }: Visit,
): Promise<Handshake> {
  const files: string[] = [];
  const written = async (text: string) => {
    const file = await Deno.makeTempFile({ suffix: ".pem" });
    await Deno.writeTextFile(file, text);
    files.push(file);
    return file;
  };
  const shown = as
    ? [
      "-cert",
      await written(as.certificate),
      "-cert_chain",
      await written(as.chain),
      "-key",
      await written(as.key),
    ]
    : [];
  const command = new Deno.Command("openssl", {
    args: [
      "s_client",
      "-connect",
      `127.0.0.1:${port}`,
      "-servername",
      "localhost",
      // The end of what it says must not end the connection: it waits for the server to.
      "-ign_eof",
      ...shown,
      ...(keep === undefined ? [] : ["-sess_out", keep]),
      ...(resume === undefined ? [] : ["-sess_in", resume]),
      ...(version === undefined ? [] : [version === "1.2" ? "-tls1_2" : "-tls1_3"]),
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
  await using child = command.spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(says)).catch(() => {});
  const said = new Response(child.stderr).text();
  let text = "";
  for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (until?.test(text)) child.kill();
  }
  await writer.abort().catch(() => {});
  await child.status;
  for (const file of files) await Deno.remove(file);
  return {
    text: /IN:[^\n]*/.exec(text)?.[0] ?? "",
    isResumed: /^Reused, /m.test(text),
    says: text + await said,
  };
}
