import { createProtect, type FetchHandler } from "tokenry/fetch";
import { tokens } from "../../../shop.ts";

/** One object for all requests: what each client is told of its own budget must not stay on it. */
const NOTHING = new Response(null, { status: 204 });

export const GET: FetchHandler = createProtect(tokens)("orders", { cost: 20 }, () => NOTHING);
