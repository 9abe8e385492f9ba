import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { MitralError } from "../../contract/error.ts";
import type { PageAddress } from "./address.ts";
import pageScript from "./assets/page.js" with { type: "text" };
import pageStyle from "./assets/page.css" with { type: "text" };
import type { SessionCookie } from "./cookie.ts";
import { Documents } from "./documents.ts";
import { errors } from "./errors.ts";
import { answersSafely, type PageEnv, refusesForeign } from "./guard.ts";
import type { PortalService } from "./portal.ts";
import type { Sessions } from "./sessions.ts";
import type { SignIn } from "./sign_in.ts";
import { formOf, sameText } from "./form.ts";
import type { Users } from "./users/users.ts";
import { refusalPage } from "./views/refusal_page.ts";
import { signInPage } from "./views/sign_in_page.ts";

/** What the page is made of. */
export interface PageParts {
  readonly service: PortalService;
  readonly users: Pick<Users, "find">;
  readonly sessions: Sessions;
  readonly signIn: SignIn;
  readonly cookie: SessionCookie;
  readonly address: PageAddress;
  /** For how long a page may stand on a screen. */
  readonly idleMs: number;
  readonly timeZone: string;
  /** Told of every error that is none of the person's. MUST NOT throw. */
  failed(error: MitralError): void;
}

/** Larger than every form of ours. */
const FORM_BYTES_MAX = 16 * 1024;

/** The page for people who review documents: signing in and out, the queue, and a document. */
export function pageApp(parts: PageParts): Hono<PageEnv> {
  const { users, sessions, signIn, cookie, address } = parts;
  const app = new Hono<PageEnv>();
  app.use(answersSafely(address));
  app.use(refusesForeign(address));
  const onError = (context: Context) => context.html(refusalPage("That is more than a form may say."), 413);
  app.use(bodyLimit({ maxSize: FORM_BYTES_MAX, onError }));

  app.get("/page.js", (context) => context.body(pageScript, 200, { "content-type": "text/javascript" }));
  app.get("/page.css", (context) => context.body(pageStyle, 200, { "content-type": "text/css" }));

  app.get("/sign-in", (context) => {
    const isOver = context.req.query("over") !== undefined;
    return context.html(signInPage(nextOf(context.req.query("next")), isOver ? OVER : undefined));
  });
  app.post("/sign-in", async (context) => {
    const form = await formOf(context);
    const next = nextOf(form.get("next") ?? undefined);
    try {
      const from = addressOf(context.env.peer);
      const user = await signIn.check(form.get("name") ?? "", form.get("password") ?? "", from);
      const before = cookie.read(context);
      if (before !== undefined) sessions.end(before);
      cookie.set(context, sessions.start(user));
      return context.redirect(next, 303);
    } catch (cause) {
      if (!(cause instanceof MitralError) || !(cause.code in SIGN_IN_STATUS)) throw cause;
      const says = `${cause.message}.`;
      return context.html(
        signInPage(next, { kind: "bad", says }),
        SIGN_IN_STATUS[cause.code as keyof typeof SIGN_IN_STATUS],
      );
    }
  });

  // From here on somebody has signed in, and is still let in.
  app.use(async (context, next) => {
    const id = cookie.read(context);
    const session = id === undefined ? undefined : sessions.use(id);
    const user = session && await users.find(session.name);
    if (!session || user?.hash !== session.hash) {
      if (id !== undefined) {
        sessions.end(id);
        cookie.clear(context);
      }
      const { method, path } = context.req;
      if (method !== "GET" || path.endsWith(".png")) return context.html(signInPage("/", OVER), 401);
      return context.redirect(path === "/" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(path)}`, 303);
    }
    context.set("session", session);
    context.set("role", user.role);
    if (context.req.method !== "GET" && context.req.method !== "HEAD") {
      const form = await formOf(context);
      if (!sameText(form.get("token") ?? "", session.token)) errors.fail("PORTAL_REQUEST_FOREIGN");
    }
    await next();
  });

  app.post("/sign-out", (context) => {
    sessions.end(cookie.read(context)!);
    cookie.clear(context);
    context.header("clear-site-data", '"cache", "storage"');
    return context.redirect("/sign-in", 303);
  });

  new Documents(parts).addTo(app);

  app.notFound((context) => context.html(refusalPage("There is nothing here."), 404));
  app.onError((cause, context) => {
    if (cause instanceof MitralError && cause.code === "PORTAL_REQUEST_FOREIGN") {
      return context.html(refusalPage(`${cause.message}.`), 403);
    }
    if (cause instanceof MitralError && cause.code.endsWith("_UNKNOWN")) {
      return context.html(refusalPage("There is no such document, or it is gone."), 404);
    }
    const { method } = context.req;
    // What is thrown may quote a document: its kind alone is told.
    const error = cause instanceof MitralError
      ? cause
      : errors.error("PORTAL_REQUEST_CRASHED", { method, kind: cause.name }, cause);
    parts.failed(error);
    return context.html(refusalPage(`The gateway could not answer (${error.code}). Its log says more.`), 500);
  });
  return app;
}

const OVER = { kind: "bad", says: "Your session is over. Sign in to go on." } as const;

const SIGN_IN_STATUS = {
  PORTAL_SIGN_IN_REFUSED: 401,
  PORTAL_SIGN_IN_LIMITED: 429,
  PORTAL_SIGN_IN_BUSY: 503,
} as const;

/** Where somebody goes after signing in: a page of ours, and nowhere else. */
function nextOf(asked: string | undefined): string {
  return /^\/documents\/[\w-]+$/.test(asked ?? "") ? asked! : "/";
}

/** A peer's address without its port. */
function addressOf(peer: string): string {
  return peer.replace(/:\d+$/, "");
}
