import { createProtect, type FetchHandler } from "tokenry/fetch";
import { tokens } from "../../../shop.ts";

export const DELETE: FetchHandler = createProtect(tokens).revokeCurrent();
