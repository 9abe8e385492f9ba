/** What the adapter kits send. */
import { assert } from "@std/assert";
import { MitralError } from "../../runtime/contract/error.ts";
import type { TransportEvent } from "../../runtime/contract/adapter.ts";

/** Stands for patient data: must turn up nowhere but where messages are. */
export const CANARY = "CANARY^PATIENT^19700101";

/** Messages of every size and byte that `carries` allows. */
export function payloads(
  carries: (byte: number) => boolean = () => true,
): readonly { readonly what: string; readonly bytes: Uint8Array<ArrayBuffer> }[] {
  const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte).filter(carries);
  const all = (length: number) =>
    Uint8Array.from({ length }, (_, at) => bytes[(at * 7 + (at >> 8)) % bytes.length]);
  return [
    { what: "one byte", bytes: Uint8Array.of(0x4d) },
    { what: "one blank", bytes: Uint8Array.of(0x20) },
    { what: "every byte it can carry", bytes },
    { what: "1 kB", bytes: all(1_000) },
    { what: "65,536 bytes", bytes: all(65_536) },
    { what: "200 kB", bytes: all(200_000) },
  ];
}

/** Fails where an error or an event could be read and shows the canary. Causes are never shown. */
export function assertSilent(said: readonly (MitralError | TransportEvent)[]): void {
  for (const one of said) {
    const shown = one instanceof MitralError ? `${one.message} ${JSON.stringify(one)}` : JSON.stringify(one);
    for (const part of CANARY.split("^")) assert(!shown.includes(part), `message content in ${shown}`);
  }
}
