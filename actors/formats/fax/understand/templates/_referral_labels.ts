import { numbers } from "./_numbers.ts";

/** What referrals call things. */
export const referral = {
  number: [
    ...numbers("Referral", "Ref", "Referral Request", "Referral Order"),
    "Authorization No",
    "Authorization Number",
    "Authorization #",
    "Referral",
  ],
} as const;
