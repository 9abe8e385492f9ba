import { assertEquals } from "@std/assert";
import { hostPattern } from "../../../adapters/_kit/settings/host.ts";

Deno.test("a host is a name or an address, and no URL and no host with a port", () => {
  const isHost = (text: string) => new RegExp(`^(?:${hostPattern.matches})$`, "u").test(text);
  for (const host of ["ehr.example", "localhost", "10.1.2.3", "::1", "fe80::1%eth0", "::ffff:192.0.2.7"]) {
    assertEquals(isHost(host), true, host);
  }
  for (
    const host of ["", "tls://ehr.example", "ehr.example:2575", "me@ehr.example", "ehr/x", "[::1]", "a b"]
  ) {
    assertEquals(isHost(host), false, host);
  }
});
