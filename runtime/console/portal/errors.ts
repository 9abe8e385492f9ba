import { declareErrors } from "../../contract/error.ts";

/** What can go wrong with the page for people who review documents, and with who may use it. */
export const errors = declareErrors("portal", {
  PORTAL_PORT_UNAVAILABLE: {
    blame: "operator",
    retry: "later",
    says: "Cannot serve review page: {host}:{port} cannot be listened on ({reason})",
  },
  PORTAL_CERTIFICATE_UNREADABLE: {
    blame: "operator",
    retry: "later",
    says: "Cannot serve review page: reviews.tls.{setting} cannot be read ({reason})",
  },
  PORTAL_CERTIFICATE_UNFIT: {
    blame: "operator",
    retry: "never",
    says: "Cannot serve review page: certificate and key of reviews.tls do not fit (wrong: {part})",
  },
  PORTAL_USERS_UNREADABLE: {
    blame: "operator",
    retry: "later",
    says: "Cannot read users: {path} is not as mitral users writes it",
  },
  PORTAL_USER_UNKNOWN: { blame: "operator", retry: "never", says: "Cannot find user {name}: there is none" },
  PORTAL_USER_KNOWN: {
    blame: "operator",
    retry: "never",
    says: "Cannot add user {name}: there is one of that name",
  },
  PORTAL_USER_GONE: {
    blame: "operator",
    retry: "never",
    says: "Cannot add user {name}: somebody else had the name, and stands under it in the journal",
  },
  PORTAL_NAME_UNFIT: {
    blame: "operator",
    retry: "never",
    says: "Cannot add user: a name has up to 63 of a-z, 0-9, dot, dash and underscore, a letter or digit " +
      "first, and is neither program nor unknown",
  },
  PORTAL_PASSWORD_WEAK: {
    blame: "operator",
    retry: "never",
    says: "Cannot take password: {rule}",
  },
  PORTAL_SIGN_IN_REFUSED: {
    blame: "sender",
    retry: "never",
    says: "Cannot sign in: name or password is wrong",
  },
  PORTAL_SIGN_IN_LIMITED: {
    blame: "sender",
    retry: "later",
    says: "Cannot sign in: too many attempts; wait a minute",
  },
  PORTAL_SIGN_IN_BUSY: {
    blame: "operator",
    retry: "later",
    says: "Cannot sign in: too many people are being looked at right now",
  },
  PORTAL_REQUEST_FOREIGN: {
    blame: "sender",
    retry: "never",
    says: "Cannot do what was asked: the request does not come from this page",
  },
  PORTAL_REQUEST_CRASHED: {
    blame: "bug",
    retry: "never",
    says: "Cannot answer {method} of the review page: {kind}",
  },
});
