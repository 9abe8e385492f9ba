import {
  cents,
  type Dice,
  familyFirst,
  inOrder,
  money,
  normal,
  person,
  recent,
  servicesOf,
  written,
} from "../made_up.ts";
import { boxes, type Layout, pairs, paper, table } from "../paper.ts";

/** A letter about money that is no invoice. */
function letter(of: Dice) {
  const who = person(of), invoice = `INV-${of.digits(6)}`;
  const html = paper(
    "Liberation Serif",
    12,
    `<p>${
      written.long(recent(of))
    }</p><p>To the billing office,</p><p>Last week I received invoice ${invoice} for a visit that I do not remember. The total due of $${
      money(of.whole(8000, 40000))
    } seems wrong to me, since my insurance was to pay all of it. Could you send me a list of the services, with the dates and what each of them cost?</p><p>My date of birth is ${
      written.us(who.born)
    }, and my account number is ${
      of.digits(8)
    }. You can reach me at the number on file.</p><p>Sincerely,</p><p><br>${inOrder(who)}</p>`,
  );
  return { html, fields: {} };
}

function prescription(of: Dice) {
  const who = person(of);
  const html = paper(
    "Liberation Sans",
    13,
    `<div class="middle"><b class="big">Cedar Hollow Internal Medicine</b><br>88 Orchard Way, Salem, OR 97301</div><hr>${
      pairs([["Patient:", inOrder(who)], ["DOB:", written.us(who.born)], ["Date:", written.us(recent(of))]])
    }<p class="big">Rx</p><p>Amoxicillin 500 mg capsule<br>Sig: one capsule by mouth three times a day for ${
      of.whole(7, 10)
    } days<br>Disp: #30 &nbsp; Refills: 0</p><p style="margin-top:90pt">______________________<br>Dispense as written</p>`,
  );
  return { html, fields: { patientName: inOrder(who), dob: normal(who.born) } };
}

function discharge(of: Dice) {
  const who = person(of), record = of.digits(8);
  const html = paper(
    "Liberation Serif",
    11,
    `<div class="middle"><b class="big">DISCHARGE SUMMARY</b><br>Lakemont General Hospital</div>${
      pairs([["Patient:", familyFirst(who)], ["MRN:", record], ["DOB:", written.us(who.born)], [
        "Admitted:",
        written.us(recent(of)),
      ]])
    }<h3>Hospital course</h3><p>The patient came with fever and a productive cough and was treated for pneumonia of the right lower lobe. White cells were ${
      of.whole(12, 18)
    }.4 on admission and normal on the third day; creatinine 0.9 mg/dL, sodium 138 mmol/L. Oxygen was stopped on the second day.</p><h3>Medications at discharge</h3><p>Doxycycline 100 mg twice daily for five days. Acetaminophen as needed.</p><h3>Follow-up</h3><p>Primary care within one week. A chest radiograph in six weeks.</p>`,
  );
  return { html, fields: { patientName: familyFirst(who), dob: normal(who.born), mrn: record } };
}

function blankForm() {
  const html = paper(
    "Liberation Sans",
    10,
    `<div class="middle"><b class="big">NEW PATIENT REGISTRATION</b></div><p></p>${
      boxes(["Patient name", ""], ["Date of birth", ""], ["Sex", ""])
    }${boxes(["Address", ""])}${boxes(["Insurance company", ""], ["Member ID", ""], ["Group #", ""])}${
      boxes(["Invoice to", ""], ["Account no", ""])
    }<p>Allergies: ______________________________</p><p>Medications: ______________________________</p><p>I authorize release of my records. Signature ____________________ Date __________</p>`,
  );
  return { html, fields: {} };
}

function note(of: Dice) {
  const html = paper(
    "DejaVu Serif",
    17,
    `<div style="font-style:italic;line-height:1.9;transform:rotate(-0.7deg)"><p>Hi Pat &mdash;</p><p>Mrs. ${
      of.pick(["Holloway", "Nwosu", "Engstrom"])
    } called again about her results. Can somebody phone her back after ${
      of.whole(2, 5)
    } today? Also the copier on two is out of toner.</p><p>Thanks!! &mdash; Jo</p></div>`,
  );
  return { html, fields: {} };
}

function newsletter() {
  const html = paper(
    "Liberation Sans",
    12,
    `<div class="middle"><b style="font-size:28pt">SAVE BIG ON OFFICE SUPPLIES!</b></div><p class="middle">Copy paper from $34.99 a case &middot; Toner at half price &middot; No minimum order</p>${
      table([["Copy paper, 10 reams", "34.99"], ["Black toner", "58.50"], [
        "Exam table paper, 12 rolls",
        "41.25",
      ]], [
        ["Item", (row) => row[0]],
        ["Price", (row) => row[1], "right"],
      ])
    }<p>Order by phone today and we pay the freight. Offer ends Friday. To be removed from our fax list, call 1-800-555-0186 and give your fax number.</p>`,
  );
  return { html, fields: {} };
}

/** What an insurer paid: it looks like an invoice, and says that it is none. */
function explanation(of: Dice) {
  const who = person(of), lines = servicesOf(of, 4), claim = of.digits(12);
  const html = paper(
    "Liberation Sans",
    10,
    `<div class="beside"><b class="big">Northern Shield Health Plan</b><b>EXPLANATION OF BENEFITS<br>THIS IS NOT A BILL</b></div><hr><div class="beside">${
      pairs([["Member:", inOrder(who)], ["Member ID:", `NSH${of.digits(8)}`]])
    }${pairs([["Claim number:", claim], ["Date processed:", written.us(recent(of))]])}</div><p></p>${
      table(lines, [
        ["Date of service", (line) => written.us(line.day)],
        ["Service", (line) => line.text],
        ["Billed", (line) => money(line.amount), "right"],
        ["Plan allowed", (line) => cents(Math.round(line.amount * 0.6)), "right"],
        ["Plan paid", (line) => cents(Math.round(line.amount * 0.48)), "right"],
        ["You may owe", (line) => cents(Math.round(line.amount * 0.12)), "right"],
      ])
    }<p>You have the right to appeal within 180 days.</p>`,
  );
  return { html, fields: { patientName: inOrder(who) } };
}

/** A cover sheet, and minutes of a meeting behind it. */
function covered(of: Dice) {
  const html = paper(
    "DejaVu Sans",
    11,
    `<b class="big">FAX COVER SHEET</b>${
      pairs([["To:", "All practice managers"], ["From:", "County Medical Society"], [
        "Date:",
        written.us(recent(of)),
      ], [
        "Pages:",
        "2",
      ]])
    }`,
    `<h2>Minutes of the quarterly meeting</h2><p>Present: eleven members. The treasurer reported a balance of $${
      money(of.whole(100000, 900000))
    }. The laboratory committee has not met. Dues for next year stay as they are.</p><p>The next meeting is in January.</p>`,
  );
  return { html, fields: {} };
}

export const others: readonly Layout[] = [
  { name: "xlett", type: "letter", set: "dev", make: letter },
  { name: "xrx", type: "prescription", set: "dev", make: prescription },
  { name: "xform", type: "form", set: "dev", make: blankForm },
  { name: "xeob", type: "explanation_of_benefits", set: "dev", make: explanation },
  { name: "xdisch", type: "discharge_summary", set: "validation", make: discharge },
  { name: "xnote", type: "note", set: "validation", make: note },
  { name: "xjunk", type: "advertisement", set: "validation", make: newsletter },
  { name: "xcov", type: "minutes", set: "validation", make: covered },
];
