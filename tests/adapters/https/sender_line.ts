import sender from "../../../adapters/https/sender.ts";
import type { Parcel } from "../../../runtime/contract/adapter.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import type { Outcome } from "../../../runtime/contract/message.ts";
import { openSender, type RigParts, type SenderRig } from "../../world/tools.ts";
import { HttpPeer, type PeerRequest } from "./http_peer.ts";

const never = new AbortController().signal;

/** A parcel of JSON that nobody judges. */
export function parcelWith(change: Partial<Parcel> = {}): Parcel {
  return {
    id: "0197a1b2-0000-7000-8000-000000000001",
    bytes: new TextEncoder().encode("{}"),
    contentType: "application/json",
    attempt: 1,
    sequence: 7,
    atMs: Date.UTC(2026, 0, 5, 12),
    value: () => "",
    judge: (bytes, contentType = "application/json"): Outcome => ({
      kind: "accepted",
      answer: { bytes, contentType },
    }),
    ...change,
  };
}

/** A sender, and the peer it leads to. */
export interface Line extends AsyncDisposable {
  readonly peer: HttpPeer;
  readonly rig: SenderRig;
  send(parcel?: Parcel, signal?: AbortSignal): Promise<Outcome | MitralError>;
}

/** Opens a sender that leads to a peer of the test's. `send` gives the error it fails by, too. */
export async function openLine(config: object = {}, parts: RigParts = {}): Promise<Line> {
  const peer = await HttpPeer.open();
  const rig = await openSender(sender, { url: peer.url, ...config }, {
    contentTypes: ["application/json"],
    ...parts,
  });
  return {
    peer,
    rig,
    send: (parcel = parcelWith(), signal = never) =>
      rig.sender.send(parcel, signal).catch((error) => {
        if (error instanceof MitralError) return error;
        throw error;
      }),
    async [Symbol.asyncDispose]() {
      await rig[Symbol.asyncDispose]();
      await peer[Symbol.asyncDispose]();
    },
  };
}

/** Answers the next request so, and returns it. */
export async function answered(
  peer: HttpPeer,
  status = 204,
  body: string | object = "",
  headers: Readonly<Record<string, string>> = {},
): Promise<PeerRequest> {
  const request = await peer.next();
  await request.respond(status, typeof body === "string" ? body : JSON.stringify(body), headers);
  return request;
}

/** The code of what a send came to, where it was no success. */
export function codeOf(end: Outcome | MitralError): string | undefined {
  if (end instanceof MitralError) return end.code;
  return "error" in end ? end.error.code : undefined;
}
