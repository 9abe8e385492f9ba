import { textAt, timeOf, valueAt } from "../posted/values.ts";
import type { Provider } from "./provider.ts";

/**
 * Documo (mFax), after "New Webhooks" and "Legacy Webhooks" of its help centre and "Download fax" of docs.documo.com: JSON
 * about the fax, whose document is fetched by the API; or, of the older kind, a form with the same JSON in the field `data`
 * and the document as the file `attachment`. It comes with user and password (Basic), and seven times in a day and a
 * quarter.
 *
 * `faxNumber` of a fax received is its sender's. The API key stands as it is behind `Basic`.
 */
export const documo: Provider = {
  needs: ["login"],
  takes: ["api"],
  read(posted) {
    const isJson = posted.essence === "application/json";
    const fax = isJson ? posted.json() : posted.json(posted.field("data") ?? "null");
    if (textAt(fax, "direction") === "outbound") return { passedOver: "sent" };
    const event = posted.headers.get("x-webhook-event");
    if (event !== null && !/^fax\.v1\.inbound\.(complete|succeed)$/.test(event)) {
      return { passedOver: "other" };
    }
    if (textAt(fax, "direction") !== "inbound") return { passedOver: "other" };
    const document = isJson ? undefined : posted.file("attachment");
    const isGone = textAt(fax, "status") === "failed" || valueAt(fax, "isFilePurged") === true;
    if (!document && isGone) return { passedOver: "failed" };
    return {
      facts: {
        faxId: textAt(fax, "messageId"),
        from: textAt(fax, "faxNumber") ?? textAt(fax, "faxCallerId"),
        receivedAtMs: timeOf(textAt(fax, "resolvedDate") ?? textAt(fax, "createdAt")),
        pages: textAt(fax, "pagesCount"),
        subscriber: textAt(fax, "faxCsid"),
        error: textAt(fax, "errorInfo"),
      },
      document,
    };
  },
  ask: (faxId, { secret }) => ({
    url: `https://api.documo.com/v1/fax/${faxId}/download?format=pdf`,
    authorization: `Basic ${secret.reveal()}`,
  }),
};
