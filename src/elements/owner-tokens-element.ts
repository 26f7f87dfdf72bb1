import type { PropertyDeclarations, PropertyValues } from "lit";
import type { WireOwner } from "../manage/client/index.ts";
import { type ScreenFacts, TokensScreen } from "./tokens-screen.ts";

/**
 * `<tokenry-owner-tokens owner="carol" owner-name="Carol Diaz">`: the tokens of an owner, for those who manage tokens.
 *
 * Attributes: `owner`, the id; `owner-name`, what people call them (default: the id); `kind`, one kind in place of all; `heading`, in place
 * of a section's title; `api`, where the management API is (default `/tokenry`).
 *
 * Events, composed, none with a secret: `tokenry-issued`, `tokenry-regenerated`, `tokenry-changed`, `tokenry-revoked`,
 * `tokenry-rotation-requested`, `tokenry-signed-out`.
 *
 * @example
 * <tokenry-owner-tokens owner="carol" owner-name="Carol Diaz" kind="application"></tokenry-owner-tokens>
 */
export class TokenryOwnerTokens extends TokensScreen {
  static override properties: PropertyDeclarations = {
    ...TokensScreen.properties,
    owner: { type: String },
    ownerName: { type: String, attribute: "owner-name" },
  };

  /** The id of the owner. */
  declare owner: string;
  /** What people call the owner. Default: the id. */
  declare ownerName: string | undefined;

  constructor() {
    super();
    this.owner = "";
    this.ownerName = undefined;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("owner") && changed.get("owner") !== undefined) void this.facts.restart();
  }

  protected override async fetchFacts(): Promise<ScreenFacts> {
    const [context, owner] = await Promise.all([
      this.managing.context(),
      this.managing.owner(this.owner),
    ]);
    return { context, owner };
  }

  protected override nameOf({ id }: WireOwner): string {
    return this.ownerName?.trim() || id;
  }
}
