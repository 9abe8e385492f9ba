import type { DocumentPatient } from "../../contract/document.ts";
import { MitralError } from "../../contract/error.ts";
import type { World } from "../../contract/world.ts";
import type { RunningGateway } from "../../engine/gateway_api.ts";
import type { GatewayPlan } from "../../engine/plan.ts";
import type { By } from "../../journal/acts.ts";
import { openPortal, type Portal, type PortalService } from "./portal.ts";

/** Who finds patients: by a number, or by name and date of birth. */
export interface PatientFinder {
  find(
    wanted: { readonly id: string } | { readonly name: string; readonly birthDate: string },
    by?: By,
  ): Promise<readonly Omit<DocumentPatient, "source">[]>;
}

/** The page of a gateway whose plan has one. Errors: as of {@linkcode openPortal}. */
export async function openGatewayPortal(
  gateway: Pick<RunningGateway, "reviews" | "ledger"> & { readonly patients?: PatientFinder },
  { data, reviews }: GatewayPlan,
  world: World,
  failed: (error: MitralError) => void,
): Promise<Portal | undefined> {
  if (reviews === undefined) return undefined;
  const service: PortalService = {
    reviews: gateway.reviews,
    ...(gateway.patients ? { findPatients: finding(gateway.patients) } : {}),
    noteLogin: (login) => gateway.ledger.noteLogin(login),
    noteUsers: (users) => gateway.ledger.noteUsers(users),
    failed,
  };
  return await openPortal(service, world, data, reviews);
}

/** Whoever has the number, and whoever has the name and was born then: a number may have been read wrong. */
function finding(patients: PatientFinder): NonNullable<PortalService["findPatients"]> {
  return async ({ number, name, born }, by) => {
    try {
      const found = [
        ...number === "" ? [] : await patients.find({ id: number }, by),
        ...name === "" || born === "" ? [] : await patients.find({ name, birthDate: born }, by),
      ];
      return [...new Map(found.map((each) => [`${each.authority} ${each.mrn}`, each])).values()];
    } catch (cause) {
      if (cause instanceof MitralError && cause.code === "GATEWAY_PATIENTS_MISSING") return [];
      throw cause;
    }
  };
}
