import { assert, assertEquals } from "@std/assert";
import { assertRejects } from "@std/assert";
import type { Thread } from "../../../../runtime/contract/world.ts";
import type { Login } from "../../../../runtime/engine/ledger/gateway_entries.ts";
import { SignIn } from "../../../../runtime/console/portal/sign_in.ts";
import {
  derive,
  hashPassword,
  parseHash,
  weaknessOf,
} from "../../../../runtime/console/portal/users/password.ts";
import type { DeriveRequest } from "../../../../runtime/console/portal/users/password_thread.ts";
import type { User } from "../../../../runtime/console/portal/users/users.ts";
import { denoWorld } from "../../../../runtime/world/deno_world.ts";
import { FakeClock } from "../../../world/fake_clock.ts";

const PASSWORD = "correct horse battery";
const HASH = hashPassword(PASSWORD, new Uint8Array(16).fill(7));
const ann: User = { name: "ann", role: "reviewer", hash: HASH, by: "root", atMs: 0 };

/** Signing in where hashing takes no time; `asked` are the salts that were hashed with, `died` ends the thread. */
function signingIn() {
  const clock = new FakeClock(), logins: Login[] = [], asked: Uint8Array[] = [];
  const right = parseHash(HASH)!.hash;
  const spawn = {
    thread: (): Thread => ({
      post(message) {
        const { password, parameters } = message as DeriveRequest;
        asked.push(parameters.salt);
        queueMicrotask(() => this.receive(password === PASSWORD ? right : new Uint8Array(32)));
      },
      receive() {},
      died() {},
      terminate() {},
    }),
  };
  const users = { find: (name: string) => Promise.resolve(name === "ann" ? ann : undefined) };
  const signIn = new SignIn(users, { clock, spawn }, (login) => logins.push(login));
  const codeOf = async (name: string, password: string, address = "192.0.2.7") => {
    try {
      return (await signIn.check(name, password, address)).name;
    } catch (cause) {
      return (cause as { code: string }).code;
    }
  };
  return { clock, logins, asked, signIn, codeOf };
}

const REFUSED = "PORTAL_SIGN_IN_REFUSED", LIMITED = "PORTAL_SIGN_IN_LIMITED";

Deno.test("a password is checked against its hash in a thread of its own", async () => {
  const users = { find: (name: string) => Promise.resolve(name === "ann" ? ann : undefined) };
  const signIn = new SignIn(users, denoWorld, () => {});
  const [right, wrong] = await Promise.allSettled([
    signIn.check(" Ann ", PASSWORD, "192.0.2.7"),
    signIn.check("ann", `${PASSWORD}!`, "192.0.2.7"),
  ]);
  signIn.close();
  assertEquals([right.status, wrong.status], ["fulfilled", "rejected"]);
});

Deno.test("for a name nobody has as much is hashed as for one that somebody has", async () => {
  const { asked, codeOf } = signingIn();
  assertEquals(await codeOf("nobody", PASSWORD), REFUSED);
  assertEquals(await codeOf("ann", "wrong"), REFUSED);
  assertEquals(asked.map((salt) => salt.length), [16, 16]);
});

Deno.test("who signs in is written down, a wrong name is not", async () => {
  const { logins, codeOf } = signingIn();
  await codeOf("ann", PASSWORD);
  await codeOf("ann", "wrong");
  await codeOf("my password, typed too early", "");
  assertEquals(logins, [{ by: "ann" }, { code: REFUSED, by: "ann" }, { code: REFUSED }]);
});

Deno.test("the sixth attempt within a minute is not looked at, for names that exist and others", async () => {
  const { clock, asked, codeOf } = signingIn();
  for (const name of ["ann", "nobody"]) {
    const codes = await Promise.all(Array.from({ length: 6 }, () => codeOf(name, "wrong")));
    assertEquals(codes, [...Array(5).fill(REFUSED), LIMITED]);
  }
  assertEquals(asked.length, 10);
  // From elsewhere the person gets in.
  assertEquals(await codeOf("ann", PASSWORD, "192.0.2.8"), "ann");
  assertEquals(await codeOf("ann", PASSWORD), LIMITED);
  await clock.advance(60_000);
  assertEquals(await codeOf("ann", PASSWORD), "ann");
});

Deno.test("an address may be wrong thirty times a minute, under whatever names", async () => {
  const { codeOf } = signingIn();
  for (let at = 0; at < 30; at++) assertEquals(await codeOf(`guess-${at}`, "wrong"), REFUSED);
  assertEquals(await codeOf("ann", PASSWORD), LIMITED);
});

Deno.test("a name may be wrong sixty times an hour, from wherever", async () => {
  const { clock, codeOf } = signingIn();
  for (let at = 0; at < 60; at++) assertEquals(await codeOf("ann", "wrong", `192.0.2.${at}`), REFUSED);
  assertEquals(await codeOf("ann", PASSWORD, "198.51.100.1"), LIMITED);
  await clock.advance(3_600_000);
  assertEquals(await codeOf("ann", PASSWORD, "198.51.100.1"), "ann");
});

Deno.test("who signs in all day does not run into a limit", async () => {
  const { codeOf } = signingIn();
  for (let at = 0; at < 100; at++) assertEquals(await codeOf("ann", PASSWORD), "ann");
});

Deno.test("only so many people wait for the thread", async () => {
  const users = { find: () => Promise.resolve(ann) };
  const silent: Thread = { post() {}, receive() {}, died() {}, terminate() {} };
  const world = { clock: new FakeClock(), spawn: { thread: () => silent } };
  const signIn = new SignIn(users, world, () => {});
  const asked = Array.from({ length: 17 }, (_, at) => signIn.check(`p${at}`, PASSWORD, `192.0.2.${at}`));
  const { code } = await asked[16].catch((cause) => cause);
  assertEquals(code, "PORTAL_SIGN_IN_BUSY");
  signIn.close();
  for (const each of asked.slice(0, 16)) await assertRejects(() => each);
});

Deno.test("a hash is that of the same password in another form of the same characters, and of no other", () => {
  const parsed = parseHash(hashPassword("Zu\u0308rich im Dezember", new Uint8Array(16)))!;
  assertEquals(derive("Z\u00fcrich im Dezember", parsed), parsed.hash);
  assert(derive("Zurich im Dezember", parsed).join() !== parsed.hash.join());
  assertEquals(weaknessOf(PASSWORD, "ann"), undefined);
  assertEquals(parseHash("$argon2i$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$x"), undefined);
});
