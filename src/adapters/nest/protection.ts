import { checkMethods, checkObject } from "../../checks.ts";
import type { Answer } from "../../http/answer.ts";
import { type Admit, Gate, type TokenChecker } from "../../http/gate.ts";
import type { HttpOptions } from "../../http/options.ts";
import type { Accepted } from "../../model.ts";
import { fieldsBeside } from "../cache-control.ts";
import { createVerdictMark } from "../verdict-mark.ts";
import { type NestRequest, type NestResponse, nestReader, setNestFields } from "./message.ts";
import { TokenRefusedException } from "./refused.ts";
import type { GuardedRoute, ProtectedRoute } from "./route.ts";

/** A tokenry and the options of the HTTP layer. */
export interface ProtectionOptions<Request extends NestRequest = NestRequest>
  extends HttpOptions<Request> {
  readonly tokens: TokenChecker;
}

const mark = createVerdictMark<Accepted>();

/** The verdict on the token of a request that was let through. */
export function verdictOn(request: NestRequest): Accepted | undefined {
  return mark.of(request);
}

/** What all guards of one module share. */
export class Protection {
  /** Where a request has the route that it was let through to: for each protection apart, as each checks with a tokenry of its own. */
  readonly #passed: symbol = Symbol("tokenry route");
  readonly #gate: Gate<NestRequest, string, string, unknown>;
  readonly #admits = new WeakMap<ProtectedRoute, Admit<NestRequest>>();

  /** @throws TypeError or RangeError that names the path of a wrong option. */
  constructor(options: ProtectionOptions) {
    checkObject(options, "options");
    const { tokens, ...httpOptions } = options;
    checkMethods(tokens, ["verify", "revokeCurrent"], "options.tokens");
    this.#gate = new Gate(tokens, httpOptions, nestReader);
  }

  /**
   * Lets a request in, once: a guard of the application and another of the handler are one check.
   *
   * @throws TokenRefusedException for a request that is refused.
   */
  async enter(route: GuardedRoute, request: NestRequest, response: NestResponse): Promise<void> {
    if (Reflect.get(request, this.#passed) === route) return;
    if (route.type === "revoke-current") await this.#revoke(request, response);
    else await this.#admit(route, request, response);
    Reflect.set(request, this.#passed, route);
  }

  async #admit(route: ProtectedRoute, request: NestRequest, response: NestResponse): Promise<void> {
    const admission = await this.#admitOf(route)(request);
    if (admission.outcome === "preflight") return;
    if (admission.outcome === "refused") refuse(admission.answer, response);
    setNestFields(response, fieldsBeside(response, admission.headers));
    mark.put(request, admission.verdict);
  }

  #admitOf(route: ProtectedRoute): Admit<NestRequest> {
    let admit = this.#admits.get(route);
    if (admit === undefined) {
      admit = this.#gate.protect(route.api, route.requirement);
      this.#admits.set(route, admit);
    }
    return admit;
  }

  async #revoke(request: NestRequest, response: NestResponse): Promise<void> {
    const revocation = await this.#gate.revokeCurrent(request);
    if (revocation.outcome === "preflight") return;
    if (revocation.outcome === "refused") refuse(revocation.answer, response);
    setNestFields(response, revocation.answer.headers);
  }
}

/** A filter of the host's own chooses the type of what it sends, but keeps the challenge and the wait. */
function refuse(answer: Answer, response: NestResponse): never {
  const fields = answer.headers.filter(([name]) => name.toLowerCase() !== "content-type");
  setNestFields(response, fields);
  throw new TokenRefusedException(answer);
}
