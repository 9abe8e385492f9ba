import { declareErrors } from "../../contract/error.ts";

/** What can go wrong between a command and the gateway it talks to. */
export const errors = declareErrors("control", {
  CONTROL_GATEWAY_MISSING: {
    blame: "operator",
    retry: "later",
    says: "Cannot reach gateway: none runs on the data folder {folder}",
  },
  CONTROL_GATEWAY_SILENT: {
    blame: "operator",
    retry: "later",
    says: "Cannot hear from gateway: it runs, and has not answered within answerMsMax ({answerMsMax})",
  },
  CONTROL_GATEWAY_STARTING: {
    blame: "operator",
    retry: "later",
    says: "Cannot answer yet: the gateway is still starting",
  },
  CONTROL_FOLDER_BUSY: {
    blame: "operator",
    retry: "later",
    says: "Cannot use data folder {folder}: another gateway runs on it",
  },
  CONTROL_SOCKET_REFUSED: {
    blame: "operator",
    retry: "later",
    says: "Cannot open control socket in data folder {folder}: the system refuses ({reason})",
  },
  CONTROL_PATH_TOO_LONG: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot open control socket: its path has {pathBytes} bytes, the system allows pathBytesMax ({pathBytesMax})",
  },
  CONTROL_LINE_TOO_LONG: {
    blame: "operator",
    retry: "never",
    says: "Cannot read from control socket: line longer than lineBytesMax ({lineBytesMax})",
  },
  CONTROL_REQUEST_MALFORMED: {
    blame: "operator",
    retry: "never",
    says: "Cannot read control request: {field} is missing or of the wrong kind",
  },
  CONTROL_VERSION_UNKNOWN: {
    blame: "operator",
    retry: "never",
    says: "Cannot read control request: it speaks version {version}, this gateway speaks {speaks}",
  },
  CONTROL_METHOD_UNKNOWN: {
    blame: "operator",
    retry: "never",
    says: "Cannot answer control request: this gateway has no such method",
  },
  CONTROL_CHANNEL_UNKNOWN: {
    blame: "operator",
    retry: "never",
    says: "Cannot find channel: the gateway has none of that name",
  },
  CONTROL_FIELD_UNKNOWN: {
    blame: "operator",
    retry: "never",
    says: "Cannot search by {field}: messages are found by {known}",
  },
  CONTROL_CONNECTION_LOST: {
    blame: "operator",
    retry: "later",
    says: "Cannot finish request: the gateway closed the control socket before it answered",
  },
  CONTROL_REQUEST_CRASHED: {
    blame: "bug",
    retry: "never",
    says: "Cannot finish request: the gateway failed in a way it did not expect; its log has the details",
  },
  CONTROL_RECEIPT_MISSING: {
    blame: "operator",
    retry: "never",
    says: "Cannot find receipt: there is none for this message, or not yet",
  },
  CONTROL_RECEIPT_AMBIGUOUS: {
    blame: "operator",
    retry: "never",
    says: "Cannot choose receipt: there are {receipts}; name the destination",
  },
});
