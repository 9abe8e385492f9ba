import { assertEquals } from "@std/assert";
import { Logins } from "../../../../runtime/console/control/logins.ts";
import type { Login } from "../../../../runtime/engine/ledger/gateway_entries.ts";
import { FakeClock } from "../../../world/fake_clock.ts";

function logins() {
  const clock = new FakeClock(), noted: Login[] = [];
  const all = new Logins(clock, (login) => noted.push(login));
  const asks = (person: string, method: string) =>
    all.answered({ person, method, subject: "", content: false, outcome: "ok" });
  return { clock, noted, all, asks };
}

Deno.test("a person signs in with the first request, and again after fifteen minutes without any", async () => {
  const { clock, noted, asks } = logins();
  for (let minute = 0; minute < 60; minute += 10) {
    asks("ann", "messages.list");
    await clock.advance(600_000);
  }
  assertEquals(noted, [{ by: "ann" }]);
  asks("bob", "messages.show");
  await clock.advance(900_000);
  asks("ann", "apply");
  assertEquals(noted, [{ by: "ann" }, { by: "bob" }, { by: "ann" }]);
});

Deno.test("whoever reads the status only does not sign in", async () => {
  const { clock, noted, asks } = logins();
  for (let at = 0; at < 100; at++) {
    asks("monitor", "status");
    await clock.advance(60_000);
  }
  assertEquals(noted, []);
});

Deno.test("what is no request is told by its code, and not again for a while", async () => {
  const { clock, noted, all } = logins();
  for (let at = 0; at < 100; at++) all.refused("CONTROL_REQUEST_MALFORMED");
  await clock.advance(900_000);
  all.refused("CONTROL_VERSION_UNKNOWN");
  assertEquals(noted, [{ code: "CONTROL_REQUEST_MALFORMED" }, { code: "CONTROL_VERSION_UNKNOWN" }]);
});

Deno.test("so many people that they are not all remembered each sign in", () => {
  const { noted, asks } = logins();
  for (let at = 0; at < 3_000; at++) asks(`person ${at}`, "messages.list");
  assertEquals(noted.length, 3_000);
});
