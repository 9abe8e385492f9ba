import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { exitCodes } from "../../../../runtime/console/cli/exit_codes.ts";
import { Users } from "../../../../runtime/console/portal/users/users.ts";
import { denoWorld } from "../../../../runtime/world/deno_world.ts";
import { type ConsoleOptions, run, withFolder } from "../console_kit.ts";

const PASSWORD = "correct horse battery";
const twice = { secrets: [PASSWORD, PASSWORD] };

function withData(
  use: (site: {
    readonly file: string;
    readonly users: Users;
    mitral(command: string, options?: ConsoleOptions): ReturnType<typeof run>;
  }) => Promise<void>,
): Promise<void> {
  return withFolder((cwd) =>
    use({
      file: `${cwd}/data/users.json`,
      users: new Users(denoWorld.disk, `${cwd}/data`),
      mitral: (command, options = {}) => run(command.split(" "), { cwd, ...options }),
    })
  );
}

Deno.test("users add asks for a password twice, and keeps its hash where nobody else reads it", () =>
  withData(async ({ file, mitral }) => {
    const { code, out, err } = await mitral("users add ann", twice);
    assertEquals([code, out], [exitCodes.ok, "added ann, reviewer\n"]);
    assertEquals(err, "New password (not shown):\nThe same again:\n");
    assertEquals((await Deno.stat(file)).mode! & 0o777, 0o600);
    const text = await Deno.readTextFile(file);
    assert(!text.includes("horse"));
    const [{ hash, ...user }] = JSON.parse(text).users;
    assert(hash.startsWith("$argon2id$v=19$m=19456,t=2,p=1$"));
    assertEquals([user.name, user.role, user.by], ["ann", "reviewer", "ada"]);
  }));

Deno.test("users add reads a password from standard input, and the data folder from the gateway file", () =>
  withFolder(async (cwd) => {
    await Deno.writeTextFile(`${cwd}/gateway.yaml`, "gateway: lab\ndata: ./kept\n");
    const stdin = new TextEncoder().encode(`${PASSWORD}\n`);
    const add = ["users", "add", "vic", "--role", "viewer", "--file", "gateway.yaml", "--password-stdin"];
    assertEquals((await run(add, { cwd, stdin })).code, exitCodes.ok);
    const users = new Users(denoWorld.disk, `${cwd}/kept`);
    assertEquals((await users.find("vic"))?.role, "viewer");
  }));

for (
  const [secrets, told] of [
    [["short", "short"], "PORTAL_PASSWORD_WEAK Cannot take password: it must have at least 15 characters"],
    [["ann".repeat(6), "ann".repeat(6)], "it repeats a few characters"],
    [["my name is ann, hello", "my name is ann, hello"], "the name is part of it"],
    [[PASSWORD, `${PASSWORD}!`], "CONSOLE_PASSWORD_DIFFERS"],
    [[], "CONSOLE_PASSWORD_MISSING"],
  ] as const
) {
  Deno.test(`users add refuses ${JSON.stringify(secrets[0] ?? "nothing")}, and adds nobody`, () =>
    withData(async ({ users, mitral }) => {
      const { code, err } = await mitral("users add ann", { secrets });
      assert(code !== exitCodes.ok);
      assertStringIncludes(err, told);
      assertEquals(await users.list(), []);
    }));
}

for (const name of ["Ann", "-ann", "program", "a/b"]) {
  Deno.test(`nobody is called ${name}`, () =>
    withData(async ({ mitral }) => {
      assertStringIncludes((await mitral(`users add -- ${name}`, twice)).err, "PORTAL_NAME_UNFIT");
    }));
}

Deno.test("a name stays with the person who had it", () =>
  withData(async ({ users, mitral }) => {
    await mitral("users add ann", twice);
    assertStringIncludes((await mitral("users add ann", twice)).err, "PORTAL_USER_KNOWN");
    assertEquals((await mitral("users remove ann")).out, "removed ann\n");
    assertEquals(await users.list(), []);
    assertStringIncludes((await mitral("users add ann", twice)).err, "PORTAL_USER_GONE");
    assertEquals((await mitral("users add ann --same-person", twice)).code, exitCodes.ok);
    assertEquals((await users.list()).map(({ name }) => name), ["ann"]);
    assertStringIncludes((await mitral("users remove bob")).err, "PORTAL_USER_UNKNOWN");
  }));

Deno.test("users password changes the hash, and users list shows none", () =>
  withData(async ({ users, mitral }) => {
    assertStringIncludes((await mitral("users list")).err, "there are none");
    await mitral("users add ann", twice);
    const before = await users.find("ann");
    const other = ["another password", "another password"];
    assertEquals((await mitral("users password ann", { secrets: other })).code, exitCodes.ok);
    assert((await users.find("ann"))?.hash !== before?.hash);
    const { out } = await mitral("users list");
    assertStringIncludes(out, "ann   reviewer  ada");
    assert(!(out + (await mitral("users list --json")).out).includes("argon2"));
  }));

Deno.test("a file of users that somebody has broken lets nobody in", () =>
  withData(async ({ file, mitral }) => {
    await mitral("users add ann", twice);
    for (
      const text of [
        "",
        "{}",
        '{"version":1,"users":[{"name":"ann","role":"king"}]}',
        '{"version":2,"users":[]}',
      ]
    ) {
      await Deno.writeTextFile(file, text);
      assertStringIncludes((await mitral("users list")).err, "PORTAL_USERS_UNREADABLE");
    }
  }));
