import { Controller, Delete, Get, Inject, Injectable, Module, Post } from "@nestjs/common";
import {
  CurrentToken,
  type CurrentTokenOf,
  Protect,
  type ProtectOf,
  RevokeCurrent,
  TokenryModule,
} from "tokenry/nest";
import { tokens } from "./tokens.ts";

type Token = CurrentTokenOf<typeof tokens>;

// The same decorator, which knows the names of our APIs.
const ProtectShop: ProtectOf<typeof tokens> = Protect;

@Injectable()
class Orders {
  readonly #orders: string[] = ["A-1001", "A-1002"];

  add(): readonly string[] {
    this.#orders.push(`A-${1001 + this.#orders.length}`);
    return this.#orders;
  }

  list(): readonly string[] {
    return this.#orders;
  }
}

@Controller("orders")
@ProtectShop("orders")
class OrdersController {
  readonly #orders: Orders;

  constructor(@Inject(Orders) orders: Orders) {
    this.#orders = orders;
  }

  @Get()
  list(@CurrentToken() { owner }: Token): object {
    return { orders: this.#orders.list(), for: owner.id };
  }

  @Post()
  add(@CurrentToken() { owner }: Token): object {
    return { orders: this.#orders.add(), for: owner.id };
  }
}

@Controller("invoices")
@ProtectShop("invoices")
class InvoicesController {
  @Get()
  list(@CurrentToken() { owner, token }: Token): object {
    return { invoices: ["2026-07"], for: owner.id, by: token.name };
  }
}

@Controller("token")
class TokenController {
  @Delete()
  @RevokeCurrent()
  end(): void {}
}

@Module({
  imports: [TokenryModule.forRoot({ tokens, realm: "shop" })],
  controllers: [OrdersController, InvoicesController, TokenController],
  providers: [Orders],
})
export class AppModule {}
