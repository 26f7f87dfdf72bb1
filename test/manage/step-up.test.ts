import { describe, expect, test, vi } from "vitest";
import { SYSTEM, TokenryError } from "../../src/index.ts";
import { ADA, MANAGER } from "../support/directory.ts";
import { createManageWorld } from "./world.ts";

const SENSITIVE = [
  ["POST", "/owners/ada/tokens", { kind: "service", name: "one" }],
  ["DELETE", "/owners/ada/tokens", undefined],
  ["POST", "/tokens/TOKEN/regenerate", {}],
  ["POST", "/owners/ada/rotations/web", {}],
  ["POST", "/rotations/confirm", { code: "x" }],
] as const;

describe("ASVS 7.5.3 what makes a secret or ends many", () => {
  test.each(SENSITIVE)("%s %s waits until who is signed in has confirmed it", async (...asked) => {
    const [method, path, body] = asked;
    let isConfirmed: unknown = false;
    const stepUp = vi.fn(() => isConfirmed as boolean);
    const world = createManageWorld({ stepUp });
    const { token } = await world.issue({ kind: "application" });
    await world.tokens.issue({ kind: "web", owner: ADA, actor: SYSTEM, name: "pair" });
    const before = (await world.trail()).length;
    const to = path.replace("TOKEN", token.id);
    const ask = () => world.ask(method, to, { as: MANAGER, body });
    expect(await ask()).toMatchObject({ status: 403, code: "step_up_required" });
    isConfirmed = "yes";
    expect(await ask()).toMatchObject({ status: 403, code: "step_up_required" });
    expect((await world.trail()).length).toBe(before);
    isConfirmed = true;
    expect((await ask()).code).not.toBe("step_up_required");
    expect(stepUp).toHaveBeenCalledTimes(3);
  });

  test("nothing else waits", async () => {
    const stepUp = vi.fn(() => false);
    const world = createManageWorld({ stepUp });
    const { token } = await world.issue();
    const ask = (method: string, path: string, body?: object) =>
      world.ask(method, path, { as: ADA, ...(body === undefined ? {} : { body }) });
    expect((await ask("GET", "/context")).status).toBe(200);
    expect((await ask("PATCH", `/tokens/${token.id}`, { name: "two" })).status).toBe(200);
    expect((await ask("DELETE", `/tokens/${token.id}`)).status).toBe(204);
    expect(stepUp).not.toHaveBeenCalled();
  });

  test.each([new Error("out of reach"), new TokenryError("not_found")])(
    "what cannot be decided is refused, and told to the host: %s",
    async (error) => {
      const world = createManageWorld({ stepUp: () => Promise.reject(error) });
      const body = { kind: "service", name: "one" };
      const answer = await world.ask("POST", "/owners/ada/tokens", { as: ADA, body });
      expect(answer).toMatchObject({ status: 503, code: "unavailable" });
      expect(world.outages).toHaveLength(1);
    },
  );
});
