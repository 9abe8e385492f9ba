import listener from "../../../adapters/fax/listener.ts";
import { type FaxArrival, faxArrivalOf } from "../../../runtime/contract/fax_arrival.ts";
import type { ConfigInput } from "../../../runtime/contract/spec.ts";
import type { FetchOptions, RequestFacts } from "../../../runtime/contract/world.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { type ListenerRig, openListener, type RigParts, worldWith } from "../../world/tools.ts";

/** Where the listener is, for whoever hands requests over. */
const ORIGIN = "http://gateway.example";

type Given = ConfigInput<typeof listener.config>;

/** One provider's settings, but for what has a default. */
export type GivenAccount = Omit<Given["providers"][string], "signatureAgeMsMax">;

/** A listener whose requests a test hands over, and whose own requests it answers. */
export interface Rig extends ListenerRig {
  /** Posts to the path of a provider. */
  post(
    provider: string,
    headers: Readonly<Record<string, string>>,
    body: BodyInit,
    peer?: string,
  ): Promise<Response>;
  hand(request: Request, facts?: Partial<RequestFacts>): Promise<Response>;
  /** What it has asked for. */
  readonly asked: Request[];
  /** What of a delivery's arrival is known. */
  arrival(number?: number): FaxArrival | undefined;
}

/** Opens one, which has no socket. `fetch`: what it gets from providers. */
export async function open(
  accounts: Readonly<Record<string, GivenAccount>>,
  { fetch, config = {}, ...parts }: RigParts & {
    readonly fetch?: (request: Request) => Response | Promise<Response>;
    readonly config?: Partial<Given>;
  } = {},
): Promise<Rig> {
  const asked: Request[] = [];
  let handler: (request: Request, facts: RequestFacts) => Response | Promise<Response>;
  const net = {
    ...denoWorld.net,
    serveHttp: ((_, given) => {
      handler = given;
      return Promise.resolve({ port: 1, shutdown: () => Promise.resolve(), review() {} });
    }) as typeof denoWorld.net.serveHttp,
    fetch: async (request: Request, _options?: FetchOptions) => {
      asked.push(request);
      if (!fetch) throw Object.assign(new Error("nothing is there"), { code: "ECONNREFUSED" });
      return await fetch(request);
    },
  };
  const clock = parts.clock ?? new FakeClock();
  const providers = Object.fromEntries(
    Object.entries(accounts).map(([name, account]) => [name, { signatureAgeMsMax: 300_000, ...account }]),
  );
  const rig = await openListener(listener, { port: 0, providers, ...config }, {
    ...parts,
    clock,
    world: worldWith(clock, { net }),
  });
  const hand = async (request: Request, facts: Partial<RequestFacts> = {}) =>
    await handler(request, { peer: "192.0.2.7:51022", ...facts });
  return {
    ...rig,
    asked,
    hand,
    post: (provider, headers, body, peer = "192.0.2.7:51022") =>
      hand(new Request(`${ORIGIN}/fax/${provider}`, { method: "POST", headers, body }), { peer }),
    arrival: (number = 1) => faxArrivalOf(rig.intake.received[number - 1]?.contentType ?? ""),
  };
}

/** A form, as `multipart/form-data` has it: fields, and files with their bytes. */
export function multipart(
  fields: readonly (readonly [name: string, value: string])[],
  files: readonly (readonly [name: string, bytes: Uint8Array, type?: string])[] = [],
): { readonly headers: Readonly<Record<string, string>>; readonly body: Uint8Array<ArrayBuffer> } {
  const boundary = "----made-up-7d3f", encoder = new TextEncoder();
  const pieces = [
    ...fields.map(([name, value]) =>
      encoder.encode(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
    ),
    ...files.flatMap(([name, bytes, type = "application/pdf"]) => [
      encoder.encode(
        `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="a \\"fax\\"; 1.pdf"\r\nContent-Type: ${type}\r\n\r\n`,
      ),
      bytes,
      encoder.encode("\r\n"),
    ]),
    encoder.encode(`--${boundary}--\r\n`),
  ];
  return {
    headers: { "content-type": `multipart/form-data; boundary=${boundary}` },
    body: joined(pieces),
  };
}

function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** `Authorization` of a user and a password. */
export function basic(user: string, password: string): string {
  return `Basic ${new TextEncoder().encode(`${user}:${password}`).toBase64()}`;
}

/** Bytes that begin as a TIFF does. */
export const TIFF = new Uint8Array([0x49, 0x49, 0x2a, 0, 8, 0, 0, 0, 0, 0, 1, 2, 13, 10, 45, 45, 13, 10]);
/** Bytes that begin as a PDF does, with what looks like the end of a part. */
export const PDF = new TextEncoder().encode("%PDF-1.4\r\n--\r\n----made-up\r\n%%EOF");

/** The code of a refusal. */
export async function refusal(response: Response): Promise<readonly [number, string]> {
  return [response.status, response.status === 200 ? "" : (await response.json()).code];
}
