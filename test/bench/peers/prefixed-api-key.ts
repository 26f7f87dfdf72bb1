/** What is called of prefixed-api-key 1.1.1. Written down here, as the package is there on demand only. */
export interface PrefixedApiKey {
  generateAPIKey(options: { readonly keyPrefix: string }): Promise<{
    readonly token: string;
    readonly longTokenHash: string;
  }>;
  checkAPIKey(token: string, longTokenHash: string): boolean;
}

/** Loads it by a name that no compiler looks up. */
export function loadPrefixedApiKey(): Promise<PrefixedApiKey> {
  const name = "prefixed-api-key";
  return import(name) as Promise<PrefixedApiKey>;
}
