import type {
  AccessReport,
  DisclosureReport,
  ReportedDisclosure,
  ViewReport,
} from "../../../runtime/engine/disclosures/reports_api.ts";

const period = {
  sinceMs: Date.UTC(2020, 0, 2, 3, 10),
  untilMs: Date.UTC(2026, 0, 2, 3, 10),
  keptSinceMs: Date.UTC(2020, 0, 1),
};

const taken: ReportedDisclosure = {
  to: "State Immunization Registry",
  address: "1 Capitol Sq, Springfield, IL 62701",
  what: "Immunisation record",
  purpose: "public health",
  basis: "Public health activities (45 CFR 164.512(b))",
  isAccountable: true,
  message: "m-1",
  channel: "lab",
  destination: "registry",
  reach: "taken",
  atMs: Date.UTC(2025, 6, 1, 20),
  timeZone: "America/Chicago",
};

/** Two to one recipient, one to another who has not said that it is there. */
export const disclosures: DisclosureReport = {
  ...period,
  assigners: 1,
  unassigned: 2,
  unidentified: 1,
  disclosures: [
    taken,
    {
      ...taken,
      to: '=County "Coroner"',
      basis: "About decedents (45 CFR 164.512(g))",
      message: "m-2",
      reach: "unconfirmed",
    },
    { ...taken, message: "m-3", atMs: Date.UTC(2025, 11, 1, 20) },
  ],
};

/** One person who saw a message, one who asked. */
export const views: ViewReport = {
  ...period,
  assigners: 1,
  unassigned: 0,
  unidentified: 0,
  views: [
    {
      atMs: Date.UTC(2025, 6, 1, 20),
      timeZone: "America/Chicago",
      person: "ann",
      act: "viewed",
      message: "m-1",
      channel: "lab",
    },
    { atMs: Date.UTC(2025, 6, 2, 8), timeZone: "UTC", person: "bob", act: "asked for views of a patient" },
  ],
};

/** One who works, one who does not any more. */
export const access: AccessReport = {
  sinceMs: Date.UTC(2025, 9, 4),
  untilMs: Date.UTC(2026, 0, 2),
  people: [{
    person: "ann",
    firstMs: Date.UTC(2025, 0, 1),
    lastMs: Date.UTC(2026, 0, 1),
    acts: 1_204,
    outsideHours: 3,
    counts: { lab: { viewed: 1_200, replayed: 3 }, "": { released: 1 } },
    patients: 310,
    isPatientsMost: false,
  }],
  idle: [{ person: "zoe", lastMs: Date.UTC(2025, 1, 1) }],
};
