export type { WebClient, WebHandler } from "../http/web-handler.ts";
export type { BegunRequest, IdempotencyStore, RequestMark } from "../ports/idempotency-store.ts";
export { MANAGEMENT_ERRORS, type ManagementErrorCode } from "./errors.ts";
export { managementApi } from "./management-api.ts";
export type { ManagementApiOptions } from "./options.ts";
export type { ManagedTokens } from "./route.ts";
