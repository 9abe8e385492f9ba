/** The listener of a gateway that a service runs inside itself: the service hands over its requests. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import listener from "../../../adapters/https/listener.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { openListener, worldWith } from "../../world/tools.ts";
import { settles } from "../../world/turns.ts";

Deno.test("https that is mounted opens no socket, answers what it is handed, and stops once that is answered", async () => {
  const net = { ...denoWorld.net, serveHttp: () => Promise.reject(new Error("a socket")) };
  const clock = new FakeClock();
  await using rig = await openListener(listener, { mount: true, path: "/patients", host: "0.0.0.0" }, {
    world: worldWith(clock, { net }),
  });
  const { listening, intake } = rig;
  assertEquals(listening.address, "/patients");
  assert(listening.mounts!("/patients") && !listening.mounts!("/other"), "mounted elsewhere");
  const hand = (path: string, body: string) => {
    const headers = { "content-type": "text/plain" };
    const request = new Request(`https://service.example${path}`, { method: "POST", body, headers });
    return listening.handle!(request, "192.0.2.7:51022");
  };
  assertEquals((await hand("/other", "x")).status, 404);
  const release = intake.hold();
  const answer = hand("/patients", "body");
  await intake.gotten(1);
  const stopped = listening.stop();
  assert(!await settles(stopped), "stopped before the last answer");
  assertEquals((await (await hand("/patients", "late")).json()).code, "HTTPS_INTAKE_CLOSED");
  release();
  assertEquals((await answer).status, 200);
  await stopped;
  assertEquals(intake.received.map(({ peer }) => peer), ["192.0.2.7:51022"]);
});

Deno.test("https may have a port and be mounted, and needs one of the two", async () => {
  await using rig = await openListener(listener, { port: 0, mount: true });
  const request = () => ({ method: "POST", body: "body", headers: { "content-type": "text/plain" } });
  await (await fetch(rig.listening.address, request())).bytes();
  await (await rig.listening.handle!(new Request("http://service.example/", request()), "")).bytes();
  assertEquals(rig.intake.texts, ["body", "body"]);
  await using plain = await openListener(listener, { port: 0 });
  assertEquals(plain.listening.mounts, undefined);
  const error = await assertRejects(() => openListener(listener, {}), MitralError);
  assertEquals(error.code, "HTTPS_PORT_MISSING");
});

Deno.test("https that is mounted is handed requests for states and its document, too, and no others", async () => {
  await using rig = await openListener(listener, { mount: true, path: "/patients", answer: "status" });
  const { mounts } = rig.listening;
  const paths = [
    "/patients",
    "/patients/messages/1",
    "/patients/openapi.json",
    "/patients/other",
    "/messages/1",
    "/",
  ];
  assertEquals(paths.map((path) => mounts!(path)), [true, true, true, false, false, false]);
  await using plain = await openListener(listener, { mount: true, path: "/patients", openapi: false });
  assertEquals(paths.map((path) => plain.listening.mounts!(path)), [true, false, false, false, false, false]);
});
