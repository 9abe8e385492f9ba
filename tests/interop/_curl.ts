import { assert } from "@std/assert";
import { requirePeer } from "./_peers.ts";

/** curl, or the lack of it. */
export const curl = await requirePeer("curl");

/** Runs curl, with a body on its standard input; the last response it got, and its body. */
export async function post(
  url: string,
  body: string | undefined,
  ...args: string[]
): Promise<{ status: number; head: string; body: string }> {
  const child = curl.command(
    [
      ...["--silent", "--show-error", "--noproxy", "*", "--include"],
      ...(body === undefined ? [] : ["--data-binary", "@-"]),
      ...args,
      url,
    ],
    { stdin: "piped", stdout: "piped" },
  ).spawn();
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode(body ?? ""));
  await input.close();
  const { success, stdout } = await child.output();
  assert(success);
  const said = new TextDecoder().decode(stdout).replace(/^HTTP\/1\.1 100 [^]*?\r\n\r\n/, "");
  const end = said.indexOf("\r\n\r\n");
  return { status: Number(said.split(" ")[1]), head: said.slice(0, end), body: said.slice(end + 4) };
}
