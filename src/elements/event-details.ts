/** A token that something was done to. */
export interface TokenEventDetail {
  readonly tokenId: string;
  readonly kind: string;
}

/** That all tokens of an owner ended, or all of a kind. */
export interface AllRevokedDetail {
  readonly owner: string;
  /** How many there were. */
  readonly revoked: number;
  readonly kind?: string;
}

/** What the events of the screens tell, by their names. All bubble out of the shadow roots; none carries a secret. */
export interface TokenryEventDetails {
  "tokenry-issued": TokenEventDetail;
  "tokenry-regenerated": TokenEventDetail;
  /** Without `tokenId` a rotation was cancelled; without `kind` it was turned down at its link. */
  "tokenry-changed": Partial<TokenEventDetail>;
  "tokenry-revoked": TokenEventDetail | AllRevokedDetail;
  "tokenry-rotation-requested": Pick<TokenEventDetail, "kind">;
  "tokenry-zones-changed": { readonly zone: string };
  /** The session has ended. Cancelable: the screens then say nothing of it. */
  "tokenry-signed-out": null;
  /** Who is signed in has to confirm it. */
  "tokenry-step-up-required": null;
}

/** The events of the screens, as `addEventListener` takes them. */
export type TokenryEventMap = {
  [Name in keyof TokenryEventDetails]: CustomEvent<TokenryEventDetails[Name]>;
};
