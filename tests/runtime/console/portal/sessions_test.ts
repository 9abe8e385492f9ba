import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { addressOf } from "../../../../runtime/console/portal/address.ts";
import { Sessions } from "../../../../runtime/console/portal/sessions.ts";
import { denoWorld } from "../../../../runtime/world/deno_world.ts";
import { FakeClock } from "../../../world/fake_clock.ts";

const ann = { name: "ann", role: "reviewer", hash: "h", by: "root", atMs: 0 } as const;
const MINUTE_MS = 60_000;

function sessions() {
  const clock = new FakeClock();
  return { clock, all: new Sessions({ clock, random: denoWorld.random }, 30 * MINUTE_MS) };
}

Deno.test("a session is known by 256 random bits, and its token is another secret", () => {
  const { all } = sessions();
  const [one, other] = [all.start(ann), all.start(ann)];
  assertNotEquals(one, other);
  assertEquals(one.length, 43);
  const { token, name } = all.use(one)!;
  assertEquals([name, token.length], ["ann", 43]);
  assertNotEquals(token, one);
  assertEquals(all.use("x"), undefined);
});

Deno.test("a session ends when nobody uses it, when its day is over, and when somebody ends it", async () => {
  const { clock, all } = sessions();
  const idle = all.start(ann), ended = all.start(ann), long = all.start(ann);
  all.end(ended);
  assertEquals(all.use(ended), undefined);
  await clock.advance(30 * MINUTE_MS - 1);
  assert(all.use(long));
  await clock.advance(1);
  assertEquals(all.use(idle), undefined);
  for (let at = 1; at < 12 * 60 - 30; at += 29) {
    assert(all.use(long), `${at}`);
    await clock.advance(29 * MINUTE_MS);
  }
  await clock.advance(25 * MINUTE_MS);
  assertEquals(all.use(long), undefined);
});

Deno.test("a thousand sessions are kept, those that were used last", () => {
  const { all } = sessions();
  const ids = Array.from({ length: 1_000 }, () => all.start(ann));
  assert(all.use(ids[0]));
  all.start(ann);
  assert(all.use(ids[0]));
  assertEquals(all.use(ids[1]), undefined);
});

Deno.test("the page answers to its own names alone", () => {
  assertEquals(addressOf({ host: "127.0.0.1", port: 8480 }), {
    origins: ["http://127.0.0.1:8480", "http://[::1]:8480", "http://localhost:8480"],
    isSecure: false,
  });
  assertEquals(addressOf({ host: "faxes.example", port: 443, tls: {} }), {
    origins: ["https://faxes.example"],
    isSecure: true,
  });
  const behindProxy = addressOf({ host: "::1", port: 8480, url: "https://faxes.example/" });
  assertEquals([behindProxy.origins[0], behindProxy.isSecure], ["https://faxes.example", true]);
});
