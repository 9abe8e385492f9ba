import { assert } from "@std/assert";

/** Where OpenSSH's client is to go, and as whom. */
export interface Way {
  readonly port: number;
  readonly user: string;
  /** Files. */
  readonly key: string;
  readonly knownHosts: string;
}

/** Runs commands of OpenSSH's `sftp`, over one connection, which is made anew. Throws where one of them fails. */
export async function sftpBatch({ port, user, key, knownHosts }: Way, ...commands: string[]): Promise<void> {
  const child = new Deno.Command("sftp", {
    args: [
      ...["-q", "-b", "-", "-P", String(port), "-i", key, "-F", "none"],
      ...["-o", `UserKnownHostsFile=${knownHosts}`, "-o", "IdentitiesOnly=yes"],
      `${user}@127.0.0.1`,
    ],
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode(`${commands.join("\n")}\n`));
  await input.close();
  const { success, stderr } = await child.output();
  assert(success, `sftp failed: ${new TextDecoder().decode(stderr)}`);
}
