import { ADMINISTRATION } from "./administration.ts";
import { OWN_TOKENS } from "./own-tokens.ts";
import type { Scene } from "./scene.ts";
import { STATES } from "./states.ts";

export type { Scene } from "./scene.ts";

/** Every screen and dialog, in every state. */
export const SCENES: readonly Scene[] = [...STATES, ...OWN_TOKENS, ...ADMINISTRATION];

/** How each is looked at. */
export const LOOKS = (["light", "dark"] as const).flatMap((colorScheme) => [
  { name: `${colorScheme}-wide`, colorScheme, width: 1100, height: 800 },
  { name: `${colorScheme}-narrow`, colorScheme, width: 360, height: 740 },
]);
