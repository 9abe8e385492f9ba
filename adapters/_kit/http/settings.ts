import { durationMs, integer, list, secret, text } from "../../../runtime/contract/spec.ts";
import { doorSettings } from "../limits/settings.ts";
import { serverTls } from "../tls/settings.ts";

/** Where requests are taken, of every listener that serves HTTP. */
export const placeSettings = {
  host: text("Address to listen on. Without tls it must be a loopback address.", { default: "127.0.0.1" }),
  tls: serverTls,
} as const;

/** Said of a list of secrets. */
export const several = "Several, while one takes the place of another.";

/** User and password that a request shows. */
export const basicLogin = {
  user: text("The user.", { pattern: { matches: "[^:\\p{Cc}]+", says: "has no colon" } }),
  password: list(`The password. ${several}`, secret("One password."), { orOne: true }),
} as const;

/** How long what may take, and how much is taken at once, of every listener that serves HTTP. */
export const requestSettings = {
  headMsMax: durationMs("How long the head of a request may take to arrive.", { default: 10_000, min: 1 }),
  bodyMsMax: durationMs("How long a body may take to arrive.", { default: 60_000, min: 1 }),
  idleMsMax: durationMs("How long a connection may be kept without a request.", { default: 60_000, min: 1 }),
  stallMsMax: durationMs("How long a client may let an answer stand without reading any of it.", {
    default: 30_000,
    min: 1,
  }),
  requestsPerSecondMax: integer(
    "Requests a second that are taken in all; after a pause, as many at once. More are told to come again. 0: as many as " +
      "there are.",
    { default: 0, min: 0, max: 1_000_000 },
  ),
  requestsMax: integer("Requests under way at once. More are told to come again.", { default: 128, min: 1 }),
  retryAfterMs: durationMs("How long a client is asked to wait before it comes again, in whole seconds.", {
    default: 5_000,
    min: 1_000,
  }),
  ...doorSettings,
} as const;
