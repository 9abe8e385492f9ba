import { fromBase64, type Posted } from "../posted/posted.ts";
import { textAt, timeOf, valueAt } from "../posted/values.ts";
import { basic, type Brought, type Provider } from "./provider.ts";

/**
 * Sinch Fax API v3, after "Notifications" and "Faxes" of its reference (developers.sinch.com/docs/fax): `INCOMING_FAX` as a
 * form with the fax in the field `fax`, in JSON, and the document as the file `file`; or, where the service says
 * `application/json`, all in JSON with the document in base64. A request is tried again up to 16 times.
 *
 * Its reference knows no signature: user and password are put into the URL that the service calls.
 */
export const sinch: Provider = {
  needs: ["login"],
  takes: ["api"],
  apiNeeds: ["user", "project"],
  read(posted) {
    const isJson = posted.essence === "application/json";
    const event = isJson ? posted.json() : { event: posted.field("event") };
    const fax = isJson ? valueAt(event, "fax") : posted.json(posted.field("fax") ?? "null");
    if (textAt(fax, "direction") === "OUTBOUND") return { passedOver: "sent" };
    if (textAt(event, "event") !== "INCOMING_FAX") return { passedOver: "other" };
    const document = isJson ? fromJson(event) : fromForm(posted);
    if (!document && textAt(fax, "status") === "FAILURE") return { passedOver: "failed" };
    return {
      facts: {
        faxId: textAt(fax, "id"),
        from: textAt(fax, "from"),
        to: textAt(fax, "to"),
        receivedAtMs: timeOf(textAt(fax, "completedTime") ?? textAt(fax, "createTime")),
        pages: textAt(fax, "numberOfPages"),
        error: textAt(fax, "errorMessage"),
      },
      document,
    };
  },
  ask: (faxId, { user, secret, project }) => ({
    url: `https://fax.api.sinch.com/v3/projects/${encodeURIComponent(project)}/faxes/${faxId}/file`,
    authorization: basic(user, secret.reveal()),
  }),
};

function fromJson(event: unknown): Brought | undefined {
  const file = textAt(event, "file");
  return file === undefined ? undefined : { bytes: fromBase64(file) };
}

function fromForm(posted: Posted): Brought | undefined {
  return posted.file("file");
}
