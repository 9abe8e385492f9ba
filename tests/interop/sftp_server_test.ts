import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { keys } from "../adapters/sftp_server/sftp_peer.ts";
import { openGateway, type TestGateway } from "./_gateway.ts";
import { requirePeer } from "./_peers.ts";

const openssh = await requirePeer("openssh-client");
const python = await requirePeer("python3-paramiko");
const message = (id: string, more = "") =>
  `MSH|^~\\&|LAB|ST E|EHR|ST E|20260101120000||ORU^R01|${id}|P|2.5\rPID|1||4711\r${more}`;

/** A gateway with an SFTP server, and what a partner needs to use it. */
interface Place extends AsyncDisposable {
  readonly under: TestGateway;
  readonly host: string;
  readonly port: string;
  /** A file of the partner's. */
  file(name: string, content: string): Promise<string>;
  /** Runs commands of OpenSSH's sftp; what it said. */
  sftp(...commands: string[]): Promise<{ success: boolean; said: string }>;
  /** Runs a script with paramiko; what it said. */
  paramiko(script: string): Promise<{ success: boolean; said: string }>;
  /** Control ids of all messages that were taken. */
  taken(): Promise<readonly string[]>;
}

type KeyPairs = Readonly<Record<"host" | "acme", { readonly private: string; readonly public: string }>>;

async function openPlace(
  settings: Readonly<Record<string, unknown>> = {},
  parse = "hl7v2",
  { host: hostKey, acme }: KeyPairs = keys,
): Promise<Place> {
  const own = await Deno.makeTempDir();
  await Deno.writeTextFile(`${own}/host`, hostKey.private, { mode: 0o600 });
  await Deno.writeTextFile(`${own}/key`, acme.private, { mode: 0o600 });
  await Deno.writeTextFile(`${own}/acme.keys`, `# of acme\n${acme.public}\n`);
  const sftp_server = {
    port: 0,
    hostKey: `file:${own}/host`,
    partners: { acme: { keysFile: `${own}/acme.keys` } },
    folder: `${own}/staged`,
    ...settings,
  };
  const under = await openGateway({
    drop: { listen: { sftp_server }, parse, send: { files: { file: { path: "./out" } } } },
  });
  const [host, port] = under.address("drop").split(":");
  await Deno.writeTextFile(`${own}/known_hosts`, `[${host}]:${port} ${hostKey.public}\n`);
  const run = async (command: Deno.Command, input: string) => {
    const child = command.spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(input)).catch(() => {});
    await writer.close().catch(() => {});
    const { success, stdout, stderr } = await child.output();
    return { success, said: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
  };
  const piped = { cwd: own, stdin: "piped", stdout: "piped", stderr: "piped" } as const;
  return {
    under,
    host,
    port,
    async file(name, content) {
      await Deno.writeTextFile(`${own}/${name}`, content);
      return `${own}/${name}`;
    },
    sftp: (...commands) =>
      run(
        new Deno.Command("sftp", {
          ...piped,
          args: [
            ...["-b", "-", "-P", port, "-i", `${own}/key`, "-F", "none"],
            ...["-o", `UserKnownHostsFile=${own}/known_hosts`, "-o", "StrictHostKeyChecking=yes"],
            ...["-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none", `acme@${host}`],
          ],
        }),
        commands.join("\n") + "\n",
      ),
    paramiko: (script) =>
      run(
        python.command(["-"], piped),
        `
import paramiko, os, sys
transport = paramiko.Transport(("${host}", ${port}))
transport.connect(username="acme", pkey=paramiko.Ed25519Key.from_private_key_file("key"))
sftp = paramiko.SFTPClient.from_transport(transport)
${script}
transport.close()
`,
      ),
    taken: async () => (await under.gateway.archive.list({})).map(({ controlId }) => controlId ?? "").sort(),
    async [Symbol.asyncDispose]() {
      await under[Symbol.asyncDispose]();
      await Deno.remove(own, { recursive: true });
    },
  };
}

Deno.test({
  name: "OpenSSH's sftp puts files to our server, lists them, and each is a message",
  ignore: openssh.missing,
  async fn() {
    await using place = await openPlace({ folders: ["/in"] });
    await place.file("one.hl7", message("S-1"));
    await place.file("large.hl7", message("S-2", `NTE|1||${"x".repeat(3_000_000)}\r`));
    const { success, said } = await place.sftp(
      "pwd",
      "cd in",
      "put -p one.hl7",
      "put large.hl7",
      "ls -l",
      "mkdir sub",
      "rmdir sub",
      "rm one.hl7",
      "ls",
    );
    assert(success, said);
    assertStringIncludes(said, "Remote working directory: /");
    assertMatch(said, /-rw------- .* 3000\d+ .*large\.hl7/);
    assertEquals(await place.taken(), ["S-1", "S-2"]);
  },
});

Deno.test({
  name: "OpenSSH's sftp uploads under an unfinished name and renames, and the rename makes the message",
  ignore: openssh.missing,
  async fn() {
    await using place = await openPlace();
    await place.file("one.hl7", message("S-3"));
    const up = await place.sftp("put one.hl7 one.hl7.part", "ls -l");
    assert(up.success, up.said);
    assertEquals(await place.taken(), []);
    const renamed = await place.sftp("rename one.hl7.part one.hl7", "ls");
    assert(renamed.success, renamed.said);
    assertEquals(await place.taken(), ["S-3"]);
  },
});

Deno.test({
  name: "OpenSSH's sftp goes on with a file that stayed unfinished, and the message is whole",
  ignore: openssh.missing,
  async fn() {
    await using place = await openPlace();
    const whole = message("S-4", `NTE|1||${"y".repeat(500_000)}\r`);
    await place.file("half.hl7", whole.slice(0, 200_000));
    const half = await place.sftp("put half.hl7 one.hl7.part");
    assert(half.success, half.said);
    await place.file("one.hl7", whole);
    const rest = await place.sftp("reput one.hl7 one.hl7.part", "rename one.hl7.part one.hl7");
    assert(rest.success, rest.said);
    const [record] = await place.under.gateway.archive.list({ controlId: "S-4" });
    assertEquals(record.bytes, whole.length);
  },
});

Deno.test({
  name: "OpenSSH's sftp is told that a message was refused, and that links are not made",
  ignore: openssh.missing,
  async fn() {
    await using place = await openPlace();
    await place.file("bad.hl7", "this is no HL7");
    const bad = await place.sftp("put bad.hl7");
    assert(!bad.success);
    const link = await place.sftp("symlink /etc/passwd x");
    assert(!link.success);
    const escape = await place.sftp("put bad.hl7 ../../../etc/../x.part", "ls /");
    assertStringIncludes(escape.said, "x.part");
    const away = await place.sftp("get /etc/passwd");
    assert(!away.success);
  },
});

for (
  const [type, ...bits] of [["rsa", "-b", "2048"], ["ecdsa", "-b", "384"], ["ecdsa", "-b", "521"], [
    "ed25519",
  ]]
) {
  Deno.test({
    name: `OpenSSH knows our server by a key of ${[type, ...bits].join(" ")}, and signs in with one`,
    ignore: openssh.missing,
    async fn() {
      const made = await Deno.makeTempDir();
      for (const name of ["host", "user"]) {
        const args = ["-q", "-t", type, ...bits, "-N", "", "-C", "", "-f", `${made}/${name}`];
        assert((await new Deno.Command("ssh-keygen", { args }).output()).success);
      }
      const read = (name: string) => Deno.readTextFile(`${made}/${name}`);
      const [host, user] = await Promise.all(["host", "user"].map(async (name) => ({
        private: await read(name),
        public: (await read(`${name}.pub`)).trim(),
      })));
      await Deno.remove(made, { recursive: true });
      await using place = await openPlace({}, "hl7v2", { host, acme: user });
      await place.file("one.hl7", message("K-1"));
      const { success, said } = await place.sftp("put one.hl7");
      assert(success, said);
      assertEquals(await place.taken(), ["K-1"]);
    },
  });
}

Deno.test({
  name: "OpenSSH's ssh gets no shell, no command and no tunnel from our server",
  ignore: openssh.missing,
  async fn() {
    await using place = await openPlace();
    const ssh = (...args: string[]) =>
      openssh.command([
        ...[
          "-p",
          place.port,
          "-F",
          "none",
          "-o",
          "StrictHostKeyChecking=no",
          "-o",
          "UserKnownHostsFile=/dev/null",
        ],
        ...["-o", "BatchMode=yes", "-o", "IdentityAgent=none", "-i", `${place.under.folder}/key`, ...args],
      ], { stdin: "null", stdout: "piped", stderr: "piped" }).output();
    await Deno.writeTextFile(`${place.under.folder}/key`, keys.acme.private, { mode: 0o600 });
    for (const args of [["acme@127.0.0.1"], ["acme@127.0.0.1", "id"], ["-s", "acme@127.0.0.1", "netconf"]]) {
      const { success, stdout } = await ssh(...args);
      assert(!success);
      assertEquals(stdout.length, 0);
    }
    const tunnel = await ssh("-o", "ExitOnForwardFailure=yes", "-R", "0:127.0.0.1:9", "-N", "acme@127.0.0.1");
    assert(!tunnel.success);
  },
});

Deno.test({
  name: "paramiko puts, checks the size, reads back what is unfinished, renames over and removes",
  ignore: python.missing,
  async fn() {
    await using place = await openPlace();
    await place.file("one.hl7", message("P-1"));
    await place.file("two.hl7", message("P-2", `NTE|1||${"z".repeat(2_000_000)}\r`));
    const { success, said } = await place.paramiko(`
# put() asks for the size of the file afterwards, and fails where it is another.
sftp.put("one.hl7", "/one.hl7")
sftp.put("two.hl7", "/two.tmp")
sftp.get("/two.tmp", "back.hl7")
assert open("back.hl7", "rb").read() == open("two.hl7", "rb").read()
print(sftp.listdir("/"))
sftp.posix_rename("/two.tmp", "/two.hl7")
assert sftp.stat("/two.hl7").st_size == os.path.getsize("two.hl7")
with sftp.open("/three.part", "w") as f:
    f.write("half")
sftp.truncate("/three.part", 2)
assert sftp.stat("/three.part").st_size == 2
sftp.remove("/three.part")
try:
    sftp.stat("/three.part")
    sys.exit("it is still there")
except FileNotFoundError:
    pass
try:
    sftp.symlink("/etc/passwd", "/passwd")
    sys.exit("a link was made")
except OSError:
    pass
assert sftp.normalize("../../..") == "/"
`);
    assert(success, said);
    assertEquals(await place.taken(), ["P-1", "P-2"]);
  },
});

Deno.test({
  name: "what is pushed again by the same name is the same message, whatever its format says",
  ignore: openssh.missing,
  async fn() {
    await using place = await openPlace({}, "text");
    await place.file("note.txt", "no id in here");
    await place.file("other.txt", "no id in here either");
    for (const commands of [["put note.txt"], ["rm note.txt", "put note.txt"], ["put other.txt note.txt"]]) {
      const { success, said } = await place.sftp(...commands);
      assert(success, said);
    }
    assertEquals((await place.taken()).length, 2);
  },
});
