import { capitals, type Dice, familyFirst, inOrder, normal, person, recent, written } from "../made_up.ts";
import { boxes, type Layout, pairs, paper } from "../paper.ts";

const story = (of: Dice) =>
  `<p>The knee has been painful since a fall on ice ${of.whole(2, 9)} months ago. It swells after a walk of ${
    of.whole(5, 20)
  } minutes, and it has given way twice on stairs. Rest and ibuprofen ${
    of.pick(["400", "600"])
  } mg have helped little.</p>
<p>There is a small effusion and tenderness over the medial joint line; the ligaments are stable. A radiograph shows no fracture. I would value your opinion on whether an operation would help.</p>`;

/** A form with boxes: labels above values. */
function form(of: Dice) {
  const who = person(of), number = `RF-${of.digits(5)}`, record = of.digits(8), day = recent(of);
  const html = paper(
    "Liberation Sans",
    10.5,
    `<div class="middle"><b class="big">REFERRAL REQUEST FORM</b><br>Summit Ridge Health Network</div><p></p>${
      boxes(["Patient Name", familyFirst(who)], ["Date of Birth", written.us(who.born)], ["MRN", record])
    }${
      boxes(["Referral #", number], ["Date of referral", written.us(day)], [
        "Urgency",
        of.pick(["Routine", "Urgent"]),
      ])
    }${
      boxes(["Referring provider", "Celeste Amari, MD"], ["Refer to", "Orthopedics, Dr. Paul Westergaard"])
    }<h3>Reason for referral</h3>${story(of)}`,
  );
  return {
    html,
    fields: { patientName: familyFirst(who), dob: normal(who.born), mrn: record, referralNo: number },
  };
}

/** A letter whose subject line has everything. */
function letter(of: Dice) {
  const who = person(of),
    number = `${of.digits(4)}${of.digits(4)}`,
    record = `${of.digits(3)}-${of.digits(4)}`;
  const html = paper(
    "Liberation Serif",
    12,
    `<div class="right"><b>Ashgrove Primary Care</b><br>12 Chapel Row, Macon, GA 31201<br>${
      written.long(recent(of))
    }</div><p>Dear Dr. Westergaard,</p><p><b>Referral No: ${number}</b><br>Re: ${inOrder(who)}, D.O.B. ${
      written.us(who.born)
    }, Chart # ${record}</p><p>Thank you for agreeing to see this patient, whom I am referring to your service.</p>${
      story(of)
    }<p>With kind regards,</p><p><br>Simon Adeyemi, MD</p>`,
  );
  return {
    html,
    fields: { patientName: inOrder(who), dob: normal(who.born), mrn: record, referralNo: number },
  };
}

/** A cover sheet, and the referral behind it. */
function covered(of: Dice) {
  const who = person(of), number = `A${of.digits(6)}`, record = of.digits(7), day = recent(of);
  const html = paper(
    "DejaVu Sans",
    10,
    `<div class="big"><b>Fax Transmittal</b></div><p></p>${
      pairs([
        ["To:", "Knee and Shoulder Center"],
        ["From:", "Windmill Family Health"],
        ["Pages:", "2"],
        ["Date:", written.us(day)],
        ["Subject:", "New patient referral"],
      ])
    }<p class="small">This fax may hold protected health information. If it has reached you by mistake, call the sender at once and destroy it.</p>`,
    `<div class="middle"><b class="big">PATIENT REFERRAL</b></div><hr><div class="beside">${
      pairs(
        [["Name:", capitals(who)], ["DOB:", written.dayMonth(who.born)], ["Medical Record No:", record]],
        "55%",
      )
    }${pairs([["Referral ID:", number], ["Referred to:", "Orthopedics"]], "42%")}</div>${story(of)}`,
  );
  return {
    html,
    fields: { patientName: capitals(who), dob: normal(who.born), mrn: record, referralNo: number },
  };
}

/** An authorisation for a consultation, in a plain mono form. */
function consultation(of: Dice) {
  const who = person(of), number = `CN${of.digits(7)}`, record = `K${of.digits(5)}`;
  const html = paper(
    "Liberation Mono",
    10.5,
    `<b>GLENVIEW MEDICAL CENTER</b><br>REFERRAL FOR CONSULTATION<br>---------------------------------------------<p>Patient ......: ${
      inOrder(who)
    }<br>Birth date ...: ${
      written.us(who.born)
    }<br>MRN ..........: ${record}<br>Referral no ..: ${number}<br>Date .........: ${
      written.us(recent(of))
    }</p>${story(of)}<p>Referred by: Yvette Lindgren, MD</p>`,
  );
  return {
    html,
    fields: { patientName: inOrder(who), dob: normal(who.born), mrn: record, referralNo: number },
  };
}

export const referrals: readonly Layout[] = [
  { name: "rform", type: "referral", set: "dev", make: form },
  { name: "rlett", type: "referral", set: "dev", make: letter },
  { name: "rcov", type: "referral", set: "validation", make: covered },
  { name: "rcons", type: "referral", set: "validation", make: consultation },
];
