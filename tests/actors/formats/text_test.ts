import { assert, assertEquals } from "@std/assert";
import text, { TextBody } from "../../../actors/formats/text.ts";
import { bindFormat } from "../../../runtime/contract/format.ts";
import { testFormat } from "../../contract/format_kit.ts";

const latin1 = Uint8Array.of(0x5a, 0x6f, 0xeb);

testFormat(text, {
  config: { each: "whole" },
  keepsBuffer: true,
  canary: "Canary",
  valid: [
    { name: "nothing", bytes: "" },
    { name: "UTF-8 with a byte order mark", bytes: "\uFEFFCanary Zoë\r\n", keys: [] },
    { name: "another charset", bytes: latin1, contentType: "text/plain; charset=iso-8859-1" },
  ],
  invalid: [
    { name: "what is not UTF-8", bytes: latin1, code: "TEXT_BYTES_INVALID" },
    {
      name: "a charset nobody knows",
      bytes: "x",
      contentType: "text/plain; charset=klingon",
      code: "TEXT_CHARSET_UNKNOWN",
    },
  ],
});

Deno.test("text reads the charset its content type names", () => {
  const format = bindFormat(text, { each: "whole" });
  const body = format.parse(latin1, 'text/plain; charset="ISO-8859-1"');
  assert(body instanceof TextBody);
  assertEquals(body.text, "Zoë");
  assertEquals(body.contentType, 'text/plain; charset="ISO-8859-1"');
});

Deno.test("text that was made here is written as UTF-8", () => {
  const body = new TextBody("Zoë");
  assertEquals(body.toBytes(), new TextEncoder().encode("Zoë"));
  assertEquals(body.contentType, "text/plain; charset=utf-8");
});

Deno.test("text is taken line by line where each line is a message, but for blank ones", () => {
  const split = (content: string, each: "whole" | "line" = "line") => {
    const batch = bindFormat(text, { each }).batch!.split(new TextEncoder().encode(content));
    if (!batch) return undefined;
    const messages = Array.from(batch.messages, (message) => new TextDecoder().decode(message));
    assertEquals(batch.count, messages.length);
    return messages;
  };
  assertEquals(split("a\r\n\r\n b \n\t\nc"), ["a", " b ", "c"]);
  assertEquals(split("a\n"), ["a"]);
  assertEquals(split("\n\n"), []);
  assertEquals([split("a"), split(""), split("a\nb", "whole")], [undefined, undefined, undefined]);
});
