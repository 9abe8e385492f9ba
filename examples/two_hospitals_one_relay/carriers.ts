import type { Carrier } from "./options.ts";

/** Where a gateway's doors are. */
interface Doors {
  readonly wss: number;
  readonly door: number;
}

/** The section `exchange` of a gateway file, for a carrier. */
export function exchangeBy(carrier: Carrier, { wss, door }: Doors): string {
  const relay = `relay: { servers: ["wss://localhost:${wss}"], tls: { ca: ../relay.pem } }`;
  const https = `https: { port: ${door}, url: "http://127.0.0.1:${door}/" }`;
  return [
    "exchange:",
    "  doors:",
    ...(carrier === "relay" ? [] : [`    ${https}`]),
    ...(carrier === "direct" ? [] : [`    ${relay}`, "  ways:", "    relay: { tls: { ca: ../relay.pem } }"]),
  ].join("\n");
}

/** A gateway file whose section `exchange` is that of a carrier. */
export function carriedBy(carrier: Carrier, file: string, doors: Doors): string {
  return file.replace(/^exchange:\n(?: +.*\n)+/m, `${exchangeBy(carrier, doors)}\n`);
}
