import { isLoopback } from "../../_kit/net/loopback.ts";

/** A server of a relay. */
export interface Place {
  /** What is spoken with it: NATS in WebSocket in TLS, NATS in TLS, or NATS in clear. */
  readonly speaks: "wss" | "tls" | "nats";
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Port of each where the URL names none. */
const PORTS = { wss: 443, tls: 4222, nats: 4222 } as const;

/** Reads a server's URL; `undefined` where it is none, or would be spoken to in clear over a network. */
export function placeOf(text: string): Place | undefined {
  const match = /^(wss|tls|nats):\/\/([^\s/?#@]+)\/?$/.exec(text);
  // The platform knows the rules of host and port for `https` alone.
  const url = match && URL.parse(`https://${match[2]}/`);
  if (!match || !url) return undefined;
  const speaks = match[1] as Place["speaks"];
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (speaks === "nats" && !isLoopback(host)) return undefined;
  // A URL leaves out the port that `https` has anyway.
  const isWebPort = /:0*443$/.test(match[2]);
  return { speaks, host, port: Number(url.port) || (isWebPort ? 443 : PORTS[speaks]) };
}
