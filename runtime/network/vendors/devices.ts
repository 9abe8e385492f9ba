import type { Vendor } from "../questionnaire.ts";
import { ciscoAsa } from "./cisco_asa.ts";
import { ciscoIosXe } from "./cisco_ios_xe.ts";
import type { Device } from "./device.ts";
import { fortigate } from "./fortigate.ts";
import { paloAlto } from "./palo_alto.ts";
import { strongswan } from "./strongswan.ts";

/** Every kind of device that is written for; of others the sheet has the parameters alone. */
export const devices: Readonly<Partial<Record<Vendor, Device>>> = {
  cisco_asa: ciscoAsa,
  cisco_ios_xe: ciscoIosXe,
  palo_alto: paloAlto,
  fortigate,
  strongswan,
};
