import listener from "../../../adapters/https/listener.ts";
import type { ConfigInput } from "../../../runtime/contract/spec.ts";
import type { RequestFacts } from "../../../runtime/contract/world.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { type ListenerRig, openListener, type RigParts, worldWith } from "../../world/tools.ts";

/** Where it is, for whoever hands requests over. */
export const URL_OF_IT = "http://mitral.example/";

/** What a test tells a listener. */
export type Given = ConfigInput<typeof listener.config>;

/** A listener whose requests a test hands over, from wherever it likes. */
export interface Rig extends ListenerRig {
  hand(request: Request, facts?: Partial<RequestFacts>): Promise<Response>;
}

/** Opens one, which has no socket. */
export async function open(config: Given, parts: RigParts = {}): Promise<Rig> {
  let handler: (request: Request, facts: RequestFacts) => Response | Promise<Response>;
  const serveHttp: typeof denoWorld.net.serveHttp = (_, given) => {
    handler = given;
    return Promise.resolve({ port: 1, shutdown: () => Promise.resolve(), review() {} });
  };
  const clock = parts.clock ?? new FakeClock();
  const world = worldWith(clock, { net: { ...denoWorld.net, serveHttp } });
  const rig = await openListener(listener, { port: 0, ...config }, { ...parts, clock, world });
  const hand = async (request: Request, facts: Partial<RequestFacts> = {}) =>
    await handler(request, { peer: "192.0.2.7:51022", ...facts });
  return { ...rig, hand };
}

/** A message as a request. */
export function post(headers: Record<string, string> = {}): Request {
  return new Request(URL_OF_IT, {
    method: "POST",
    body: "body",
    headers: { "content-type": "text/plain", ...headers },
  });
}
