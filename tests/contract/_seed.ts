import fc from "fast-check";

/** Of what the kits make up, so that a test that fails fails again; or that of all the tests' properties. */
export const SEED = fc.readConfigureGlobal().seed ?? 20260215;
