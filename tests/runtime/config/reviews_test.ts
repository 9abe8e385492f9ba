/** What a gateway file says of the page where people review documents. */
import { assertEquals } from "@std/assert";
import { catalog } from "../../../catalog.ts";
import { readGateway } from "../../../runtime/config/read_gateway.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";

async function read(reviews: Readonly<Record<string, unknown>>) {
  const settings = {
    gateway: "clinic",
    channels: {
      in: { listen: { mllp: { port: 2575 } }, parse: "hl7v2", send: { files: { file: { path: "./" } } } },
    },
    reviews,
  };
  return await readGateway({ settings, folder: Deno.cwd() }, {
    disk: denoWorld.disk,
    catalog,
    timeZone: "UTC",
    env: () => undefined,
    loadActor: () => Promise.reject(),
  });
}

const problemsOf = async (reviews: Readonly<Record<string, unknown>>) =>
  (await read(reviews)).problems.map(({ code, message }) =>
    `${code} ${message.replace(/^Cannot read /, "")}`
  );

const tls = { certificate: "./deno.json", key: "./deno.json" };

Deno.test("reviews: a port is enough, on this machine and for half an hour", async () => {
  const { plan, problems } = await read({ port: 8480 });
  assertEquals(problems, []);
  assertEquals(plan!.reviews, { port: 8480, host: "127.0.0.1", sessionMinutes: 30 });
});

Deno.test("reviews: without TLS only this machine is listened on", async () => {
  assertEquals(await problemsOf({ port: 8480, host: "::1" }), []);
  assertEquals(await problemsOf({ port: 8480, host: "192.0.2.7", tls }), []);
  for (const host of ["0.0.0.0", "192.0.2.7", "faxes.example"]) {
    assertEquals(await problemsOf({ port: 8480, host }), [
      "CONFIG_VALUE_INVALID reviews.host: only this machine may sign in without TLS",
    ]);
  }
});

Deno.test("reviews: who listens on every address says by which name people come", async () => {
  assertEquals(await problemsOf({ port: 8480, host: "0.0.0.0", tls }), [
    "CONFIG_VALUE_INVALID reviews.host: reviews.url must say by which name people reach it",
  ]);
  assertEquals(await problemsOf({ port: 8480, host: "0.0.0.0", tls, url: "https://faxes.example:8480" }), []);
  assertEquals((await problemsOf({ port: 8480, url: "faxes.example" })).length, 1);
  assertEquals((await problemsOf({ port: 8480, url: "https://faxes.example/reviews" })).length, 1);
});

Deno.test("reviews: its port is nobody else's", async () => {
  assertEquals((await problemsOf({ port: 2575 })).map((problem) => problem.split(" ")[0]), [
    "CONFIG_PORT_TAKEN",
  ]);
});
