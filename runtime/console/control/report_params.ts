import { isTimeZone } from "../../contract/schedule.ts";
import type { AccessQuery, PatientQuery } from "../../engine/disclosures/reports_api.ts";
import { count, optional, type Params, record, text } from "./params.ts";
import { malformed } from "./protocol.ts";

/** Which patient, and which time. */
export function readPatientQuery(params: Params): PatientQuery {
  const patient = record(params, "patient"), assigner = patient.assigner;
  if (assigner !== undefined && typeof assigner !== "string") return malformed("assigner");
  return {
    patient: { id: text(patient, "id"), ...(assigner === undefined ? {} : { assigner }) },
    ...readPeriod(params),
  };
}

/** Which time, and which hours of it people work in. */
export function readAccessQuery(params: Params): AccessQuery {
  const timeZone = text(params, "timeZone"), { hours } = params;
  if (!isTimeZone(timeZone)) return malformed("timeZone");
  return { ...readPeriod(params), timeZone, hours: isHours(hours) ? hours : malformed("hours") };
}

function isHours(value: unknown): value is readonly [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every((each) => Number.isSafeInteger(each));
}

function readPeriod(params: Params): Pick<PatientQuery, "sinceMs" | "untilMs"> {
  const sinceMs = optional(params, "sinceMs", count), untilMs = optional(params, "untilMs", count);
  return { ...(sinceMs === undefined ? {} : { sinceMs }), ...(untilMs === undefined ? {} : { untilMs }) };
}
