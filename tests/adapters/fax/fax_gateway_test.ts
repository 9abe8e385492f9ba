/** Faxes in a whole gateway: what a provider is told, and what the journal has. */
import { assert, assertEquals } from "@std/assert";
import bytesFormat from "../../../actors/formats/bytes.ts";
import listener from "../../../adapters/fax/listener.ts";
import type { Parcel } from "../../../runtime/contract/adapter.ts";
import { faxArrivalOf } from "../../../runtime/contract/fax_arrival.ts";
import type { FormatSpec } from "../../../runtime/contract/format.ts";
import { secretOf } from "../../../runtime/contract/spec.ts";
import type { RequestFacts } from "../../../runtime/contract/world.ts";
import { FakePeer } from "../../runtime/engine/fake_peer.ts";
import { GatewayRig, to } from "../../runtime/engine/gateway_rig.ts";
import { configOf } from "../../world/tools.ts";
import { settles, turns } from "../../world/turns.ts";
import { basic, PDF, TIFF } from "./_fax_rig.ts";

type Handler = (request: Request, facts: RequestFacts) => Response | Promise<Response>;

const account = {
  kind: "sinch" as const,
  login: { user: "fax", password: [secretOf("correct horse")] },
  signatureAgeMsMax: 300_000,
};
const config = configOf(listener.config, { port: 0, providers: { sinch: account } });

/** A channel of a gateway, and the provider that posts to it. */
class Site {
  readonly rig = new GatewayRig();
  readonly peer = new FakePeer();
  readonly parcels: Parcel[] = [];
  #handler: Handler = () => new Response(null, { status: 404 });

  async open(): Promise<void> {
    this.peer.conduct = (parcel) => {
      this.parcels.push(parcel);
      return { kind: "accepted" };
    };
    const spec: typeof listener = {
      ...listener,
      listen: (tools) => {
        const serveHttp: typeof tools.world.net.serveHttp = (_, handler) => {
          this.#handler = handler;
          return Promise.resolve({ port: 1, shutdown: () => Promise.resolve(), review() {} });
        };
        return listener.listen({
          ...tools,
          world: { ...tools.world, net: { ...tools.world.net, serveHttp } },
        });
      },
    };
    const parse = { spec: bytesFormat as unknown as FormatSpec, config: {} };
    await this.rig.open([
      this.rig.channel("faxes", [to("ehr", this.peer)], { listen: { spec, config }, parse }),
    ]);
  }

  /** Tells of a fax, as often as one likes. */
  async post(id: string, document: Uint8Array): Promise<number> {
    const response = await this.#handler(
      new Request("http://gateway.example/fax/sinch", {
        method: "POST",
        headers: { "content-type": "application/json", authorization: basic("fax", "correct horse") },
        body: JSON.stringify({
          event: "INCOMING_FAX",
          fax: { id, direction: "INBOUND", from: "+12175550142" },
          file: document.toBase64(),
        }),
      }),
      { peer: "192.0.2.7:51022" },
    );
    await response.text();
    return response.status;
  }

  get messages(): number {
    return this.rig.store.count("SELECT count(*) FROM message");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.rig[Symbol.asyncDispose]();
  }
}

Deno.test("a fax is in the journal before its provider reads 200, and goes on with how it arrived", async () => {
  await using site = new Site();
  await site.open();
  const release = site.rig.store.hold(({ op }) => op === "append");
  const status = site.post("fax-1", PDF);
  await site.rig.store.asked(({ op }) => op === "append");
  await turns(20);
  assert(!await settles(status), "the provider was told before the fax was durable");
  release();
  assertEquals(await status, 200);
  await site.rig.seen("messageDelivered");
  const [parcel] = site.parcels;
  assertEquals(parcel.bytes, PDF);
  assertEquals(faxArrivalOf(parcel.contentType), {
    provider: "sinch",
    faxId: "fax-1",
    from: "+12175550142",
  });
});

Deno.test("a fax whose commit the power cuts is not in the journal, and the provider's next attempt brings it, once", async () => {
  await using site = new Site();
  await site.open();
  site.rig.store.hold(({ op }) => op === "append");
  const lost = site.post("fax-1", PDF);
  lost.catch(() => {});
  await site.rig.store.asked(({ op }) => op === "append");
  site.rig.cutPower();
  site.rig.store.release();
  assertEquals(site.messages, 0);
  await site.open();
  assertEquals(await site.post("fax-1", PDF), 200);
  assertEquals(site.messages, 1);
  await site.rig.seen("messageDelivered");
});

Deno.test("a fax that comes again days later, after the power was cut, is recognised", async () => {
  await using site = new Site();
  await site.open();
  assertEquals(await site.post("fax-1", PDF), 200);
  await site.rig.seen("messageDelivered");
  site.rig.cutPower();
  await site.open();
  await site.rig.clock.advance(3 * 86_400_000);
  assertEquals([await site.post("fax-1", PDF), await site.post("fax-1", PDF)], [200, 200]);
  assertEquals(site.messages, 1);
  assertEquals(site.rig.all("messageRepeated").length, 2);
});

Deno.test("a fax with other bytes under the same id is another message: none is lost", async () => {
  await using site = new Site();
  await site.open();
  assertEquals([await site.post("fax-1", PDF), await site.post("fax-1", TIFF)], [200, 200]);
  await site.rig.seen("messageDelivered", undefined, 2);
  assertEquals(site.parcels.map(({ bytes }) => bytes), [PDF, TIFF]);
});

Deno.test("the same document under another id is another fax", async () => {
  await using site = new Site();
  await site.open();
  assertEquals([await site.post("fax-1", PDF), await site.post("fax-2", PDF)], [200, 200]);
  assertEquals(site.messages, 2);
});
