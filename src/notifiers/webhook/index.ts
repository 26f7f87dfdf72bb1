export type { WebhookEndpoint } from "./endpoint.ts";
export { webhookNotifier } from "./notifier.ts";
export type { WebhookOptions } from "./options.ts";
export type { WebhookPayload } from "./payload.ts";
export { generateWebhookSecret } from "./secret.ts";
export {
  type VerifyWebhookOptions,
  verifyWebhook,
  type WebhookHeaders,
  type WebhookRequest,
  type WebhookVerdict,
} from "./verify.ts";
