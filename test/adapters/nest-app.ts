import {
  Controller,
  type INestApplication,
  Module,
  type ModuleMetadata,
  type Type,
} from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { ExpressAdapter, type NestExpressApplication } from "@nestjs/platform-express";
import { FastifyAdapter } from "@nestjs/platform-fastify";
import { onTestFinished } from "vitest";

/** Whom a platform believes about the addresses of clients. */
type Trust = boolean | string | string[] | ((address: string, hop: number) => boolean);

/** Nest's platforms. */
export const platforms = {
  express: (trust: Trust = false): ExpressAdapter => {
    const adapter = new ExpressAdapter();
    adapter.set("trust proxy", trust);
    return adapter;
  },
  fastify: (trust: Trust = false): FastifyAdapter => new FastifyAdapter({ trustProxy: trust }),
} as const;

/** What decorator syntax would do to a method: sources here are erasable, so decorators are called. */
function decorateMethod(type: Type, name: string, ...decorators: MethodDecorator[]): void {
  const { prototype } = type;
  // A cast, as the method is there.
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name) as PropertyDescriptor;
  for (const decorator of decorators) decorator(prototype, name, descriptor);
}

/** A handler and its decorators, those of its parameters in their order. */
export interface Handler {
  readonly on: readonly MethodDecorator[];
  readonly parameters?: readonly ParameterDecorator[];
  readonly run: (...parameters: never[]) => unknown;
}

/** A controller of the given handlers. */
export function controller(
  path: string,
  on: readonly ClassDecorator[],
  handlers: Readonly<Record<string, Handler>>,
): Type {
  class MadeController {}
  const { prototype } = MadeController;
  for (const [name, { on: decorators, parameters = [], run }] of Object.entries(handlers)) {
    Object.defineProperty(prototype, name, { value: run });
    decorateMethod(MadeController, name, ...decorators);
    for (const [index, decorate] of parameters.entries()) decorate(prototype, name, index);
  }
  Controller(path)(MadeController);
  for (const decorate of on) decorate(MadeController);
  return MadeController;
}

/** A module class, as each test has its own. */
export function moduleOf(metadata: ModuleMetadata): Type {
  class MadeModule {}
  Module(metadata)(MadeModule);
  return MadeModule;
}

export interface RunningApp {
  readonly app: INestApplication;
  /** Calls a path with a token, or without one. */
  call(path: string, secret?: string, init?: RequestInit): Promise<Response>;
}

/** Starts an application for the length of a test. */
export async function startApp(
  metadata: ModuleMetadata,
  adapter: ExpressAdapter | FastifyAdapter = new ExpressAdapter(),
  prepare: (app: INestApplication) => unknown = () => {},
): Promise<RunningApp> {
  const options = { abortOnError: false, forceCloseConnections: true, logger: false } as const;
  const app = await NestFactory.create<NestExpressApplication>(
    moduleOf(metadata),
    adapter,
    options,
  );
  onTestFinished(() => app.close());
  await prepare(app);
  await app.listen(0, "127.0.0.1");
  const origin = await app.getUrl();
  return {
    app,
    call: (path, secret, { headers, ...init } = {}) =>
      fetch(`${origin}${path}`, {
        ...init,
        headers: {
          ...headers,
          ...(secret === undefined ? {} : { authorization: `Bearer ${secret}` }),
        },
      }),
  };
}
