import { html } from "hono/html";
import type { ReadRow, ReadValue } from "../../../contract/document.ts";
import type { PartView } from "./document_page.ts";
import type { Html } from "./layout.ts";
import { valueForm } from "./value_form.ts";
import { fieldWords, named, sureness } from "./words.ts";

/** All that was read, to be compared with the pages; each value can be set. */
export function readPart(view: PartView): Html {
  const { fields, tables, checks } = view.item.document;
  return html`<section aria-labelledby="read"><h2 id="read">All that was read</h2>
<dl class="fields">${
    Object.entries(fields).map(([name, value]) =>
      html`
        <div>
          <dt>${named(name)}</dt>
          <dd>${shown(name, value, view)}</dd>
        </div>
      `
    )
  }</dl>
${Object.entries(tables).map(([name, rows]) => tableOf(name, rows, view))}
${
    checks.length === 0
      ? ""
      : html`<ul class="checks">${
        checks.map(({ rule, isMet }) =>
          html`<li class="${isMet ? "met" : "open"}">${
            isMet ? "holds" : isMet === null ? "cannot be told" : "fails"
          }: <code>${rule}</code></li>`
        )
      }</ul>`
  }
</section>`;
}

function tableOf(table: string, rows: readonly ReadRow[], view: PartView): Html {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return html`
    <div class="wide">
      <table>
        <caption>${named(table)}</caption>
        <thead>
          <tr>${columns.map((column) => html`<th scope="col">${named(column)}</th>`)}</tr>
        </thead>
        <tbody>${rows.map((row, at) =>
          html`<tr>${
            columns.map((column) =>
              html`<td>${row[column] ? shown(`${table}[${at + 1}].${column}`, row[column], view) : ""}</td>`
            )
          }</tr>`
        )}</tbody>
      </table>
    </div>
  `;
}

function shown(path: string, read: ReadValue, { item, isOpen }: PartView): Html {
  const kind = item.open.some((doubt) => doubt.path === path)
    ? "doubt"
    : read.source === "person"
    ? "said"
    : "sure";
  const text = read.value ?? "not read";
  if (!isOpen) return html`<span class="${kind}" title="${sureness(read)}">${text}</span>`;
  return html`
    <button type="button" class="edit ${kind}" data-path="${path}" data-page="${read.page ?? ""}"
      data-value="${read.value ?? ""}" title="${sureness(read)}" aria-label="${fieldWords(
        path,
      )}: ${text}">${text}</button>
  `;
}

/** What stands in a value's place while it is changed. */
export function editTemplate(view: PartView): Html {
  return html`<template id="edit">${
    valueForm({ path: "", label: "", value: "", kind: "edit" }, view)
  }</template>`;
}
