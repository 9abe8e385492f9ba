/** Two gateways, and a carrier between them that may do with what it carries as it likes. */
import { assert, assertEquals } from "@std/assert";
import hpke from "../../../../actors/envelopes/hpke/mod.ts";
import { bindEnvelope } from "../../../../runtime/contract/envelope.ts";
import { keyringOf } from "../../../../runtime/trust/keyring.ts";
import { parsePartnerFile } from "../../../../runtime/trust/partner_file.ts";
import { denoWorld } from "../../../../runtime/world/deno_world.ts";
import { unstuck } from "../../../world/turns.ts";
import { sendsTo, Site, takesFrom } from "./exchange_rig.ts";

const QUICK = { retry: { firstMs: 1, longestMs: 10 } };

/** What was sent, or the answer to it. */
interface Carried {
  readonly status: number;
  readonly headers: HeadersInit;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What the carrier does with one request; `bring` brings it to the addressee, once for each call. */
type Conduct = (bring: () => Promise<Carried>, sealed: Uint8Array<ArrayBuffer>) => Promise<Carried>;

const honest: Conduct = (bring) => bring();
const nothing: Carried = { status: 502, headers: {}, bytes: new Uint8Array() };

/** A clinic that sends to a laboratory by a carrier, each conduct for one request, and honest from then on. */
async function carried(
  conducts: readonly Conduct[],
  use: (sites: Record<"clinic" | "lab", Site>) => Promise<void>,
) {
  await using clinic = await Site.open("clinic");
  await using lab = await Site.open("lab");
  const left = [...conducts];
  await using carrier = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const sealed = await request.bytes();
    const bring = async (): Promise<Carried> => {
      const { headers } = request;
      const response = await fetch(String(lab.links[0].settings.url), {
        method: "POST",
        headers,
        body: sealed,
      });
      return { status: response.status, headers: response.headers, bytes: await response.bytes() };
    };
    // What gateways tell each other goes by the same way.
    const isOrder = hpke.address!(sealed)?.channel === "orders";
    const conduct = isOrder ? left.shift() ?? honest : honest;
    const { status, headers, bytes } = await conduct(bring, sealed);
    return new Response(bytes, { status, headers });
  });
  await clinic.introduceTo(lab);
  const url = `http://127.0.0.1:${carrier.addr.port}/`;
  await lab.introduceTo(clinic, await lab.file([{ kind: "https", settings: { url } }]));
  await lab.start({ "from-clinic": takesFrom("clinic") }, { partners: ["clinic"] });
  const orders = { ...sendsTo({ partner: "lab", inFlightMax: 2 }, QUICK), order: "by $.n" };
  await clinic.start({ orders }, { partners: ["lab"] });
  await use({ clinic, lab });
}

/** Each message is at the laboratory once, and each has the laboratory's own receipt for it. */
async function assertWhole({ clinic, lab }: Record<"clinic" | "lab", Site>, bodies: readonly string[]) {
  await clinic.seen("messageDelivered", undefined, bodies.length);
  assertEquals((await lab.received("from-clinic")).toSorted(), bodies.toSorted());
  const shownAt = async (site: Site) => {
    const records = await site.gateway.archive.list({ limit: 100 });
    return await Promise.all(records.map(async ({ id }) => (await site.gateway.archive.show(id))!));
  };
  const given = (await shownAt(lab)).map(({ answer }) => answer!).map(claimsOf);
  const kept = (await shownAt(clinic)).map(({ payloads }) => payloads[0].answer!).map(claimsOf);
  assertEquals(kept.toSorted(), given.toSorted());
  assertEquals(new Set(kept).size, bodies.length);
}

/** What a receipt is for and says: a message that is handed over twice at once may have it signed at two times. */
function claimsOf(receipt: Uint8Array): string {
  const [, claims] = new TextDecoder().decode(receipt).split(".");
  const text = new TextDecoder().decode(Uint8Array.fromBase64(claims, { alphabet: "base64url" }));
  const { by, ch, id, seq, sha256, st } = JSON.parse(text);
  return JSON.stringify({ by, ch, id, seq, sha256, st });
}

Deno.test("where a carrier drops a message, or the receipt for it, it is sent again and kept once", () =>
  unstuck(() => {
    const dropsReceipt: Conduct = async (bring) => {
      await bring();
      return nothing;
    };
    return carried([() => Promise.resolve(nothing), dropsReceipt], async (sites) => {
      await sites.clinic.gateway.inject("orders", `{"n":1}`);
      await assertWhole(sites, [`{"n":1}`]);
      assertEquals(sites.clinic.all("deliveryFailed").length, 2);
      assertEquals(sites.lab.all("messageRepeated").length, 1);
    });
  }));

Deno.test("where a carrier brings a message twice at once, it is kept once", () =>
  unstuck(() => {
    const doubles: Conduct = async (bring) => {
      const [, other] = await Promise.all([bring(), bring()]);
      return other;
    };
    return carried([doubles], async (sites) => {
      await sites.clinic.gateway.inject("orders", `{"n":1}`);
      await assertWhole(sites, [`{"n":1}`]);
    });
  }));

Deno.test("where a carrier holds a message back until later ones have come, each has its own receipt", () =>
  unstuck(() => {
    const overtaken = Promise.withResolvers<void>();
    const delays: Conduct = async (bring) => {
      await overtaken.promise;
      return await bring();
    };
    return carried([delays], async (sites) => {
      await sites.clinic.gateway.inject("orders", `{"n":1}`);
      await sites.clinic.gateway.inject("orders", `{"n":2}`);
      await sites.clinic.seen("messageDelivered");
      const first = await sites.lab.received("from-clinic");
      overtaken.resolve();
      // Whichever of the two was carried first is the one that was held.
      assertEquals(first.length, 1);
      await assertWhole(sites, [`{"n":1}`, `{"n":2}`]);
    });
  }));

Deno.test("where a carrier answers with the receipt for another message, it does not count", () =>
  unstuck(() => {
    let other: Carried | undefined;
    const notes: Conduct = async (bring) => other = await bring();
    const swaps: Conduct = () => Promise.resolve(other!);
    return carried([notes, swaps], async (sites) => {
      await sites.clinic.gateway.inject("orders", `{"n":1}`);
      await sites.clinic.seen("messageDelivered");
      await sites.clinic.gateway.inject("orders", `{"n":2}`);
      const { error } = await sites.clinic.seen("deliveryFailed");
      assertEquals(error.code, "HPKE_RECEIPT_MISMATCHED");
      await assertWhole(sites, [`{"n":1}`, `{"n":2}`]);
    });
  }));

Deno.test("a receipt that a carrier changed, or that another has signed, does not count", () =>
  unstuck(async () => {
    // Calls itself as the laboratory does.
    await using forger = await Site.open("lab");
    let clinic: Site | undefined;
    const changes: Conduct = async (bring) => {
      const receipt = await bring();
      // Another letter before the end, which is padding in part, is another signature.
      const bytes = receipt.bytes.with(-9, receipt.bytes.at(-9) === 0x41 ? 0x42 : 0x41);
      return { ...receipt, bytes };
    };
    const forges: Conduct = async (bring, sealed) => {
      const { headers, status } = await bring();
      // It cannot open what is for another: it guesses.
      const nowMs = denoWorld.clock.nowMs();
      const statement = {
        ...hpke.address!(sealed)!,
        id: "a guess",
        epoch: 1,
        sequence: 1,
        issuedAtMs: nowMs,
        expiresAtMs: nowMs + 60_000,
        contentType: "application/json",
      };
      const opened = { statement, payload: new Uint8Array(1), signed: new Uint8Array(1) };
      const envelope = bindEnvelope(
        hpke,
        { profile: "any" },
        await keyringAt(forger, clinic!),
        denoWorld.clock,
      );
      const { bytes } = await envelope.receipt(sealed, opened, { kind: "accepted" });
      return { status, headers, bytes: new Uint8Array(bytes) };
    };
    await carried([changes, forges], async (sites) => {
      clinic = sites.clinic;
      await sites.clinic.gateway.inject("orders", `{"n":1}`);
      await assertWhole(sites, [`{"n":1}`]);
      const codes = sites.clinic.all("deliveryFailed").map(({ error }) => error.code);
      assertEquals(codes, ["HPKE_RECEIPT_SIGNATURE_INVALID", "HPKE_RECEIPT_SIGNER_UNKNOWN"]);
    });
  }));

Deno.test("an envelope whose statement a carrier has stripped is refused, and is kept once it comes whole", () =>
  unstuck(() => {
    let refused: Carried | undefined;
    const strips: Conduct = async (_, sealed) => {
      // The header's length is its last four bytes before the header.
      const end = 10 + new DataView(sealed.buffer, sealed.byteOffset).getUint32(6);
      const url = strippedTo!;
      const body = new Uint8Array([...sealed.subarray(0, 10), ...sealed.subarray(end)]);
      new DataView(body.buffer).setUint32(6, 0);
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": hpke.contentType },
        body,
      });
      refused = { status: response.status, headers: {}, bytes: await response.bytes() };
      return nothing;
    };
    let strippedTo: string | undefined;
    return carried([strips], async (sites) => {
      strippedTo = String(sites.lab.links[0].settings.url);
      await sites.clinic.gateway.inject("orders", `{"n":1}`);
      await assertWhole(sites, [`{"n":1}`]);
      assertEquals(refused?.status, 503);
      assert(sites.lab.all("exchangeRefused").length === 1);
      assertEquals(sites.lab.all("exchangeRefused")[0].error.code, "EXCHANGE_ADDRESS_UNREADABLE");
    });
  }));

Deno.test("what is signed by a key that has ended is refused, and nothing of it is kept", () =>
  unstuck(async () => {
    await using clinic = await Site.open("clinic");
    await using lab = await Site.open("lab");
    const [key] = clinic.identity.signing;
    const ended = { ...clinic.identity, signing: [{ ...key, untilMs: Date.now() - 86_400_000 }] as const };
    await clinic.introduceTo(lab, await clinic.file(clinic.links, ended));
    await lab.introduceTo(clinic);
    await lab.start({ "from-clinic": takesFrom("clinic") }, { partners: ["clinic"] });
    await clinic.start({ orders: sendsTo("lab", QUICK) }, { partners: ["lab"] });
    await clinic.gateway.inject("orders", `{"n":1}`);
    const { error } = await lab.seen("exchangeRefused");
    assertEquals(error.code, "HPKE_SIGNER_UNKNOWN");
    assertEquals(await lab.gateway.archive.list({}), []);
    assertEquals(clinic.gateway.snapshot().channels[0].destinations.out.queued, 1);
  }));

/** What a gateway seals, opens and signs with, which knows the other. */
async function keyringAt(site: Site, other: Site) {
  const partners = { them: await parsePartnerFile(await other.file(), "a file") };
  return keyringOf({ gateway: site.name, clock: denoWorld.clock, identity: site.identity, partners });
}
