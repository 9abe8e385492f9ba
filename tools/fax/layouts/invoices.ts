import {
  capitals,
  cents,
  type Dice,
  familyFirst,
  inOrder,
  money,
  normal,
  npi,
  person,
  recent,
  type Service,
  servicesOf,
  shortName,
  written,
} from "../made_up.ts";
import { boxes, type Layout, pairs, paper, table } from "../paper.ts";

const totalOf = (lines: readonly Service[]) => lines.reduce((sum, line) => sum + line.amount, 0);

type Kept = "date" | "code" | "desc" | "dx" | "qty" | "price" | "amount";

/** Rows as truth has them, with the columns that the page has. */
const rowsOf = (lines: readonly Service[], ...columns: Kept[]) =>
  lines.map((line) => {
    const all: Record<Kept, string> = {
      date: normal(line.day),
      code: line.code,
      desc: line.text,
      dx: line.diagnosis,
      qty: String(line.count),
      price: cents(line.price),
      amount: cents(line.amount),
    };
    return Object.fromEntries(columns.map((column) => [column, all[column]]));
  });

/** A dermatology practice: serif, label left, a table without rules, codes first. */
function dermatology(of: Dice) {
  const who = person(of), lines = servicesOf(of, of.whole(3, 6)), day = recent(of);
  const bill = `DX${of.digits(5)}`,
    chart = `${of.digits(2)}-${of.digits(4)}`,
    id = npi(of),
    total = totalOf(lines);
  const html = paper(
    "Liberation Serif",
    11,
    `<div class="beside"><div><div class="big">Copperfield Skin Associates, P.C.</div>17 Wharf Street, Portland, ME 04101</div>
<div class="right"><b>Invoice</b><br>NPI ${id}</div></div><p></p><div class="beside">${
      pairs([["Patient", familyFirst(who)], ["D.O.B.", written.usShort(who.born)], ["Chart No.", chart]])
    }${pairs([["Bill No.", bill], ["Bill Date", written.usShort(day)]], "38%")}</div><p></p>${
      table(lines, [
        ["Proc", (line) => line.code],
        ["Service", (line) => line.text],
        ["Service Date", (line) => written.us(line.day)],
        ["ICD-10", (line) => line.diagnosis],
        ["Units", (line) => String(line.count), "right"],
        ["Fee", (line) => money(line.price), "right"],
        ["Charges", (line) => money(line.amount), "right"],
      ], { rules: "none" })
    }<p class="right"><b>Total Charges &nbsp; $${
      money(total)
    }</b></p><p class="small">Payment is due on receipt. We accept checks and cards.</p>`,
  );
  return {
    html,
    fields: {
      invoiceNo: bill,
      invoiceDate: normal(day),
      patientName: familyFirst(who),
      dob: normal(who.born),
      mrn: chart,
      npi: id,
      total: cents(total),
      lines: rowsOf(lines, "date", "code", "desc", "dx", "qty", "price", "amount"),
    },
  };
}

/** A hospital's statement: mono, boxes with labels above values, no prices. */
function hospital(of: Dice) {
  const who = person(of), lines = servicesOf(of, of.whole(5, 9)), day = recent(of);
  const statement = of.digits(9), record = of.digits(8), account = `H${of.digits(9)}`, gross = totalOf(lines);
  const adjusted = Math.round(gross * of.pick([0.08, 0.2]));
  const html = paper(
    "Liberation Mono",
    9.5,
    `<div class="middle"><b class="big">SAINT COLUMBA REGIONAL HOSPITAL</b><br>Patient Financial Services * 900 Cathedral Way * Toledo OH 43604</div><p class="middle"><b>PATIENT STATEMENT</b></p>${
      boxes(["PATIENT NAME", capitals(who)], ["MED REC #", record], ["DATE OF BIRTH", written.us(who.born)])
    }${
      boxes(["STATEMENT NUMBER", statement], ["STATEMENT DATE", written.us(day)], ["ACCOUNT NUMBER", account])
    }<p></p>${
      table(lines, [
        ["DATE", (line) => written.usTwo(line.day)],
        ["HCPCS", (line) => line.code],
        ["DESCRIPTION OF SERVICE", (line) => line.text],
        ["QTY", (line) => String(line.count), "right"],
        ["AMOUNT", (line) => money(line.amount), "right"],
      ], { rules: "heading" })
    }<p></p><div style="margin-left:55%">${
      pairs([["Total charges", money(gross)], ["Adjustments", money(adjusted)], [
        "BALANCE DUE",
        `$${money(gross - adjusted)}`,
      ]], "100%")
    }</div>`,
  );
  return {
    html,
    fields: {
      invoiceNo: statement,
      invoiceDate: normal(day),
      patientName: capitals(who),
      dob: normal(who.born),
      mrn: record,
      accountNo: account,
      subtotal: cents(gross),
      adjustments: cents(adjusted),
      total: cents(gross - adjusted),
      lines: rowsOf(lines, "date", "code", "desc", "qty", "amount"),
    },
  };
}

/** A therapist: sans, two columns of labels, descriptions that wrap, DD-Mon-YYYY. */
function therapy(of: Dice) {
  const who = person(of), lines = servicesOf(of, of.whole(4, 7)), day = recent(of), total = totalOf(lines);
  const number = `${2026}/${of.digits(4)}`,
    id = `PT-${of.digits(6)}`,
    tax = `${of.digits(2)}-${of.digits(7)}`;
  const member = `ZK${of.digits(8)}`, doctor = "Marian Okafor, DPT";
  const html = paper(
    "DejaVu Sans",
    9,
    `<div class="beside"><div class="big"><b>Riverbend Physical Therapy</b></div><div class="right">318 Locust Ave, Boise, ID 83702<br>Fed Tax ID ${tax}</div></div><hr><div class="beside">${
      pairs([
        ["Name:", inOrder(who)],
        ["Birth Date:", written.dayMonth(who.born)],
        ["Gender:", who.sex],
        ["Patient ID:", id],
      ])
    }${
      pairs([
        ["Invoice #:", number],
        ["Date:", written.dayMonth(day)],
        ["Member ID:", member],
        ["Rendering Provider:", doctor],
      ])
    }</div><p></p>${
      table(lines, [
        ["DOS", (line) => written.dayMonth(line.day)],
        ["Description", (line) => `<div style="width:1.5in">${line.text}</div>`],
        ["CPT Code", (line) => line.code],
        ["DX", (line) => line.diagnosis],
        ["Qty", (line) => String(line.count), "middle"],
        ["Rate", (line) => `$${money(line.price)}`, "right"],
        ["Ext. Amount", (line) => `$${money(line.amount)}`, "right"],
      ])
    }<table style="width:40%;margin:8pt 0 0 auto"><tr><td>Amount Due<td class="right"><b>$${
      money(total)
    }</b></table>`,
  );
  return {
    html,
    fields: {
      invoiceNo: number,
      invoiceDate: normal(day),
      patientName: inOrder(who),
      dob: normal(who.born),
      sex: who.sex,
      mrn: id,
      insuranceId: member,
      taxId: tax,
      provider: doctor,
      total: cents(total),
      lines: rowsOf(lines, "date", "code", "desc", "dx", "qty", "price", "amount"),
    },
  };
}

/** Two pages: the second goes on with the table, and has the totals. */
function longBill(of: Dice) {
  const who = person(of), lines = servicesOf(of, 18), day = recent(of), total = totalOf(lines);
  const number = `BL-${of.digits(4)}-${of.digits(2)}`, record = `M${of.digits(7)}`;
  const columns = [
    ["Service Date", (line: Service) => written.us(line.day)],
    ["Service Code", (line: Service) => line.code],
    ["Description", (line: Service) => line.text],
    ["Diagnosis", (line: Service) => line.diagnosis],
    ["Units", (line: Service) => String(line.count), "right"],
    ["Unit Cost", (line: Service) => money(line.price), "right"],
    ["Charge", (line: Service) => money(line.amount), "right"],
  ] as const;
  const head = (page: number) =>
    `<div class="beside"><div><b class="big">Juniper Valley Medical Group</b><br>Billing Office, 2 Aspen Court, Taos, NM 87571</div><div class="right">INVOICE<br>Page ${page} of 2</div></div><p></p><div class="beside">${
      pairs([["Patient:", shortName(who)], ["DOB:", written.us(who.born)], ["MRN:", record]])
    }${pairs([["Invoice Number:", number], ["Invoice Date:", written.us(day)]])}</div><p></p>`;
  const html = paper(
    "Liberation Sans",
    10,
    head(1) + table(lines.slice(0, 12), columns) + `<p class="right">continued on next page</p>`,
    head(2) + table(lines.slice(12), columns) +
      `<p class="right"><b>Total Amount Due: $${money(total)}</b></p>`,
  );
  return {
    html,
    fields: {
      invoiceNo: number,
      invoiceDate: normal(day),
      patientName: shortName(who),
      dob: normal(who.born),
      mrn: record,
      total: cents(total),
      lines: rowsOf(lines, "date", "code", "desc", "dx", "qty", "price", "amount"),
    },
  };
}

/** Family medicine: condensed sans, values under their labels in a table without rules. */
function family(of: Dice) {
  const who = person(of), lines = servicesOf(of, of.whole(3, 7)), day = recent(of), total = totalOf(lines);
  const number = of.digits(6), record = of.digits(6), id = npi(of);
  const html = paper(
    "DejaVu Sans Condensed",
    10,
    `<div class="middle"><b class="big">Harrow &amp; Finch Family Practice</b><br>5 Station Parade, Burlington VT 05401 &middot; NPI: ${id}</div><hr><table><tr><th>Pt Name<th>Birth Date<th>Chart #<th>Invoice No.<th>Inv. Date<tr><td>${
      familyFirst(who)
    }<td>${written.dashes(who.born)}<td>${record}<td>${number}<td>${written.dashes(day)}</table><p></p>${
      table(lines, [
        ["Date of Service", (line) => written.dashes(line.day)],
        ["Procedure", (line) => line.code],
        ["Dx Code", (line) => line.diagnosis],
        ["Description", (line) => line.text],
        ["Qty", (line) => String(line.count), "right"],
        ["Total", (line) => money(line.amount), "right"],
      ], {
        rules: "heading",
        after: `<tr class="over"><td colspan="4"><td><b>Total Due</b><td class="right"><b>${
          money(total)
        }</b>`,
      })
    }`,
  );
  return {
    html,
    fields: {
      invoiceNo: number,
      invoiceDate: normal(day),
      patientName: familyFirst(who),
      dob: normal(who.born),
      mrn: record,
      npi: id,
      total: cents(total),
      lines: rowsOf(lines, "date", "code", "desc", "dx", "qty", "amount"),
    },
  };
}

/** An imaging centre: boxed form, mono, ISO dates nowhere, amounts before descriptions. */
function imaging(of: Dice) {
  const who = person(of), lines = servicesOf(of, of.whole(3, 5)), day = recent(of), sub = totalOf(lines);
  const number = `${of.digits(3)}-${of.digits(3)}-${of.digits(2)}`, record = `RX${of.digits(5)}`;
  const account = of.digits(10), adjusted = Math.round(sub * 0.12), doctor = "Leland Strom, MD";
  const html = paper(
    "Liberation Sans",
    10.5,
    `<div class="beside"><b class="big">Meridian Diagnostic Imaging</b><b class="big">BILL</b></div>1450 Observatory Blvd, Tucson, AZ 85719<p></p>${
      boxes(["Patient Name", capitals(who)], ["Birthdate", written.us(who.born)], [
        "Sex",
        who.sex === "M" ? "Male" : "Female",
      ])
    }${
      boxes(["Bill Number", number], ["Billing Date", written.us(day)], ["MRN", record], ["Acct #", account])
    }${boxes(["Referring Physician", doctor])}<p></p>${
      table(lines, [
        ["Code", (line) => line.code],
        ["Date", (line) => written.us(line.day)],
        ["Units", (line) => String(line.count), "middle"],
        ["Description", (line) => line.text],
        ["Price", (line) => money(line.price), "right"],
        ["Amount", (line) => money(line.amount), "right"],
      ])
    }<p></p><div style="margin-left:58%">${
      pairs(
        [["Sub-total:", money(sub)], ["Discount:", money(adjusted)], ["Amount due:", money(sub - adjusted)]],
        "100%",
        false,
      )
    }</div>`,
  );
  return {
    html,
    fields: {
      invoiceNo: number,
      invoiceDate: normal(day),
      patientName: capitals(who),
      dob: normal(who.born),
      sex: who.sex,
      mrn: record,
      accountNo: account,
      provider: doctor,
      subtotal: cents(sub),
      adjustments: cents(adjusted),
      total: cents(sub - adjusted),
      lines: rowsOf(lines, "date", "code", "desc", "qty", "price", "amount"),
    },
  };
}

/** A paediatric clinic: serif, labels with values on one running line. */
function paediatrics(of: Dice) {
  const who = person(of), lines = servicesOf(of, of.whole(2, 5)), day = recent(of), total = totalOf(lines);
  const number = `K${of.digits(3)}-${of.digits(4)}`, record = of.digits(9), member = `${of.digits(9)}A`;
  const html = paper(
    "DejaVu Serif",
    9.5,
    `<b class="big">Little Harbor Pediatrics</b><br>77 Beacon Hill, Newport, RI 02840<hr><p><b>Invoice no</b> ${number} &nbsp;&nbsp;&nbsp;&nbsp; <b>Issued</b> ${
      written.long(day)
    }</p><p><b>Patient name</b> ${inOrder(who)} &nbsp;&nbsp;&nbsp;&nbsp; <b>Date of birth</b> ${
      written.long(who.born)
    }<br><b>Patient number</b> ${record} &nbsp;&nbsp;&nbsp;&nbsp; <b>Policy no</b> ${member}</p>${
      table(lines, [
        ["Service date", (line) => written.us(line.day)],
        ["Description", (line) => line.text],
        ["CPT", (line) => line.code],
        ["ICD", (line) => line.diagnosis],
        ["Units", (line) => String(line.count), "right"],
        ["Charge", (line) => money(line.amount), "right"],
      ], { rules: "none" })
    }<p class="right">Please pay this amount: <b>$${money(total)}</b></p>`,
  );
  return {
    html,
    fields: {
      invoiceNo: number,
      invoiceDate: normal(day),
      patientName: inOrder(who),
      dob: normal(who.born),
      mrn: record,
      insuranceId: member,
      total: cents(total),
      lines: rowsOf(lines, "date", "code", "desc", "dx", "qty", "amount"),
    },
  };
}

export const invoices: readonly Layout[] = [
  { name: "derm", type: "invoice", set: "dev", make: dermatology },
  { name: "hosp", type: "invoice", set: "dev", make: hospital },
  { name: "ther", type: "invoice", set: "dev", make: therapy },
  { name: "long", type: "invoice", set: "dev", make: longBill },
  { name: "fam", type: "invoice", set: "validation", make: family },
  { name: "imag", type: "invoice", set: "validation", make: imaging },
  { name: "paed", type: "invoice", set: "validation", make: paediatrics },
];
