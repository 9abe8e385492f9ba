import { assertEquals } from "@std/assert";
import bytes from "../../../actors/formats/bytes.ts";
import { bindFormat } from "../../../runtime/contract/format.ts";
import { testFormat } from "../../contract/format_kit.ts";

testFormat(bytes, {
  config: {},
  keepsBuffer: true,
  canary: "Canary",
  valid: [
    { name: "nothing", bytes: "" },
    { name: "every byte", bytes: Uint8Array.from({ length: 256 }, (_, byte) => byte) },
    {
      name: "anything else",
      bytes: "Canary",
      identity: { controlId: "", type: "", purpose: "message" },
      keys: [],
    },
  ],
  invalid: [],
});

Deno.test("bytes keeps the content type they came with", () => {
  const format = bindFormat(bytes, {});
  assertEquals(format.parse(Uint8Array.of(1), "image/tiff").contentType, "image/tiff");
  assertEquals(format.parse(Uint8Array.of(1)).contentType, "application/octet-stream");
});
