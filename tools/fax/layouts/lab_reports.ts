import {
  capitals,
  type Day,
  type Dice,
  familyFirst,
  type Finding,
  findingsOf,
  inOrder,
  normal,
  person,
  recent,
  written,
} from "../made_up.ts";
import { boxes, type Layout, pairs, paper, table } from "../paper.ts";

/** A day and a time on it. */
function moment(of: Dice): { day: Day; clock: string } {
  return {
    day: recent(of),
    clock: `${String(of.whole(6, 17)).padStart(2, "0")}:${String(of.whole(0, 59)).padStart(2, "0")}`,
  };
}
const momentOf = (taken: { day: Day; clock: string }) => normal(taken.day) + taken.clock.replace(":", "");

/** Rows as truth has them: a range is written with a hyphen. */
const rowsOf = (rows: readonly Finding[], ...columns: (keyof Finding)[]) =>
  rows.map((row) => Object.fromEntries(columns.map((column) => [column, row[column].replace(" - ", "-")])));

/** A hospital laboratory: sans, units before the interval, the flag last. */
function hospital(of: Dice) {
  const who = person(of), rows = findingsOf(of, of.whole(7, 13), " - "), taken = moment(of);
  const order = `${of.digits(3)}-${of.digits(5)}`, record = of.digits(8), doctor = "Ines Carvalho, MD";
  const html = paper(
    "Liberation Sans",
    10,
    `<div class="beside"><div><b class="big">Great Lakes Reference Laboratories</b><br>600 Pier Road, Duluth, MN 55802</div><div><b>FINAL REPORT</b></div></div><hr><div class="beside">${
      pairs([
        ["Patient Name", familyFirst(who)],
        ["Date of Birth", written.us(who.born)],
        ["Gender", who.sex === "M" ? "Male" : "Female"],
        ["Patient ID", record],
      ])
    }${
      pairs([
        ["Specimen ID", order],
        ["Collection Date", `${written.us(taken.day)} ${taken.clock}`],
        ["Report Status", "Final"],
        ["Ordering Physician", doctor],
      ])
    }</div><p></p>${
      table(rows, [
        ["Test Name", (row) => row.name],
        ["LOINC", (row) => row.loinc],
        ["Value", (row) => row.value, "right"],
        ["Units", (row) => row.unit],
        ["Reference Interval", (row) => row.range],
        ["Abn", (row) => row.flag],
      ], { rules: "heading" })
    }<p class="small">Results marked H are above and results marked L below the interval.</p>`,
  );
  return {
    html,
    fields: {
      accession: order,
      patientName: familyFirst(who),
      dob: normal(who.born),
      sex: who.sex,
      mrn: record,
      collected: momentOf(taken),
      status: "Final",
      orderer: doctor,
      lines: rowsOf(rows, "name", "loinc", "value", "flag", "range", "unit"),
    },
  };
}

/** A clinic's own laboratory: mono, no rules, no LOINC, the flag beside the result. */
function clinic(of: Dice) {
  const who = person(of), rows = findingsOf(of, of.whole(6, 12)), taken = moment(of);
  const order = `QC${of.digits(6)}`, record = `C-${of.digits(5)}`, doctor = "T. Brandvold NP";
  const html = paper(
    "Liberation Mono",
    10,
    `<div class="middle"><b>PRAIRIE CREEK CLINIC LABORATORY</b><br>CLIA 17D${
      of.digits(7)
    }</div><p></p><div class="beside">${
      pairs(
        [["PT NAME:", capitals(who)], ["D.O.B.:", written.dayMonth(who.born)], ["CHART NO:", record]],
        "52%",
        false,
      )
    }${
      pairs(
        [["LAB NO:", order], ["DRAWN:", `${written.dayMonth(taken.day)} ${taken.clock}`], [
          "DOCTOR:",
          doctor,
        ]],
        "48%",
        false,
      )
    }</div><p></p>${
      table(rows, [
        ["TEST", (row) => row.name],
        ["RESULT", (row) => row.value],
        ["FLAG", (row) => row.flag],
        ["UNITS", (row) => row.unit],
        ["NORMAL", (row) => row.range],
      ], { rules: "none" })
    }<p>** END OF REPORT **</p>`,
  );
  return {
    html,
    fields: {
      accession: order,
      patientName: capitals(who),
      dob: normal(who.born),
      mrn: record,
      collected: momentOf(taken),
      orderer: doctor,
      lines: rowsOf(rows, "name", "value", "flag", "range", "unit"),
    },
  };
}

/** A commercial laboratory: serif, boxed form on top, ranges before units. */
function commercial(of: Dice) {
  const who = person(of), rows = findingsOf(of, of.whole(8, 14)), taken = moment(of);
  const order = of.digits(11), record = of.digits(7), doctor = "Voorhees, Adrian DO";
  const html = paper(
    "Liberation Serif",
    10.5,
    `<b class="big">ALDER BIOMEDICAL LABS</b> &nbsp; Laboratory Results<p></p>${
      boxes(["Patient", inOrder(who)], ["Birth Date", written.us(who.born)], ["Sex", who.sex])
    }${
      boxes(["MRN", record], ["Accession #", order], ["Collected", `${written.us(taken.day)} ${taken.clock}`])
    }${boxes(["Ordered By", doctor], ["Status", "FINAL"])}<p></p>${
      table(rows, [
        ["Analyte", (row) => row.name],
        ["Result", (row) => row.value, "right"],
        ["Flag", (row) => row.flag, "middle"],
        ["Ref. Range", (row) => row.range],
        ["Unit", (row) => row.unit],
        ["LOINC", (row) => row.loinc],
      ])
    }`,
  );
  return {
    html,
    fields: {
      accession: order,
      patientName: inOrder(who),
      dob: normal(who.born),
      sex: who.sex,
      mrn: record,
      collected: momentOf(taken),
      status: "FINAL",
      orderer: doctor,
      lines: rowsOf(rows, "name", "loinc", "value", "flag", "range", "unit"),
    },
  };
}

/** A university laboratory: LOINC first, wide, labels above values without boxes. */
function university(of: Dice) {
  const who = person(of), rows = findingsOf(of, of.whole(7, 12)), taken = moment(of);
  const order = `S26-${of.digits(5)}`, record = `U${of.digits(6)}`, doctor = "Hollis Grant, MD";
  const html = paper(
    "DejaVu Sans",
    9,
    `<div class="beside"><b>University of Tamarack<br>Department of Laboratory Medicine</b><span>Laboratory Report</span></div><hr><table><tr><th>Name<th>DOB<th>Sex<th>Med Rec No<tr><td>${
      familyFirst(who)
    }<td>${
      written.us(who.born)
    }<td>${who.sex}<td>${record}<tr><th>Accession No<th>Date Collected<th>Requesting Provider<th>Report Status<tr><td>${order}<td>${
      written.us(taken.day)
    } ${taken.clock}<td>${doctor}<td>FINAL</table><p></p>${
      table(rows, [
        ["LOINC Code", (row) => row.loinc],
        ["Component", (row) => row.name],
        ["Your Value", (row) => row.value],
        ["Units", (row) => row.unit],
        ["Normal Range", (row) => row.range],
        ["Flag", (row) => row.flag],
      ], { rules: "heading" })
    }`,
  );
  return {
    html,
    fields: {
      accession: order,
      patientName: familyFirst(who),
      dob: normal(who.born),
      sex: who.sex,
      mrn: record,
      collected: momentOf(taken),
      status: "FINAL",
      orderer: doctor,
      lines: rowsOf(rows, "name", "loinc", "value", "flag", "range", "unit"),
    },
  };
}

/** A small laboratory: condensed sans, value and unit in neighbouring columns, no sex, no status. */
function small(of: Dice) {
  const who = person(of), rows = findingsOf(of, of.whole(5, 9)), taken = moment(of);
  const order = `${of.digits(6)}`,
    record = `${of.digits(3)}-${of.digits(2)}-${of.digits(3)}`,
    doctor = "Nora Beckett, PA-C";
  const html = paper(
    "DejaVu Sans Condensed",
    10.5,
    `<b class="big">Stonebridge Pathology</b><br>Chemistry and Haematology Results<hr>${
      pairs([
        ["Patient:", inOrder(who)],
        ["Date of birth:", written.dashes(who.born)],
        ["Record number:", record],
        ["Order number:", order],
        ["Specimen collected:", `${written.dashes(taken.day)} ${taken.clock}`],
        ["Requested by:", doctor],
      ], "60%")
    }<p></p>${
      table(rows, [
        ["Examination", (row) => row.name],
        ["Result", (row) => row.value, "right"],
        ["Units", (row) => row.unit],
        ["Flag", (row) => row.flag],
        ["Reference range", (row) => row.range],
      ])
    }`,
  );
  return {
    html,
    fields: {
      accession: order,
      patientName: inOrder(who),
      dob: normal(who.born),
      mrn: record,
      collected: momentOf(taken),
      orderer: doctor,
      lines: rowsOf(rows, "name", "value", "flag", "range", "unit"),
    },
  };
}

export const labReports: readonly Layout[] = [
  { name: "lakes", type: "lab_report", set: "dev", make: hospital },
  { name: "prair", type: "lab_report", set: "dev", make: clinic },
  { name: "alder", type: "lab_report", set: "dev", make: commercial },
  { name: "tamar", type: "lab_report", set: "validation", make: university },
  { name: "stone", type: "lab_report", set: "validation", make: small },
];
