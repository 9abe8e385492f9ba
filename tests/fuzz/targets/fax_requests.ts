import { readSidecar, SidecarError } from "../../../adapters/_kit/files/sidecar/read_sidecar.ts";
import { Posted } from "../../../adapters/fax/posted/posted.ts";
import { Unreadable } from "../../../adapters/fax/posted/unreadable.ts";
import type { Notice, Provider } from "../../../adapters/fax/providers/provider.ts";
import { providers } from "../../../adapters/fax/providers/providers.ts";
import { faxArrivalOf, faxContentType } from "../../../runtime/contract/fax_arrival.ts";
import { must, type Target } from "../target.ts";

const form = (fax: string) =>
  `--x\r\nContent-Disposition: form-data; name="event"\r\n\r\nINCOMING_FAX\r\n--x\r\nContent-Disposition: form-data; ` +
  `name="fax"\r\n\r\n${fax}\r\n--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n` +
  "Content-Type: application/pdf\r\n\r\n%PDF-1\r\n--x--\r\n";

/** Requests of fax providers, as each of them is read. */
export const faxRequestTarget: Target = {
  name: "fax-request",
  seeds: [
    form('{"id":"1","direction":"INBOUND","numberOfPages":2}'),
    '{"event":"INCOMING_FAX","fax":{"id":7,"direction":"INBOUND"},"file":"JVBERi0x"}',
    '{"messageId":"a","direction":"inbound","status":"success","faxNumber":"+1"}',
    '{"data":{"event_type":"fax.received","payload":{"fax_id":"a","media_url":"https://a/b"}}}',
    "<InboundPostRequest><RequestControl><RequestType>New Inbound</RequestType></RequestControl>" +
    "<FaxControl><MCFID>1</MCFID><FileContents>JVBERi0x</FileContents></FaxControl></InboundPostRequest>",
    "TransactionIDType=Inbound&TransactionID=7&ReceiveTime=09%2F01%2F2026+12%3A01%3A00&Pages=4",
  ],
  words: [
    "\r\n",
    "\r\n\r\n",
    "--x",
    "--x--",
    "Content-Disposition: form-data; ",
    'name="fax"',
    'filename="',
    "Content-Type: ",
    ..."{}[]<>&;=\"'\\/-",
    "<![CDATA[",
    "]]>",
    "<!--",
    "&#x41;",
    "xml=",
  ],
  attempt(input) {
    const begins = String.fromCharCode(input[0] ?? 0);
    const type = begins === "-"
      ? "multipart/form-data; boundary=x"
      : begins === "{"
      ? "application/json"
      : begins === "<"
      ? "text/xml"
      : "application/x-www-form-urlencoded";
    return Object.values(providers).map((provider: Provider) => {
      const posted = new Posted(new Headers({ "content-type": type }), new Uint8Array(input));
      const notice = orUnreadable(() => provider.read(posted));
      if (notice && "document" in notice) {
        must(
          (notice.document?.bytes.length ?? 0) <= input.length,
          "a document is no longer than its request",
        );
      }
      return notice;
    });
  },
};

/** What stands beside a fax. */
export const sidecarTarget: Target = {
  name: "fax-sidecar",
  seeds: [
    '{"id":"000000024","from":"+1","receivedAt":1767960060000}',
    '<?xml version="1.0"?><Fax id="1"><From>+1</From><Pages>2</Pages></Fax>',
  ],
  words: [
    ..."{}[]<>&;=\"'\\/-:@",
    "<!DOCTYPE",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "&#x41;",
    "&amp;",
    "<From>",
    "</From>",
  ],
  attempt(input) {
    const settings = { extension: ".x", waitMs: 0, provider: "folder" };
    const unset = { receivedAt: undefined, subscriber: undefined, error: undefined };
    const paths = { id: "/Fax/@id", from: "/Fax/From", to: "$.from", pages: "/Fax/Pages" };
    try {
      const arrival = readSidecar(input, { ...settings, ...paths, ...unset }, "a.tif");
      const again = faxArrivalOf(faxContentType("image/tiff", arrival));
      must(again?.faxId.length === arrival.faxId.length, "what is written of an arrival is read as it was");
      return arrival;
    } catch (cause) {
      if (cause instanceof SidecarError) return undefined;
      throw cause;
    }
  },
};

function orUnreadable(read: () => Notice): Notice | undefined {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof Unreadable) return undefined;
    throw cause;
  }
}
