import { createProtect, type FetchHandler } from "tokenry/fetch";
import { tokens } from "../../../../shop.ts";

const protect = createProtect(tokens);

/** What this uses of a NextRequest, whose package need not be installed here. */
type WithUrl = Request & { readonly nextUrl: URL };

interface WithParams {
  readonly params: Promise<{ readonly id: string }>;
}

export const GET: FetchHandler<WithUrl, [context: WithParams]> = protect(
  "orders",
  { level: "full", cost: 5 },
  async (request: WithUrl, token, { params }: WithParams) =>
    Response.json({
      id: (await params).id,
      view: request.nextUrl.searchParams.get("view"),
      left: token.budget.remaining,
    }),
);
