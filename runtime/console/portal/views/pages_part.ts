import { html } from "hono/html";
import { type Box, type ReadPage, type ReadValue, valuesOf } from "../../../contract/document.ts";
import type { PartView } from "./document_page.ts";
import { flag, type Html } from "./layout.ts";

/** The document's pages, one shown at a time, each value framed where it stands. */
export function pagesPart({ item, home }: PartView): Html {
  const { pages } = item.document;
  const doubtful = new Set(item.open.flatMap(({ path }) => path ?? []));
  const placed = [...valuesOf(item.document)];
  return html`<nav class="pages" aria-label="Pages">${
    pages.map(({ isGated }, at) =>
      html`<button type="button" data-page="${at + 1}" aria-current="${at === 0 ? "page" : "false"}">Page ${
        at + 1
      }${isGated ? html`<em>, hard to read</em>` : ""}</button>`
    )
  }</nav>
<div class="sheet" tabindex="0" role="group" aria-label="Picture of the page">${
    pages.map((page, at) =>
      html`
        <figure data-page="${at + 1}" ${flag("hidden", at > 0)}>
          <svg class="page" viewBox="0 0 ${page.width} ${page.height}" role="img"
            aria-label="Page ${at + 1} of ${pages.length}">
        ${imageOf(home, at + 1, page)}
        <g id="boxes-${at + 1}">${placed.map(([path, value]) => frameOf(path, value, at + 1, doubtful))}</g>
          </svg>
        </figure>
      `
    )
  }</div>`;
}

function frameOf(path: string, { box, page, source }: ReadValue, at: number, doubtful: ReadonlySet<string>) {
  if (!box || page !== at) return "";
  const kind = doubtful.has(path) ? "doubt" : source === "person" ? "said" : "sure";
  const { x, y, width, height } = around(box, FRAME);
  return html`
    <rect class="${kind}" data-path="${path}" x="${x}" y="${y}" width="${width}"
      height="${height}" />
  `;
}

/** What the page shows of a value, cut out. */
export function cropOf(label: string, { box, page }: ReadValue, { item, home }: PartView): Html {
  const sheet = page === undefined ? undefined : item.document.pages[page - 1];
  if (!box || !sheet) return html`<span class="crop">no place on a page</span>`;
  const { x, y, width, height } = around(box, MARGIN);
  // As large as it stands on the page where there is room; small print is easier to see twice as large.
  return html`
    <svg class="crop" viewBox="${x} ${y} ${width} ${height}" width="${width}"
      height="${height}" role="img" aria-label="${label} as it stands on page ${page}">
    ${imageOf(home, page!, sheet)}
    </svg>
  `;
}

/** Loaded by the script, once for all that show a part of it. */
function imageOf(home: string, page: number, { width, height }: ReadPage): Html {
  return html`
    <image data-src="${home}/pages/${page}.png" width="${width}" height="${height}" />
  `;
}

const FRAME = 4;
const MARGIN = 12;

function around({ x0, y0, x1, y1 }: Box, margin: number) {
  return { x: x0 - margin, y: y0 - margin, width: x1 - x0 + 2 * margin, height: y1 - y0 + 2 * margin };
}
