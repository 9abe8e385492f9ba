/** What the typed views of a message are made of. */
export type * from "./billing_types.ts";
export type * from "./control_types.ts";
export type * from "./message_views.ts";
export type * from "./observation_value.ts";
export type * from "./order.ts";
export type * from "./order_types.ts";
export type * from "./patient_types.ts";
export type * from "./person_types.ts";
export type * from "./treatment_types.ts";
export type * from "./value_types.ts";
export type * from "./view.ts";
export type * from "./visit_types.ts";
