import { integer, path, record, text } from "../contract/spec.ts";
import { DEFAULTS } from "./gateway_defaults.ts";

const CONFIDENCE = {
  matches: "0(\\.[0-9]+)?|1(\\.0+)?",
  says: "is a number from 0 to 1",
  isTold: true,
} as const;

const PAGE_URL = {
  matches: "https?://[^/?#@\\s]+/?",
  says: "is https:// and a name, without a path",
} as const;

/** What a channel says where people look at documents before they become messages. */
export const REVIEW = record(
  "Documents made of pages wait for people before they go on, unless all is certain: `mitral fax queue` lists them. Only at " +
    "`acknowledge: received`.",
  {
    below: text("A value of less confidence, from 0 to 1, waits for a person.", {
      default: DEFAULTS.review.below,
      pattern: CONFIDENCE,
      example: "0.95",
    }),
    approvals: integer("So many people, each another one, approve a document that has waited.", {
      min: 1,
      max: 2,
      default: DEFAULTS.review.approvals,
    }),
  },
  { optional: true },
);

/** What a gateway says where people review documents on a page. */
export const REVIEWS = record(
  "The page where people review documents, for users that `mitral users` keeps.",
  {
    port: integer("Port; 0 for one that is free.", { min: 0, max: 65_535, example: 8_480 }),
    host: text("Address that is listened on. Another than this machine's own needs `tls`.", {
      default: DEFAULTS.reviews.host,
      example: "0.0.0.0",
    }),
    url: text(
      "Address by which people reach it, where it is not `host` and `port`: behind a proxy, or by a name. Requests for another " +
        "are refused.",
      { optional: true, pattern: PAGE_URL, example: "https://faxes.example" },
    ),
    tls: record("How it speaks TLS. Read again when the files change.", {
      certificate: path("PEM file: the certificate, then those between it and a root.", {
        expects: "file",
        example: "./pki/server.pem",
      }),
      key: path("PEM file: its private key, without a password.", {
        expects: "file",
        example: "./pki/server.key",
      }),
    }, { optional: true }),
    sessionMinutes: integer("After so many minutes without a request somebody has to sign in anew.", {
      min: 1,
      max: 720,
      default: DEFAULTS.reviews.sessionMinutes,
    }),
  },
  { optional: true },
);
