import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { faxArrivalOf, faxContentType } from "../../../runtime/contract/fax_arrival.ts";
import { essenceOf } from "../../../runtime/contract/media_type.ts";

Deno.test("the arrival of a fax stands in parameters of its media type", () => {
  const arrival = { provider: "sinch", faxId: "01F3J", from: "+12175550100", pages: 2 };
  const contentType = faxContentType("image/tiff", arrival);
  assertEquals(
    contentType,
    'image/tiff; fax-provider="sinch"; fax-id="01F3J"; fax-from="+12175550100"; fax-pages="2"',
  );
  assertEquals(essenceOf(contentType), "image/tiff");
  assertEquals(faxArrivalOf(contentType), arrival);
});

Deno.test("a media type that says nothing of a fax has no arrival", () => {
  for (const contentType of ["", "image/tiff", 'image/tiff; fax-id="1"', "image/tiff; fax-provider=sinch"]) {
    assertEquals(faxArrivalOf(contentType), undefined, contentType);
  }
});

Deno.test("parameters of other kinds, other cases and without quotes are read, too", () => {
  const contentType =
    'image/tiff; application=faxbw; Fax-Provider=hylafax;fax-id=42; fax-pages=many; x="a;fax-id=7"';
  assertEquals(faxArrivalOf(contentType), { provider: "hylafax", faxId: "42" });
});

Deno.test("whatever a fact of an arrival is, it is read as it was written", () => {
  const text = fc.string({ unit: "grapheme" }).map((each) => each.replace(/\p{Cc}/gu, " "));
  const whole = fc.nat();
  const arrivals = fc.record({
    provider: text,
    faxId: text,
    from: text,
    to: text,
    receivedAtMs: whole,
    pages: whole,
    subscriber: text,
    error: text,
  }, { requiredKeys: ["provider", "faxId"], noNullPrototype: true });
  fc.assert(
    fc.property(arrivals, (arrival) => {
      assertEquals(faxArrivalOf(faxContentType("application/pdf", arrival)), arrival);
    }),
    { numRuns: 300 },
  );
});
