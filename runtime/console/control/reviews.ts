import type { Box } from "../../contract/document.ts";
import type { RunningGateway } from "../../engine/gateway_api.ts";
import type { Doubt } from "../../engine/review/doubt.ts";
import type {
  CorrectionFigures,
  Decision,
  Disposition,
  ReviewFilter,
  ReviewItem,
  ReviewState,
  ReviewSummary,
} from "../../engine/review/review_api.ts";
import { valueAt } from "../../contract/document.ts";
import { dispositions, reviewStates } from "../../journal/review/operations.ts";
import { by, count, optional, type Params, text, toggle } from "./params.ts";
import { malformed } from "./protocol.ts";

interface OneDocument {
  readonly id: string;
  readonly reason?: string;
}

/** A decision about one document, as it was seen at a revision. */
interface Decided extends OneDocument {
  readonly revision?: number;
}

/** A picture of a page, or of the part of it where a value stands. */
export interface ShownPicture {
  /** `page-1`, `lines-2-amount`. */
  readonly name: string;
  /** PNG. */
  readonly bytes: Uint8Array;
}

/** A document, with pictures where they were asked for. */
export interface ShownDocument {
  readonly item: ReviewItem;
  readonly pictures: readonly ShownPicture[];
}

/** What is asked about documents that people review: what each takes, what it gives. */
export interface ReviewMethods {
  readonly "fax.queue": { readonly params: ReviewFilter; readonly result: readonly ReviewSummary[] };
  /** `pictures`: of the pages, or of one, and of the values on them that are doubtful. The gateway records who looked. */
  readonly "fax.show": {
    readonly params: OneDocument & { readonly page?: number; readonly pictures?: boolean };
    readonly result: ShownDocument;
  };
  readonly "fax.set": {
    readonly params: Decided & { readonly path: string; readonly value: string };
    readonly result: ReviewItem;
  };
  readonly "fax.patient": {
    readonly params: Decided & {
      readonly mrn: string;
      readonly family: string;
      readonly given: string;
      readonly birthDate: string;
      readonly sex?: string;
      readonly authority?: string;
      readonly despitePage?: boolean;
    };
    readonly result: ReviewItem;
  };
  readonly "fax.approve": { readonly params: Decided; readonly result: ReviewItem };
  readonly "fax.reject": {
    readonly params: Decided & { readonly disposition: Disposition };
    readonly result: ReviewItem;
  };
  readonly "fax.figures": {
    readonly params: Record<never, never>;
    readonly result: readonly CorrectionFigures[];
  };
}

/** What the methods do. */
export const reviewMethods: {
  readonly [M in keyof ReviewMethods]: (
    service: { readonly gateway: RunningGateway },
    params: Params,
    person: string,
  ) => Promise<ReviewMethods[M]["result"]>;
} = {
  "fax.queue": ({ gateway }, params) => {
    const channel = optional(params, "channel", text), limit = optional(params, "limit", count);
    return gateway.reviews.list({
      state: optional(params, "state", state) ?? "waiting",
      ...(channel === undefined ? {} : { channel }),
      ...(limit === undefined ? {} : { limit }),
    });
  },
  async "fax.show"({ gateway }, params, person) {
    const item = await gateway.reviews.show(text(params, "id"), by(person, params));
    const page = optional(params, "page", count);
    return { item, pictures: toggle(params, "pictures") ? await picturesOf(gateway, item, page) : [] };
  },
  "fax.set": ({ gateway }, params, person) =>
    gateway.reviews.set(
      text(params, "id"),
      text(params, "path"),
      anyText(params, "value"),
      decision(params, person),
    ),
  "fax.patient": ({ gateway }, params, person) => {
    const patient = {
      mrn: text(params, "mrn"),
      family: text(params, "family"),
      given: anyText(params, "given"),
      birthDate: text(params, "birthDate"),
      sex: optional(params, "sex", anyText) ?? "",
      authority: optional(params, "authority", anyText) ?? "",
    };
    return gateway.reviews.setPatient(text(params, "id"), patient, {
      ...decision(params, person),
      ...(toggle(params, "despitePage") ? { despitePage: true } : {}),
    });
  },
  "fax.approve": ({ gateway }, params, person) =>
    gateway.reviews.approve(text(params, "id"), decision(params, person)),
  "fax.reject": ({ gateway }, params, person) =>
    gateway.reviews.reject(
      text(params, "id"),
      word(params, "disposition", dispositions),
      decision(params, person),
    ),
  "fax.figures": ({ gateway }) => gateway.reviews.corrections(),
};

async function picturesOf(
  { reviews }: RunningGateway,
  { id, open, document }: ReviewItem,
  only: number | undefined,
): Promise<readonly ShownPicture[]> {
  const pages = only === undefined ? document.pages.map((_, at) => at + 1) : [only];
  const pictures: ShownPicture[] = [];
  for (const page of pages) {
    pictures.push({ name: `page-${page}`, bytes: await reviews.picture(id, page) });
    for (const [path, box] of doubtfulOn(page, open, document)) {
      const name = path.replaceAll(/[[\].]+/g, "-");
      pictures.push({ name, bytes: await reviews.picture(id, page, box) });
    }
  }
  return pictures;
}

/** Doubtful values that stand somewhere on a page, each once. */
function doubtfulOn(
  page: number,
  open: readonly Doubt[],
  document: ReviewItem["document"],
): ReadonlyMap<string, Box> {
  const found = new Map<string, Box>();
  for (const { path } of open) {
    const value = path === undefined ? undefined : valueAt(document, path);
    if (value?.box && value.page === page) found.set(path!, value.box);
  }
  return found;
}

function decision(params: Params, person: string): Decision {
  const revision = optional(params, "revision", count);
  return { by: by(person, params), ...(revision === undefined ? {} : { revision }) };
}

function state(params: Params, name: string): ReviewState {
  return word(params, name, reviewStates);
}

function word<const W extends string>(params: Params, name: string, words: readonly W[]): W {
  return words.find((each) => each === params[name]) ?? malformed(name);
}

/** Also an empty one. */
function anyText(params: Params, name: string): string {
  const value = params[name];
  return typeof value === "string" ? value : malformed(name);
}
