import { assert, assertEquals } from "@std/assert";
import { hasPaths } from "../../../runtime/contract/message.ts";
import type { ActPlan } from "../../../runtime/engine/plan.ts";
import { FakePeer } from "./fake_peer.ts";
import { GatewayRig, step, to } from "./gateway_rig.ts";
import { note } from "./note_format.ts";

/** Asks a service for the text of a note. */
function asking(url: string, hosts: readonly string[]): ActPlan {
  const plain = step("ask", (message) => message);
  return {
    ...plain,
    spec: {
      ...plain.spec,
      hosts: () => hosts,
      async transform(message, { fetch }) {
        const { body } = message;
        if (!hasPaths(body)) throw new TypeError("no paths");
        const response = await fetch(url, { method: "POST", body: body.get("id"), redirect: "follow" });
        return message.derive({ body: body.with("text", `${response.status} ${await response.text()}`) });
      },
    },
  };
}

/** A gateway whose network is this function. */
async function gatewayWith(
  rig: GatewayRig,
  fetch: (request: Request) => Promise<Response>,
  ask: ActPlan,
): Promise<FakePeer> {
  Object.assign(rig.world, { net: { ...rig.world.net, fetch } });
  const peer = new FakePeer();
  await rig.open([rig.channel("lab", [to("ehr", peer)], { steps: [ask] })]);
  await rig.hand().give(note({ id: "A" }));
  return peer;
}

const sent = (peer: FakePeer) => new TextDecoder().decode(peer.attempts[0].bytes);

Deno.test("a step may ask a host that it declares, with its port or without", async () => {
  for (const hosts of [["codes.local"], ["codes.local:8080"]]) {
    await using rig = new GatewayRig();
    const peer = await gatewayWith(
      rig,
      async (request) => new Response(`found ${await request.text()}`),
      asking("http://codes.local:8080/look", hosts),
    );
    await peer.took(1);
    assertEquals(sent(peer), "A|A|S|message|200 found A");
  }
});

Deno.test("a step that asks another host is refused by code, and nothing leaves the gateway", async () => {
  for (const url of ["http://codes.local:8081/", "http://evil.local/", "http://codes.local@evil.local/"]) {
    await using rig = new GatewayRig();
    let asked = 0;
    await gatewayWith(rig, () => {
      asked++;
      return Promise.resolve(new Response());
    }, asking(url, ["codes.local:8080"]));
    const { error } = await rig.seen("messageQuarantined");
    assertEquals([error.code, asked], ["ACTOR_HOST_UNDECLARED", 0]);
  }
});

Deno.test("a redirect is handed back and not followed: it may lead anywhere", async () => {
  await using rig = new GatewayRig();
  const modes: string[] = [];
  const peer = await gatewayWith(rig, (request) => {
    modes.push(request.redirect);
    return Promise.resolve(new Response(null, { status: 302, headers: { location: "http://evil.local/" } }));
  }, asking("http://codes.local/", ["codes.local"]));
  await peer.took(1);
  assertEquals([sent(peer), modes], ["A|A|S|message|302 ", ["manual"]]);
});

Deno.test("a service that is down for a while holds the message up, and nothing is quarantined", async () => {
  await using rig = new GatewayRig();
  let attempts = 0;
  const peer = await gatewayWith(
    rig,
    () => ++attempts < 4 ? Promise.reject(new TypeError("refused")) : Promise.resolve(new Response("up")),
    asking("http://codes.local/", ["codes.local"]),
  );
  await rig.clock.pass(peer.took(1));
  assertEquals([sent(peer), attempts], ["A|A|S|message|200 up", 4]);
  assert(rig.all("messagePostponed").every(({ error }) => error.code === "ACTOR_FETCH_FAILED"));
  assertEquals(rig.all("messageQuarantined"), []);
});
