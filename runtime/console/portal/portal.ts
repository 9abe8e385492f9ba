import type { DocumentPatient } from "../../contract/document.ts";
import type { MitralError } from "../../contract/error.ts";
import type { World } from "../../contract/world.ts";
import type { Login } from "../../engine/ledger/gateway_entries.ts";
import type { PageUser } from "../../engine/ledger/page_users.ts";
import type { ReviewApi } from "../../engine/review/review_api.ts";
import type { By } from "../../journal/acts.ts";
import { addressOf } from "./address.ts";
import { pageApp } from "./app.ts";
import { SessionCookie } from "./cookie.ts";
import { errors } from "./errors.ts";
import { Sessions } from "./sessions.ts";
import { SignIn } from "./sign_in.ts";
import { openTls, type PageTls } from "./tls.ts";
import { Users } from "./users/users.ts";
import { WatchedUsers } from "./users/watched_users.ts";
import type { PatientWords } from "./views/document_page.ts";

/** What the page lets people do. */
export interface PortalService {
  readonly reviews: ReviewApi;
  /** Looks for patients; left out where the gateway keeps no index. */
  readonly findPatients?: (
    words: PatientWords,
    by: By,
  ) => Promise<readonly Omit<DocumentPatient, "source">[]>;
  /** Writes down who signed in, or could not. */
  noteLogin(login: Login): void;
  /** Writes down what was done to users since it was last told of all of them. */
  noteUsers(users: readonly PageUser[]): void;
  /** Told of every error that is none of the person's. MUST NOT throw. */
  failed(error: MitralError): void;
}

/** How the page is served. */
export interface PortalSettings {
  readonly port: number;
  readonly host: string;
  /** Address by which people reach it, where that is another. */
  readonly url?: string;
  readonly tls?: PageTls;
  /** After so many minutes without a request somebody signs in anew. */
  readonly sessionMinutes: number;
}

/** An open page. */
export interface Portal {
  /** Where people reach it. */
  readonly url: string;
  /** The port that was really taken. */
  readonly port: number;
  /** Resolves when requests under way are answered. */
  close(): Promise<void>;
}

/** So many connections at once: a browser opens six. */
const CONNECTIONS_MAX = 256;

/**
 * Serves the page for people who review documents. `folder`: the data folder, which has the users.
 * Errors: PORTAL_PORT_UNAVAILABLE, PORTAL_CERTIFICATE_UNREADABLE, PORTAL_CERTIFICATE_UNFIT.
 */
export async function openPortal(
  service: PortalService,
  world: World,
  folder: string,
  settings: PortalSettings,
): Promise<Portal> {
  const { host, sessionMinutes } = settings;
  const tls = settings.tls && await openTls(settings.tls, world);
  const users = new Users(world.disk, folder);
  const signIn = new SignIn(users, world, service.noteLogin);
  const idleMs = sessionMinutes * 60_000;
  // Its names have the port, which is known once it is taken.
  const { promise: ready, resolve: open } = Promise.withResolvers<ReturnType<typeof pageApp>>();
  let connections = 0;
  const enter = () => {
    if (connections >= CONNECTIONS_MAX) return undefined;
    connections++;
    return { [Symbol.dispose]: () => void connections-- };
  };
  const options = { host, port: settings.port, enter, ...(tls ? { tls: () => tls.current } : {}) };
  const server = await world.net.serveHttp(
    options,
    async (request, facts) => await (await ready).fetch(request, facts),
  ).catch((cause): never => {
    tls?.[Symbol.dispose]();
    const reason = String((cause as { code?: unknown }).code ?? "unknown");
    return errors.fail("PORTAL_PORT_UNAVAILABLE", { host, port: settings.port, reason }, cause);
  });
  const { port } = server;
  const address = addressOf({ ...settings, port });
  open(pageApp({
    service,
    users,
    signIn,
    address,
    sessions: new Sessions(world, idleMs),
    cookie: new SessionCookie(address, port),
    idleMs,
    timeZone: world.clock.timeZone,
    failed: service.failed,
  }));
  const watched = new WatchedUsers(users, world.clock, service.noteUsers);
  return {
    url: address.origins[0],
    port,
    async close() {
      tls?.[Symbol.dispose]();
      signIn.close();
      await server.shutdown();
      await watched[Symbol.asyncDispose]();
    },
  };
}
