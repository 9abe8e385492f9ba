import { digestOf, isAmong } from "../../_kit/http/secret_digest.ts";
import { xmlValue } from "../../_kit/xml/read_xml.ts";
import { fromBase64, type Posted } from "../posted/posted.ts";
import { Unreadable } from "../posted/unreadable.ts";
import type { Provider } from "./provider.ts";

/**
 * eFax Developer, after the inbound part of its "Universal Implementation Kit" as the library `efax` (github.com/szimek/efax)
 * reads it: `InboundPostRequest` in XML, by itself or in the field `xml` of a form, with user and password in it and the
 * document in base64. It wants to read that the post was successful.
 *
 * Its times have no zone, so they are not taken.
 */
export const efax: Provider = {
  needs: ["login"],
  takes: [],
  proves(posted, { logins }) {
    const request = requestIn(posted);
    const said = (name: string) => xmlValue(request, `/InboundPostRequest/AccessControl/${name}`);
    const user = said("UserName"), password = said("Password");
    if (user === undefined || password === undefined) return "none";
    return isAmong(digestOf(`${user}:${password}`), logins) ? "right" : "wrong";
  },
  read(posted) {
    const request = requestIn(posted);
    const said = (name: string) => xmlValue(request, `/InboundPostRequest/${name}`) || undefined;
    if (said("RequestControl/RequestType") !== "New Inbound") return { passedOver: "other" };
    const contents = said("FaxControl/FileContents"), status = said("FaxControl/Status") ?? "0";
    if (contents === undefined) return { passedOver: "failed" };
    return {
      facts: {
        faxId: said("FaxControl/MCFID"),
        from: said("FaxControl/ANI"),
        to: said("FaxControl/AccountID"),
        pages: said("FaxControl/PageCount"),
        subscriber: said("FaxControl/CSID"),
        ...(status !== "0" && { error: `eFax status ${status}` }),
      },
      document: { bytes: fromBase64(contents) },
    };
  },
  answer: "Post Successful",
};

function requestIn(posted: Posted) {
  const isForm = /^(application\/x-www-form-urlencoded|multipart\/form-data)$/.test(posted.essence);
  const text = isForm ? posted.field("xml") : undefined;
  if (isForm && text === undefined) throw new Unreadable("its form has no field xml");
  return posted.xml(text);
}
