import { createProtect, type FetchHandler } from "tokenry/fetch";
import { tokens } from "../../../shop.ts";

export const GET: FetchHandler = createProtect(tokens)("orders", { cost: 20 }, () =>
  Response.redirect("https://shop.example/orders", 307),
);
