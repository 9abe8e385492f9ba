import { assertEquals } from "@std/assert";
import {
  connectCode,
  connectFaults,
  listenCode,
  listenFaults,
} from "../../../../adapters/_kit/net/faults.ts";
import { broken } from "../../../world/fake_net.ts";

Deno.test("faults of the network carry the name of the component that meets them", () => {
  assertEquals(Object.keys(listenFaults("PARCEL")), [
    "PARCEL_PORT_BUSY",
    "PARCEL_PORT_FORBIDDEN",
    "PARCEL_HOST_FOREIGN",
    "PARCEL_PORT_UNUSABLE",
  ]);
  // Exact types: another code does not compile.
  const { PARCEL_HOST_UNKNOWN: fault } = connectFaults("PARCEL");
  assertEquals([fault.blame, fault.retry], ["operator", "later"]);
});

for (
  const [reason, listening, connecting] of [
    ["EADDRINUSE", "PARCEL_PORT_BUSY", "PARCEL_PEER_UNREACHABLE"],
    ["EACCES", "PARCEL_PORT_FORBIDDEN", "PARCEL_HOST_FORBIDDEN"],
    ["EADDRNOTAVAIL", "PARCEL_HOST_FOREIGN", "PARCEL_PEER_UNREACHABLE"],
    ["ENOTFOUND", "PARCEL_HOST_FOREIGN", "PARCEL_HOST_UNKNOWN"],
    ["EMFILE", "PARCEL_PORT_UNUSABLE", "PARCEL_PEER_UNREACHABLE"],
  ] as const
) {
  Deno.test(`${reason} is a declared fault, while listening and while connecting`, () => {
    const codes = [listenCode("PARCEL", broken(reason)), connectCode("PARCEL", broken(reason))];
    assertEquals(codes, [listening, connecting]);
    const [listens, connects] = [listenFaults("PARCEL"), connectFaults("PARCEL")];
    assertEquals([codes[0] in listens, codes[1] in connects], [true, true]);
  });
}
