import type { Repository, StoredToken } from "../ports/repository.ts";
import type { Uses } from "./uses.ts";

/**
 * Shows on the tokens that management reads what accepted uses have moved and nobody has written yet: where the database is slow, a
 * token that a call has just been accepted for must not look expired. The guards of a commit compare with what is stored.
 */
export function usedRepository(
  repository: Repository,
  uses: Pick<Uses, "pendingExpiry">,
): Repository {
  const used = (token: StoredToken): StoredToken => {
    const expiresAt = uses.pendingExpiry(token);
    return expiresAt === token.expiresAt ? token : { ...token, expiresAt };
  };
  return {
    ...repository,
    async findById(id) {
      const token = await repository.findById(id);
      return token && used(token);
    },
    async listByOwner(page) {
      return (await repository.listByOwner(page)).map(used);
    },
  };
}
