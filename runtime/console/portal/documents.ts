import type { Context, Hono } from "hono";
import { MitralError } from "../../contract/error.ts";
import type { DocumentPatient } from "../../contract/document.ts";
import type { By } from "../../journal/acts.ts";
import type { Decision, Disposition, ReviewItem, ReviewState } from "../../engine/review/review_api.ts";
import { dispositions } from "../../journal/review/operations.ts";
import type { PageParts } from "./app.ts";
import { errors } from "./errors.ts";
import { formOf } from "./form.ts";
import type { PageEnv } from "./guard.ts";
import { Turns } from "./turns.ts";
import { documentPage, type DocumentView } from "./views/document_page.ts";
import type { Notice, Reader } from "./views/layout.ts";
import { patientFields } from "./views/patient_part.ts";
import { queuePage } from "./views/queue_page.ts";
import { refusalPage } from "./views/refusal_page.ts";
import { timeWriter } from "./views/times.ts";
import { troubleWords } from "./views/words.ts";

type Asked = Context<PageEnv>;

/** What the list says when somebody comes back to it, by the word in its address. */
const DONE: Readonly<Record<string, Notice>> = {
  approved: { kind: "good", says: "Approved: it goes on." },
  once: { kind: "good", says: "Approved. Another person has to approve it, too." },
  rejected: { kind: "good", says: "Rejected: it becomes no message." },
};

/** What came of something that a person did: a page about the document as it is now, or the list. */
type Came = { readonly item: ReviewItem } & Partial<Pick<DocumentView, "notice" | "found" | "searched">> | {
  readonly done: string;
};

/** The queue and its documents, for whoever has signed in. */
export class Documents {
  readonly #parts: PageParts;
  readonly #time: (atMs: number) => string;
  readonly #pictures = new Turns(PICTURES_MAX);

  constructor(parts: PageParts) {
    this.#parts = parts;
    this.#time = timeWriter(parts.timeZone);
  }

  addTo(app: Hono<PageEnv>): void {
    const { service: { reviews, findPatients } } = this.#parts;
    app.get("/", (context) => this.#queue(context));
    app.get("/documents/:id", async (context) => {
      return await this.#page(context, await this.#show(context));
    });
    app.get("/documents/:id/pages/:page{[1-9]\\d{0,4}\\.png}", async (context) => {
      const id = idOf(context), page = Number.parseInt(context.req.param("page"), 10);
      // Nobody sees a page without a note that they looked.
      if (!context.var.session.seen.has(id)) await this.#show(context);
      const png = await this.#pictures.take(() => reviews.picture(id, page));
      return context.body(new Uint8Array(png), 200, { "content-type": "image/png" });
    });
    app.post("/documents/:id/value", (context) =>
      this.#decide(context, async (id, form, how) => ({
        item: await reviews.set(id, form.get("path") ?? "", form.get("value")?.trim() ?? "", how),
        notice: { kind: "good", says: "Kept." },
      })));
    app.post("/documents/:id/patient", (context) =>
      this.#decide(context, async (id, form, how) => ({
        item: await reviews.setPatient(id, patientOf(form), {
          ...how,
          ...(form.has("despitePage") ? { despitePage: true } : {}),
        }),
        notice: { kind: "good", says: "The patient is set." },
      })));
    app.post("/documents/:id/search", (context) =>
      this.#decide(context, async (_id, form) => {
        const searched = {
          number: form.get("number")?.trim() ?? "",
          name: form.get("name")?.trim() ?? "",
          born: form.get("born")?.trim() ?? "",
        };
        const by = byOf(context);
        const found = await findPatients?.(searched, by) ?? [];
        return { item: await this.#show(context), found, searched };
      }));
    app.post("/documents/:id/approve", (context) =>
      this.#decide(context, async (id, _, how) => {
        const { state } = await reviews.approve(id, how);
        return { done: state === "approved" ? "approved" : "once" };
      }));
    app.post("/documents/:id/reject", (context) =>
      this.#decide(context, async (id, form, how) => {
        await reviews.reject(id, dispositionOf(form), how);
        return { done: "rejected" };
      }));
  }

  /** The document, with a note of who looks. */
  async #show(context: Asked): Promise<ReviewItem> {
    const id = idOf(context), { seen } = context.var.session;
    const item = await this.#parts.service.reviews.show(id, byOf(context));
    seen.add(id).add(item.id);
    return item;
  }

  async #queue(context: Asked): Promise<Response> {
    const { service: { reviews }, idleMs } = this.#parts;
    const asked = context.req.query("state");
    const state: ReviewState = asked === "approved" || asked === "rejected" ? asked : "waiting";
    const notice = DONE[context.req.query("done") ?? ""];
    return context.html(queuePage({
      reader: readerOf(context),
      documents: await reviews.list({ state, limit: LISTED_MAX }),
      state,
      idleMs,
      time: this.#time,
      ...(notice ? { notice } : {}),
    }));
  }

  /**
   * Does what a form asks for. What cannot be done is told above the document as it stands now; what was typed stays where it
   * was typed.
   */
  async #decide(
    context: Asked,
    act: (id: string, form: URLSearchParams, how: Decision) => Promise<Came>,
  ): Promise<Response> {
    const form = await formOf(context), id = idOf(context), by = byOf(context);
    if (context.var.role !== "reviewer") {
      return context.html(refusalPage("You may look, and not decide."), 403);
    }
    try {
      const came = await act(id, form, { by, revision: Number(form.get("revision")) });
      if ("done" in came) return context.redirect(`/?done=${came.done}`, 303);
      const { item, ...view } = came;
      return await this.#page(context, item, view);
    } catch (cause) {
      if (!(cause instanceof MitralError) || !(cause.code in troubleWords)) throw cause;
      const path = form.get("path"), value = form.get("value");
      return await this.#page(context, await this.#show(context), {
        notice: { kind: "bad", says: troubleWords[cause.code] },
        ...(path === null || value === null ? {} : { typed: { path, value } }),
        ...(cause.code === "REVIEW_PATIENT_DIFFERS"
          ? { otherPatient: { patient: patientOf(form), fields: String(cause.facts.fields).split(", ") } }
          : {}),
      }, 409);
    }
  }

  async #page(
    context: Asked,
    item: ReviewItem,
    view: Partial<Pick<DocumentView, "notice" | "typed" | "otherPatient" | "found" | "searched">> = {},
    status: 200 | 409 = 200,
  ): Promise<Response> {
    const { service: { findPatients }, idleMs } = this.#parts;
    const reader = readerOf(context);
    const page = { reader, item, idleMs, time: this.#time, hasIndex: findPatients !== undefined, ...view };
    return await context.html(documentPage(page), status);
  }
}

/** So many pages are drawn at once, whoever asks: each takes the whole document into memory. */
const PICTURES_MAX = 4;
/** So many documents are listed; the oldest first, so that each has its turn. */
const LISTED_MAX = 200;

function idOf(context: Asked): string {
  return context.req.param("id") ?? "";
}

function byOf({ var: { session } }: Asked): By {
  return { person: session.name };
}

function readerOf({ var: { session, role } }: Asked): Reader {
  return { name: session.name, token: session.token, decides: role === "reviewer" };
}

function patientOf(form: URLSearchParams): Omit<DocumentPatient, "source"> {
  const said = Object.fromEntries(patientFields.map((name) => [name, form.get(name)?.trim() ?? ""]));
  return said as Omit<DocumentPatient, "source">;
}

function dispositionOf(form: URLSearchParams): Disposition {
  const said = form.get("disposition");
  return dispositions.find((each) => each === said) ?? errors.fail("PORTAL_REQUEST_FOREIGN");
}
