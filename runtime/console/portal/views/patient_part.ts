import { html } from "hono/html";
import type { DocumentPatient } from "../../../contract/document.ts";
import type { PartView } from "./document_page.ts";
import { flag, type Html } from "./layout.ts";
import { seenFields } from "./value_form.ts";
import { fieldsWords, fieldWords, patientWords, verdictWords } from "./words.ts";

/** Whom the document is about: what the index says, and a way for a person to say it. */
export function patientPart(view: PartView): Html {
  const { item: { document: { patient }, verdict }, isOpen, found, hasIndex } = view;
  return html`<section aria-labelledby="patient"><h2 id="patient">Patient</h2>
<p>${
    patient
      ? html`<strong id="chosen">${patientWords(patient)}</strong>, ${SAID[patient.source]}`
      : "Nobody yet."
  }</p>
<p class="${verdict.kind === "matched" ? "good" : "bad"}">${
    patient?.source === "person" ? "Of what was read: " : ""
  }${verdictWords(verdict)}</p>
${isOpen && view.otherPatient ? otherOf(view.otherPatient, view) : ""}
${isOpen && hasIndex && verdict.kind !== "unasked" ? searchOf(view) : ""}
${isOpen && found ? foundOf(found, view) : ""}
${isOpen ? byHand(view) : ""}
</section>`;
}

const SAID = { index: "by the index", person: "said by a person" } as const;

/** Looks for a patient by what was read, or by what somebody types in its place. */
function searchOf(view: PartView): Html {
  const { mrn, patientName, dob } = view.item.document.fields;
  const typed = view.searched ?? {
    number: mrn?.value ?? "",
    name: patientName?.value ?? "",
    born: dob?.value ?? "",
  };
  return html`<form method="post" action="${view.home}/search" class="search">${seenFields(view)}
<label for="search">Medical record number</label>
<input id="search" name="number" value="${typed.number}" autocomplete="off" spellcheck="false">
<label for="search-name">or name</label>
<input id="search-name" name="name" value="${typed.name}" autocomplete="off" spellcheck="false">
<label for="search-born">with date of birth, YYYYMMDD</label>
<input id="search-born" name="born" value="${typed.born}" autocomplete="off" spellcheck="false">
<button>Search the index</button></form>`;
}

/** Nothing is set yet: who sets it has to have seen what differs. */
function otherOf({ patient, fields }: NonNullable<PartView["otherPatient"]>, view: PartView): Html {
  return html`<form method="post" action="${view.home}/patient" class="swap" id="other-patient">${
    seenFields(view)
  }
<p class="bad">The page has another ${fieldsWords(fields)} than ${patientWords(patient)}:</p>
<ul>${
    fields.map((field) =>
      html`<li>${fieldWords(field)}: ${view.item.document.fields[field]?.value ?? ""}</li>`
    )
  }</ul>${hidden(patient)}<input type="hidden" name="despitePage" value="yes">
<button>This is the patient all the same: the page is wrong</button></form>`;
}

function hidden(patient: Omit<DocumentPatient, "source">): Html {
  return html`${FIELDS.map(([name]) => html`<input type="hidden" name="${name}" value="${patient[name]}">`)}`;
}

function foundOf(found: NonNullable<PartView["found"]>, view: PartView): Html {
  if (found.length === 0) return html`<p id="found" role="status">Nobody of that kind is in the index.</p>`;
  return html`<ul id="found">${
    found.map((patient) =>
      html`
        <li>
          <form method="post" action="${view.home}/patient"
            class="swap">${seenFields(view)}${hidden(patient)}<button>${patientWords(patient)}</button></form>
        </li>
      `
    )
  }</ul>`;
}

const FIELDS = [
  ["mrn", "Medical record number"],
  ["authority", "Given by (may be empty)"],
  ["family", "Family name"],
  ["given", "Given names"],
  ["birthDate", "Date of birth, YYYYMMDD"],
  ["sex", "Sex (HL7 table 0001, may be empty)"],
] as const;

const MAY_BE_EMPTY: readonly string[] = ["authority", "sex", "given"];

/** Begins with what was read: a person compares it, and knows better. */
function byHand(view: PartView): Html {
  const { fields, patient } = view.item.document;
  const read: Readonly<Record<string, string>> = patient ? { ...patient } : {
    mrn: fields.mrn?.value ?? "",
    birthDate: fields.dob?.value ?? "",
    sex: fields.sex?.value ?? "",
  };
  return html`
    <details>
      <summary>Say who it is by hand</summary>
      <form method="post" action="${view.home}/patient"
        class="swap by-hand">${seenFields(view)}${FIELDS.map(([name, label]) =>
          html`
            <label for="patient-${name}">${label}</label>
            <input id="patient-${name}" name="${name}" value="${read[name] ??
              ""}" autocomplete="off" spellcheck="false"
              ${flag("required", !MAY_BE_EMPTY.includes(name))}>
          `
        )}<button>This is the patient</button></form>
    </details>
  `;
}

/** Names of the fields by which a form says who somebody is. */
export const patientFields = FIELDS.map(([name]) => name);
