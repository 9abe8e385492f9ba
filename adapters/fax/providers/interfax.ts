import { basic, type Provider } from "./provider.ts";

/**
 * InterFAX, after "Receive notification of a newly received fax via callback" and "Get fax image" of Upland's documentation
 * (help.uplandsoftware.com/interfax): a form that tells of a fax, whose image is fetched by the REST API.
 *
 * It signs nothing, and its documentation does not say whether it shows a user and a password that stand in the URL. Where no
 * login is asked for, nothing but the id is taken from a request; what it names is fetched with credentials of ours.
 */
export const interfax: Provider = {
  needs: ["api"],
  takes: ["login"],
  apiNeeds: ["user"],
  read(posted) {
    const field = (name: string) =>
      posted.fields.find(([each]) => each.toLowerCase() === name)?.[1].trim() || undefined;
    const kind = field("transactionidtype");
    if (kind === "Outbound") return { passedOver: "sent" };
    if (kind !== undefined && kind !== "Inbound") return { passedOver: "other" };
    const status = field("messagestatus") ?? field("status") ?? "0";
    return {
      facts: {
        faxId: field("transactionid") ?? field("messageid"),
        from: field("callerid"),
        to: field("phonenumber"),
        receivedAtMs: timeIn(field("receivetime") ?? ""),
        pages: field("pages"),
        subscriber: field("remotecsid") ?? field("csid"),
        ...(status !== "0" && { error: `InterFAX status ${status}` }),
      },
    };
  },
  ask: (faxId, { user, secret }) => ({
    url: `https://rest.interfax.net/inbound/faxes/${faxId}/image`,
    authorization: basic(user, secret.reveal()),
  }),
};

/** `dd/mm/yyyy hh:mm:ss`, in GMT. */
function timeIn(text: string): number | undefined {
  const [, day, month, year, time] = /^(\d\d)\/(\d\d)\/(\d{4}) (\d\d:\d\d:\d\d)$/.exec(text) ?? [];
  const at = day === undefined ? NaN : Date.parse(`${year}-${month}-${day}T${time}Z`);
  return Number.isNaN(at) ? undefined : at;
}
