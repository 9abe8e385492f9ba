/** What a disclosure is for, as the HIPAA Privacy Rule has it. */
export interface PurposeRule {
  /** As a patient is told. */
  readonly says: string;
  /** Paragraph of 45 CFR that permits it, or exempts it from the accounting. */
  readonly paragraph: string;
  /** Whether a patient can ask an account of it (45 CFR 164.528(a)(1)). */
  readonly isAccountable: boolean;
}

const exempt = (says: string, paragraph: string): PurposeRule => ({ says, paragraph, isAccountable: false });
const accountable = (says: string, paragraph: string): PurposeRule => ({
  says,
  paragraph,
  isAccountable: true,
});

/** Every purpose that a destination may declare, by its name in the gateway file. */
export const PURPOSES = {
  "required by law": accountable("Required by law", "164.512(a)"),
  "public health": accountable("Public health activities", "164.512(b)"),
  "abuse or neglect": accountable("About victims of abuse, neglect or domestic violence", "164.512(c)"),
  "health oversight": accountable("Health oversight activities", "164.512(d)"),
  judicial: accountable("Judicial and administrative proceedings", "164.512(e)"),
  "law enforcement": accountable("Law enforcement purposes", "164.512(f)"),
  decedents: accountable("About decedents", "164.512(g)"),
  donation: accountable("Cadaveric organ, eye or tissue donation", "164.512(h)"),
  research: accountable("Research", "164.512(i)"),
  "serious threat": accountable("To avert a serious threat to health or safety", "164.512(j)"),
  "government functions": accountable("Specialized government functions", "164.512(k)"),
  "workers compensation": accountable("Workers' compensation", "164.512(l)"),
  enforcement: accountable("Enforcement of the HIPAA rules by the Secretary", "164.502(a)(2)(ii)"),
  treatment: exempt("Treatment", "164.528(a)(1)(i)"),
  payment: exempt("Payment", "164.528(a)(1)(i)"),
  operations: exempt("Health care operations", "164.528(a)(1)(i)"),
  individual: exempt("To the individual", "164.528(a)(1)(ii)"),
  incidental: exempt("Incident to a permitted use or disclosure", "164.528(a)(1)(iii)"),
  authorised: exempt("Authorised by the individual", "164.528(a)(1)(iv)"),
  directory: exempt("Facility directory, or persons involved in the care", "164.528(a)(1)(v)"),
  "national security": exempt("National security or intelligence", "164.528(a)(1)(vi)"),
  custody: exempt("Correctional institutions and custodial situations", "164.528(a)(1)(vii)"),
  "limited data set": exempt("Part of a limited data set", "164.528(a)(1)(viii)"),
} as const satisfies Readonly<Record<string, PurposeRule>>;

/** Name of a purpose. */
export type Purpose = keyof typeof PURPOSES;

/** Their names, accountable ones first. */
export const PURPOSE_NAMES = Object.keys(PURPOSES) as readonly Purpose[] as readonly [Purpose, ...Purpose[]];

/** What is known of a purpose; of one that this program no longer has, its name. */
export function purposeOf(name: string): PurposeRule | undefined {
  return Object.hasOwn(PURPOSES, name) ? PURPOSES[name as Purpose] : undefined;
}
