import { createFindAddress } from "../../http/client-address.ts";
import { supplied } from "../config.ts";
import { type Check, failed, ok, warning } from "./finding.ts";

/** What `createTokenry` refuses below, and what HMAC-SHA-256 gives its full strength with (RFC 2104 section 3). */
const LEAST_BYTES = 16;
const GOOD_BYTES = 32;

const peppers: Check = {
  name: "peppers",
  next: "Correct config.peppers.",
  needsTokenry: ({ peppers: given = [] }) => given.length === 0,
  async run(session) {
    const { peppers: given } = await session.config();
    if (given === undefined || given.length === 0)
      return withoutPeppers(await needingPeppers(session));
    const lengths = given.map(({ key }) => Buffer.from(key).length);
    const least = Math.min(...lengths);
    if (least < LEAST_BYTES)
      return failed(
        `one has ${least} bytes`,
        `At least ${LEAST_BYTES}: tokenry keys generate pepper.`,
      );
    if (least < GOOD_BYTES)
      return warning(
        `one has ${least} bytes`,
        `${GOOD_BYTES} random ones are better: put tokenry keys generate pepper before it.`,
      );
    return ok(`${given.length}, of ${least} bytes or more`);
  },
};

type Session = Parameters<Check["run"]>[0];

async function needingPeppers(session: Session): Promise<readonly string[]> {
  const { rules } = await session.tokens();
  return Object.entries(rules.kinds)
    .filter(([, { confirmRotation }]) => confirmRotation)
    .map(([name]) => name);
}

/** A tokenry whose kinds need them does not open without: it has some that the configuration does not show. */
function withoutPeppers(needing: readonly string[]) {
  return needing.length === 0
    ? ok("none given, and no kind needs one")
    : warning(
        `not looked at: kind ${needing.join(", ")} confirms rotations by them`,
        "Give the configuration the peppers of createTokenry: defineConfig({ tokens, peppers }).",
      );
}

const proxies: Check = {
  name: "trusted proxies",
  next: "Correct config.trustProxy.",
  async run(session) {
    const { trustProxy } = await session.config();
    if (trustProxy === undefined)
      return warning(
        "not told: behind a proxy that is not trusted, all clients have its address",
        "Give the configuration the trustProxy of your adapter, or [] where there is no proxy.",
      );
    if (trustProxy.length === 0) return ok("there is none");
    return trustsAll(trustProxy)
      ? warning(
          `${trustProxy.join(", ")}: every address is trusted, and no client has one then`,
          "Give the addresses of your proxies only, to your adapter too.",
        )
      : ok(trustProxy.join(", "));
  },
};

/** Nothing is read of a request where there is none. */
const NO_REQUEST = {
  method: () => "",
  target: () => "",
  lines: () => [],
  peer: () => undefined,
};

/** Whether an adapter would warn that whatever says so is a proxy. Throws what an adapter would. */
function trustsAll(trustProxy: readonly string[]): boolean {
  const warnings: string[] = [];
  createFindAddress({ trustProxy }, NO_REQUEST, (text) => void warnings.push(text));
  return warnings.length > 0;
}

const notifier: Check = {
  name: "notifier",
  next: "Correct config.notifier.",
  async run(session) {
    const { notifier: given } = await session.config();
    if (given === undefined)
      return warning(
        "not told: without one, owners hear nothing of what happens to their tokens",
        "Give the configuration the notifier of createTokenry: defineConfig({ tokens, notifier }).",
      );
    return ok(`channels ${(given.channels ?? ["notifier"]).join(", ")}`);
  },
};

const signingKeys: Check = {
  name: "signing keys",
  next: "See to the store of the keys and the key that they are encrypted under; keys.maintain() makes the first.",
  async run(session) {
    const { signingKeys: given } = await session.config();
    if (given === undefined) return;
    const keys = await supplied(given, ["current", "published"], "config.signingKeys");
    const { kid, algorithm } = await keys.current();
    const { keys: published } = await keys.published();
    if (!published.some((key) => key.kid === kid))
      return failed(`${kid} signs and is not published`, "Run keys.maintain() on every node.");
    return ok(`${kid} signs by ${algorithm}; ${published.length} are published`);
  },
};

/** What the configuration says of the host's settings. */
export const SETTING_CHECKS: readonly Check[] = [peppers, proxies, notifier, signingKeys];
