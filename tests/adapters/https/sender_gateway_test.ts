/** The HTTPS sender in a whole gateway: what goes to an API, with what token, and what comes back. */
import { assertEquals } from "@std/assert";
import { secretOf } from "mitral";
import sender from "../../../adapters/https/sender.ts";
import { openGateway } from "../../interop/_gateway.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { openSender } from "../../world/tools.ts";
import { unstuck } from "../../world/turns.ts";
import { HttpPeer } from "./http_peer.ts";
import { answered, parcelWith } from "./sender_line.ts";

Deno.test("an answer of an API goes back to whoever asked, with its status and headers where respond wants them", () =>
  unstuck(async () => {
    await using tokens = await HttpPeer.open();
    await using api = await HttpPeer.open();
    const oauth = { tokenUrl: tokens.url, clientId: "us", clientSecret: secretOf("a-secret") };
    await using under = await openGateway({
      patients: {
        listen: { https: { port: 0, path: "/patients" }, acknowledge: "from api" },
        parse: "json",
        send: {
          api: {
            https: {
              url: api.url,
              auth: { oauth },
              headers: { "X-Mrn": "{$.mrn}" },
              answerHeaders: ["Location"],
            },
          },
        },
        respond: [{ set: { "$.status": "{meta.status}", "$.at": "{meta.location}" } }],
      },
    });
    const asking = fetch(under.address("patients"), {
      method: "POST",
      body: JSON.stringify({ mrn: "4711" }),
      headers: { "content-type": "application/json" },
    });
    await answered(tokens, 200, { access_token: "t-1", token_type: "Bearer" });
    const { headers } = await answered(api, 201, { id: 1 }, {
      "content-type": "application/json",
      location: "/patients/1",
    });
    assertEquals([headers.authorization, headers["x-mrn"]], ["Bearer t-1", "4711"]);
    assertEquals(await (await asking).json(), { id: 1, status: "201", at: "/patients/1" });
    const { id } = await under.seen("messageDelivered") as { id: string };
    assertEquals(headers["idempotency-key"], id);
    const shown = (await under.gateway.archive.show(id))!;
    assertEquals(shown.deliveries.map(({ state }) => state), ["delivered"]);
  }));

Deno.test("another gateway knows who sends by token, password or signature, and takes every message once", () =>
  unstuck(async () => {
    const [token, password, key] = ["token", "password", "key"].map((name) => secretOf(name.padEnd(40, "x")));
    const files = { files: { file: { path: "./out" } } };
    const clients = {
      bearer: { bearer: token },
      basic: { basic: { user: "us", password } },
      signature: { signature: key },
    };
    await using under = await openGateway({
      notes: { listen: { https: { port: 0, path: "/notes", clients } }, parse: "json", send: files },
    });
    const ways = {
      bearer: { bearer: token },
      basic: { basic: { user: "us", password } },
      signature: { signature: { key, keyId: "signature" } },
    };
    for (const [partner, auth] of Object.entries(ways)) {
      // Signatures are of a time that both agree on.
      const clock = new FakeClock(Date.now());
      await using rig = await openSender(sender, { url: `${under.address("notes")}?by=${partner}`, auth }, {
        clock,
      });
      const id = crypto.randomUUID();
      for (
        const change of [{ attempt: 1 }, { attempt: 2 }, { attempt: 3, replays: 1 }, {
          attempt: 4,
          replays: 1,
        }]
      ) {
        const outcome = await rig.sender.send(parcelWith({ id, ...change }), new AbortController().signal);
        assertEquals(outcome.kind, "accepted");
      }
      const taken = (await under.gateway.archive.list({})).filter(({ origin }) => origin.partner === partner);
      assertEquals(taken.length, 2, partner);
    }
  }));

Deno.test("a gateway file with a path its messages do not have is refused, with the place", () =>
  unstuck(async () => {
    const opening = openGateway({
      patients: {
        listen: { https: { port: 0, path: "/patients" } },
        parse: "hl7v2",
        send: {
          api: {
            https: {
              url: "https://api.example/",
              auth: { bearer: secretOf("a-token") },
              headers: { "X-Mrn": "{pid-3.1}" },
            },
          },
        },
      },
    });
    const error = await opening.then(() => undefined, (cause) => cause);
    const { code, facts: { place, rule } } = error;
    assertEquals(
      [code, place, rule],
      [
        "CONFIG_GATEWAY_INVALID",
        "channels.patients.send.api.https.headers.X-Mrn",
        "Cannot read channels.patients.send.api.https.headers.X-Mrn: Cannot use path: not of the form SEG[n]-F[r].C.S that this call takes (pid-3.1)",
      ],
    );
  }));
