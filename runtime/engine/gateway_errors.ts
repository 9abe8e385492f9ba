import { declareErrors } from "../contract/error.ts";

/** Errors of a gateway as a whole. */
export const errors = declareErrors("gateway", {
  GATEWAY_MESSAGE_UNKNOWN: {
    blame: "operator",
    retry: "never",
    says: "Cannot find message: the journal has none, or more than one, whose id starts with {id}",
  },
  GATEWAY_REPLAY_REFUSED: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot replay message: {destination} has had a newer delivery with the same key; force it to send it all the same",
  },
  GATEWAY_REPLAY_EMPTY: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot replay message: nothing of it is in quarantine; name a destination to send it there again, or replay what it was handed on as",
  },
  GATEWAY_REPLAY_UNCONFIRMED: {
    blame: "operator",
    retry: "never",
    says: "Cannot replay {count} messages: no more than {most} are replayed like this; none was",
  },
  GATEWAY_CORRECTION_EMPTY: {
    blame: "operator",
    retry: "never",
    says: "Cannot correct message: nothing of it is in quarantine there, and nothing else is ever changed",
  },
  GATEWAY_CORRECTION_AMBIGUOUS: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot correct message: {count} deliveries of it are in quarantine there, and bytes are for one of them",
  },
  GATEWAY_PATIENT_AMBIGUOUS: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot tell whose records these are: {assigners} have given somebody this number; say which, as NUMBER^^^ASSIGNER",
  },
  GATEWAY_PATIENTS_MISSING: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot ask for patients: the gateway keeps no patient index; name the channels that feed it: patients",
  },
  GATEWAY_REPORT_TOO_LONG: {
    blame: "operator",
    retry: "never",
    says: "Cannot make report: there are more than {recordsMax} records; ask for a shorter time",
  },
  GATEWAY_CHANNEL_SILENT: {
    blame: "operator",
    retry: "later",
    says: "Cannot answer request: channel {channel} does not run, or listens by something else than HTTP",
  },
  GATEWAY_COLLECT_MISSING: {
    blame: "operator",
    retry: "never",
    says: "Cannot close batch: {which} of channel {channel} collects",
  },
  GATEWAY_DESTINATION_UNKNOWN: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot find destination {destination}: channel {channel} has none of that name with a sender of its own",
  },
  GATEWAY_QUEUE_EMPTY: {
    blame: "operator",
    retry: "never",
    says: "Cannot skip anything: nothing is queued for {destination}",
  },
  GATEWAY_DIVERSION_REFUSED: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot divert {from} to {to}: it must be another destination of the channel with a sender of its own that does not collect, and none of the two may be part of another diversion",
  },
  GATEWAY_CANCEL_EMPTY: {
    blame: "operator",
    retry: "never",
    says: "Cannot cancel message: nothing of it is queued there, or in quarantine",
  },
  GATEWAY_CANCEL_SENDING: {
    blame: "operator",
    retry: "later",
    says: "Cannot cancel message: it is being sent to {destination} at this moment",
  },
  GATEWAY_HOLD_TAKEN: {
    blame: "operator",
    retry: "never",
    says: "Cannot place hold: there is one called {hold}; lift it first, or choose another name",
  },
  GATEWAY_HOLD_UNKNOWN: {
    blame: "operator",
    retry: "never",
    says: "Cannot lift hold: none is called {hold}",
  },
  GATEWAY_PARTNER_UNKNOWN: {
    blame: "operator",
    retry: "never",
    says: "Cannot compare accounts with {partner}: no active partner of the exchange is called that",
  },
  GATEWAY_SENDERS_UNRECKONED: {
    blame: "operator",
    retry: "later",
    says:
      "Cannot let destinations send: since the restore, accounts have not been compared with {partners}; wait for that, or force it",
  },
  GATEWAY_CLOSED: {
    blame: "operator",
    retry: "never",
    says: "Cannot start channel {channel}: the gateway is closing, or closed",
  },
  GATEWAY_EXCHANGE_MISSING: {
    blame: "operator",
    retry: "never",
    says: "Cannot test partner: the gateway file has no section exchange",
  },
  GATEWAY_CHANNEL_UNKNOWN: { blame: "operator", retry: "never", says: "Cannot find channel {channel}" },
});
