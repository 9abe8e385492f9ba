import { gatewayOf as keysOf } from "../runtime/trust/gateways.ts";
import { CANARY } from "./_canary.ts";
import type { Folder, Settings } from "./_site.ts";

/** A custom actor that breaks in every way there is, each time with the whole message in its error. */
const thrower = `import { choice, defineTransformer } from "mitral";

export default defineTransformer({
  name: "thrower",
  about: "Breaks, and quotes the message.",
  config: { how: choice("How it breaks.", ["throws", "rejects", "fails", "strays"]) },
  errors: {
    THROWER_MESSAGE_DISLIKED: { blame: "sender", retry: "never", says: "Cannot pass message: it is disliked" },
  },
  transform(message, { config, fail }) {
    const content = new TextDecoder().decode(message.received);
    const error = new Error(content + "\\n    at ${CANARY} (${CANARY}.ts:1:1)", { cause: content });
    error.content = content;
    if (config.how === "fails") return fail("THROWER_MESSAGE_DISLIKED", {}, error);
    if (config.how === "throws") throw error;
    const rejected = Promise.reject(error);
    return config.how === "rejects" ? rejected : message;
  },
});
`;

/** Where the peers of a cage listen. */
export interface Peers {
  /** MLLP: refuses for good, turns away for now, talks nonsense. */
  readonly refusing: number;
  readonly deferring: number;
  readonly babbling: number;
  /** HTTP: refuses. */
  readonly web: string;
}

const mllp = { mllp: { port: 0 }, acknowledge: "processed" };
const out = { out: { file: { path: "./out" } } };

/** Settings of a gateway with a channel for each way a message can go. */
export function cageOf({ refusing, deferring, babbling, web }: Peers): Settings {
  const broken = (how: string) => ({
    listen: mllp,
    parse: "hl7v2",
    transform: [{ "./thrower.ts": { how } }],
    supervise: { restartsMax: 1_000, crashesMax: 2, backoffMs: 0 },
    send: out,
  });
  const sending = (sender: Settings) => ({
    listen: mllp,
    parse: "hl7v2",
    order: "none",
    send: { peer: sender },
  });
  const peer = (port: number) => sending({ mllp: { host: "127.0.0.1", port } });
  return {
    gateway: "cage.example",
    data: "./data",
    keys: "./keys.json",
    partners: { clinic: "./clinic.json" },
    monitor: { port: 0 },
    drainMsMax: 10_000,
    channels: {
      good: { listen: mllp, parse: "hl7v2", send: out },
      filtered: { listen: mllp, parse: "hl7v2", filter: "MSH-9.1 = ZZZ", send: out },
      throws: broken("throws"),
      rejects: broken("rejects"),
      fails: broken("fails"),
      strays: broken("strays"),
      strict: { listen: mllp, parse: { hl7v2: { accept: ["ACK"] } }, send: out },
      narrow: { listen: { mllp: { port: 0, frameBytesMax: 1_000 } }, parse: "hl7v2", send: out },
      refused: peer(refusing),
      deferred: peer(deferring),
      babbled: peer(babbling),
      web: sending({ https: { url: web } }),
      documents: {
        listen: { https: { port: 0, path: "/in" }, acknowledge: "processed" },
        parse: "json",
        send: out,
      },
      sealed: { listen: { https: { port: 0 } }, decrypt: { from: "clinic" }, parse: "hl7v2", send: out },
      watched: {
        listen: { file: { path: "./in", everyMs: 10, settleMs: 0 } },
        parse: "hl7v2",
        send: out,
      },
    },
  };
}

/** Fills a folder with all a cage needs; returns the path of its gateway file. */
export async function buildCage(folder: Folder, peers: Peers): Promise<string> {
  await Deno.mkdir(folder.at("in"));
  await folder.write("thrower.ts", thrower);
  await folder.write("keys.json", (await keysOf("cage")).privateFile);
  await folder.write("clinic.json", (await keysOf("clinic")).partnerFile);
  // JSON is YAML.
  return await folder.write("gateway.yaml", JSON.stringify(cageOf(peers), null, 2));
}
