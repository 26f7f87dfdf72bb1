import {
  type DynamicModule,
  type FactoryProvider,
  Module,
  type ModuleMetadata,
  type Provider,
} from "@nestjs/common";
import { APP_FILTER } from "@nestjs/core";
import { PROTECTION, TokenGuard } from "./nest/guard.ts";
import type { NestRequest } from "./nest/message.ts";
import { Protection, type ProtectionOptions } from "./nest/protection.ts";
import { TokenRefusedFilter } from "./nest/refused.ts";

export type { Answer, HeaderField } from "../http/answer.ts";
export type { CredentialOptions } from "../http/credentials.ts";
export type { GuessingOptions } from "../http/failure-limit.ts";
export type { TokenChecker } from "../http/gate.ts";
export type { HttpOptions } from "../http/options.ts";
export type { HttpRefusal } from "../http/refusals.ts";
export type { ApiOf, Requirement } from "../http/requirement.ts";
export type { WebClient, WebHandler } from "../http/web-handler.ts";
export type { MountOptions, WebListener } from "./mounting.ts";
export {
  CurrentToken,
  type CurrentTokenOf,
  Protect,
  type ProtectOf,
  RevokeCurrent,
  type RouteDecorator,
  Unprotected,
} from "./nest/decorators.ts";
export { TokenGuard } from "./nest/guard.ts";
export type { NestRequest } from "./nest/message.ts";
export { type MountedRequest, mount } from "./nest/mount.ts";
export type { ProtectionOptions } from "./nest/protection.ts";
export { TokenRefusedException } from "./nest/refused.ts";
export type { NodeMiddleware } from "./node-mount.ts";
export type { Origin } from "./origin.ts";

/** The tokenry that the module was given, for your own services: `@Inject(TOKENRY)`. */
export const TOKENRY: unique symbol = Symbol("tokenry");

const OPTIONS: unique symbol = Symbol("tokenry.options");

/** Options of `TokenryModule.forRoot`: a tokenry, and those of every adapter. */
export interface TokenryModuleOptions<Request extends NestRequest = NestRequest>
  extends ProtectionOptions<Request> {
  /** Whether all modules of the application see the tokenry, without an import. Default `true`. */
  readonly global?: boolean;
}

/** Options of `TokenryModule.forRootAsync`. */
export interface TokenryModuleAsyncOptions<Request extends NestRequest = NestRequest>
  extends Pick<ModuleMetadata, "imports"> {
  /** What the factory gets, in its order. */
  readonly inject?: FactoryProvider["inject"];
  readonly useFactory: (
    ...dependencies: never[]
  ) => ProtectionOptions<Request> | Promise<ProtectionOptions<Request>>;
  /** Whether all modules of the application see the tokenry, without an import. Default `true`. */
  readonly global?: boolean;
}

/**
 * Gives an application its tokenry: what `Protect` needs.
 *
 * It has a filter for the refusals, which the last filter of the application to be registered for the same exception precedes.
 *
 * @example
 * \@Module({ imports: [TokenryModule.forRoot({ tokens })], controllers: [OrdersController] })
 * class AppModule {}
 */
// biome-ignore lint/complexity/noStaticOnlyClass: Nest knows a module by its class.
export class TokenryModule {
  /** @throws TypeError or RangeError that names the path of a wrong option. */
  static forRoot<Request extends NestRequest = NestRequest>(
    options: TokenryModuleOptions<Request>,
  ): DynamicModule {
    const { global = true, ...rest } = options;
    // A cast, as nothing can check that the platform's requests are those that the options were written for.
    const protection = new Protection(rest as ProtectionOptions);
    return createModule({ global }, [
      { provide: PROTECTION, useValue: protection },
      { provide: TOKENRY, useValue: rest.tokens },
    ]);
  }

  /**
   * The same with options that other providers make. What is wrong with them shows when the application starts.
   *
   * @example
   * TokenryModule.forRootAsync({
   *   imports: [DatabaseModule],
   *   inject: [Database],
   *   useFactory: (database: Database) => ({ tokens: createTokens(database), realm: "shop" }),
   * });
   */
  static forRootAsync<Request extends NestRequest = NestRequest>(
    options: TokenryModuleAsyncOptions<Request>,
  ): DynamicModule {
    const { imports = [], inject = [], useFactory, global = true } = options;
    return createModule({ global, imports }, [
      { provide: OPTIONS, inject, useFactory },
      {
        provide: PROTECTION,
        inject: [OPTIONS],
        useFactory: (made: ProtectionOptions) => new Protection(made),
      },
      {
        provide: TOKENRY,
        inject: [OPTIONS],
        useFactory: ({ tokens }: ProtectionOptions) => tokens,
      },
    ]);
  }
}

Module({})(TokenryModule);

function createModule(
  parts: Pick<DynamicModule, "global" | "imports">,
  providers: Provider[],
): DynamicModule {
  return {
    ...parts,
    module: TokenryModule,
    providers: [...providers, TokenGuard, { provide: APP_FILTER, useClass: TokenRefusedFilter }],
    exports: [PROTECTION, TOKENRY, TokenGuard],
  };
}
