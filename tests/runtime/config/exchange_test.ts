/** What a gateway file says of partners' exchange, and what a partner's file may say. */
import { assertEquals } from "@std/assert";
import { catalog } from "../../../catalog.ts";
import { readGateway } from "../../../runtime/config/read_gateway.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import type { Link } from "../../../runtime/trust/partner_file.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";

type Settings = Readonly<Record<string, unknown>>;

/** A gateway with a partner; its key files are there. */
async function read(change: Settings) {
  const folder = await Deno.makeTempDir();
  try {
    for (const name of ["keys.json", "lab.json", "cert.pem", "key.pem"]) {
      await Deno.writeTextFile(`${folder}/${name}`, "");
    }
    await Deno.writeTextFile(`${folder}/key.pem`, "a key");
    const settings = {
      gateway: "clinic",
      keys: "./keys.json",
      partners: { lab: "./lab.json" },
      exchange: { doors: { https: { port: 8443, url: "https://clinic.example:8443/" } } },
      channels: { in: takes("lab"), out: sends("lab") },
      ...change,
    };
    return await readGateway({ settings, folder }, {
      disk: denoWorld.disk,
      catalog,
      timeZone: "UTC",
      env: () => "an environment variable",
      loadActor: () => Promise.reject(),
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const takes = (from: unknown, more: Settings = {}) => ({
  listen: { from },
  parse: "json",
  send: { files: { file: { path: "./" } } },
  ...more,
});
const sends = (to: unknown, more: Settings = {}) => ({
  listen: { mllp: { port: 0 } },
  parse: "json",
  send: { lab: { to, ...more } },
});

/** What is wrong, as `code where it says`. */
async function problemsOf(change: Settings): Promise<readonly string[]> {
  return (await read(change)).problems.map(({ code, file, message }) =>
    `${code} ${file} ${message.replace(/^Cannot read [^:]*: /, "")}`
  );
}

Deno.test("exchange: to and from seal and open by themselves, with the default envelope", async () => {
  const { plan } = await read({});
  const [taking, sending] = plan!.channels;
  assertEquals([taking.decrypt?.spec.name, taking.decrypt?.from], ["hpke", ["lab"]]);
  const { encrypt } = sending.destinations[0];
  assertEquals([encrypt?.spec.name, encrypt?.to, encrypt?.expiresMs], ["hpke", ["lab"], 7 * 86_400_000]);
  assertEquals(plan!.exchange?.links, [{ kind: "https", settings: { url: "https://clinic.example:8443/" } }]);
  assertEquals(plan!.exchange?.receiptMsMax, 900_000);
});

Deno.test("exchange: encrypt may say how and how long, and for whom goes without saying", async () => {
  const { plan } = await read({ channels: { out: sends("lab", { encrypt: { expiresMs: "1 h" } }) } });
  const { encrypt } = plan!.channels[0].destinations[0];
  assertEquals([encrypt?.to, encrypt?.expiresMs], [["lab"], 3_600_000]);
  const elsewhere = sends("lab", { encrypt: { to: "lab" } });
  assertEquals((await read({ channels: { out: elsewhere } })).problems, []);
});

Deno.test("exchange: whom something is sealed for must be said where no adapter says it", async () => {
  const https = { https: { url: "https://lab.example/" }, encrypt: {} };
  const channel = { listen: { mllp: { port: 0 } }, parse: "json", send: { lab: https } };
  assertEquals(await problemsOf({ channels: { out: channel } }), [
    "CONFIG_VALUE_MISSING channels.out.send.lab.encrypt to is missing",
  ]);
});

Deno.test("exchange: to and from need it, and say so", async () => {
  const { problems } = await read({ exchange: undefined });
  assertEquals(problems.map(({ code, file }) => `${code} ${file}`), [
    "CONFIG_VALUE_MISSING channels.in.listen.from",
    "CONFIG_VALUE_MISSING channels.out.send.lab.to",
  ]);
  assertEquals(problems[0].hint?.includes("exchange:"), true);
});

Deno.test("exchange: a feed belongs to one channel", async () => {
  assertEquals(
    await problemsOf({
      channels: {
        out: sends({ partner: "lab", feed: "orders" }),
        orders: sends("lab"),
        one: takes("lab"),
        two: takes("lab"),
        three: takes({ partner: "lab", feed: "results" }),
      },
    }),
    [
      "CONFIG_VALUE_INVALID channels.two.listen.from channel one takes every feed of lab already",
      "CONFIG_VALUE_INVALID channels.orders.send.lab.to channel out, destination lab sends under the feed orders of lab already",
    ],
  );
});

Deno.test("exchange: a partner nobody knows is one problem each time it is named, and no feed", async () => {
  const unknown = "CONFIG_PARTNER_UNKNOWN channels.";
  assertEquals(
    await problemsOf({
      channels: {
        out: sends("nobody"),
        more: sends("nobody", { encrypt: { to: "nobody" } }),
        in: takes("nobody", { decrypt: { from: "nobody" } }),
      },
    }),
    ["out.send.lab.to", "more.send.lab.encrypt.to", "more.send.lab.to", "in.listen.from", "in.decrypt.from"]
      .map((place) => `${unknown}${place} no partner is called nobody`),
  );
});

Deno.test("exchange: what gateways tell each other is no feed of a channel", async () => {
  const [problem, ...others] = await problemsOf({
    channels: { out: sends({ partner: "lab", feed: "mitral.control" }) },
  });
  assertEquals([problem.includes("feeds that begin with mitral."), others.length], [true, 0]);
  // A channel's name is what its messages are known by where nothing else is said.
  const mllp = { send: { lab: { mllp: { host: "lab.example", port: 1 }, encrypt: { to: "lab" } } } };
  for (const channel of [sends("lab"), { ...sends("lab"), ...mllp }]) {
    const [problem] = await problemsOf({ channels: { "mitral.control": channel } });
    assertEquals(problem.includes("feeds that begin with mitral."), true, problem);
  }
});

Deno.test("exchange: a door must be one that partners can be told of, on a port of its own", async () => {
  assertEquals(await problemsOf({ exchange: { doors: { mllp: { port: 2575 } } } }), [
    "CONFIG_VALUE_INVALID exchange.doors mllp is no door for partners",
  ]);
  const [taken] = await problemsOf({
    channels: { out: { ...sends("lab"), listen: { mllp: { port: 8443 } } } },
  });
  assertEquals(
    taken,
    "CONFIG_PORT_TAKEN channels.out.listen.mllp.port Cannot listen on port 8443: door https listens there",
  );
  const plain = { doors: { https: { port: 0, url: "http://clinic.example/" } } };
  assertEquals((await problemsOf({ exchange: plain })).length, 1);
});

Deno.test("exchange: where a way leads is for the partner's file to say", async () => {
  const [problem] = await problemsOf({ exchange: { ways: { https: { url: "https://lab.example/" } } } });
  assertEquals(problem, "CONFIG_KEY_UNKNOWN exchange.ways.https no setting is called url");
});

/** The settings of the way to a link, or the code and the rule it was refused by. */
async function wayTo(link: Link, { ways = {}, isPinned = false, doors = {} } = {}) {
  const { plan, problems } = await read({ exchange: { ways, doors } });
  if (!plan) throw new Error(problems[0].message);
  try {
    const { config } = await plan.exchange!.wayTo(
      { partner: "lab", root: "5f2b8c9d0e1a4f37", isPinned },
      link,
    );
    return config as Readonly<Record<string, unknown>>;
  } catch (cause) {
    if (cause instanceof MitralError) return `${cause.code}: ${cause.facts.rule}`;
    throw cause;
  }
}

Deno.test("exchange: a way is the partner's link with our settings, and many messages go by it at once", async () => {
  const link = { kind: "https", settings: { url: "https://lab.example/" } };
  const config = await wayTo(link, { ways: { https: { answerMsMax: "5 s" } } }) as Record<string, unknown>;
  assertEquals([config.url, config.answerMsMax, config.connections], ["https://lab.example/", 5_000, 16]);
  const few = await wayTo(link, { ways: { https: { connections: 2 } } }) as Record<string, unknown>;
  assertEquals([few.connections, few.tls], [2, undefined]);
});

Deno.test("exchange: a way trusts the certificates of the partner's file, and shows what our door shows", async () => {
  const link = { kind: "https", settings: { url: "https://lab.example/" } };
  const tls = { certificate: "./cert.pem", key: "file:./key.pem" };
  const doors = { https: { port: 8443, tls } };
  const config = await wayTo(link, { doors, isPinned: true }) as { tls: Record<string, unknown> };
  assertEquals(config.tls.partner, "lab");
  assertEquals(String(config.tls.certificate).endsWith("/cert.pem"), true);
  const trusting = await wayTo(link, { ways: { https: { tls: { ca: "./cert.pem" } } }, isPinned: true }) as {
    tls: Record<string, unknown>;
  };
  assertEquals(trusting.tls.partner, undefined);
});

Deno.test("exchange: a partner's file says nothing but where a way leads, and nowhere in clear", async () => {
  const said = {
    url: "https://lab.example/",
    headers: { "X-Evil": "1" },
    proxy: { url: "http://evil.example" },
  };
  const config = await wayTo({ kind: "https", settings: said }) as Record<string, unknown>;
  assertEquals([config.headers, (config.proxy as { url: string }).url], [{}, "environment"]);
  assertEquals(
    await wayTo({ kind: "https", settings: { url: "http://lab.example/" } }),
    "CONFIG_LINK_UNFIT: url must start with https://: plain http would travel in clear",
  );
  const tls = { certificate: "./cert.pem", key: "file:./key.pem" };
  for (const url of ["http://127.0.0.1:1/", "http://localhost:1/", "HTTP://[::1]:1/"]) {
    const to = { kind: "https", settings: { url } };
    const doors = { https: { port: 0 } };
    assertEquals((await wayTo(to, { doors }) as Record<string, unknown>).url, url);
    // Services of this machine are none of a partner's business, unless both gateways run on it.
    const reached = { port: 8443, url: "https://clinic.example:8443/" };
    for (const doors of [{}, { https: { port: 8443, tls } }, { https: reached }]) {
      const rule = "leads to this machine in clear, where our own door does not";
      assertEquals(await wayTo(to, { doors }), `CONFIG_LINK_UNFIT: ${rule}`);
    }
  }
  for (const url of ["", "file:///etc/passwd", "https://user:password@lab.example/", 7, null, ["x"]]) {
    assertEquals(
      String(await wayTo({ kind: "https", settings: { url } })).split(":")[0],
      "CONFIG_LINK_UNFIT",
    );
  }
  for (const kind of ["file", "mllp", "to", "nobody", "__proto__", "constructor"]) {
    assertEquals(
      await wayTo({ kind, settings: {} }),
      "CONFIG_LINK_UNFIT: no way to partners is called that",
    );
  }
});

Deno.test("config: a link by a relay leads to the mailbox of the partner's root key, whatever its file says", async () => {
  const link = { kind: "relay", settings: { servers: ["wss://relay.example"], mailbox: "ffffffffffffffff" } };
  const { servers, mailbox } = await wayTo(link) as Record<string, unknown>;
  assertEquals([servers, mailbox], [["wss://relay.example"], "5f2b8c9d0e1a4f37"]);
});
