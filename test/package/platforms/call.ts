import { type IncomingHttpHeaders, request } from "node:http";
import { text } from "node:stream/consumers";

export type Line = readonly [name: string, value: string];

export interface Called {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Calls with the header lines as they are: `fetch` would join those of one name. */
export async function call(
  method: string,
  url: string,
  lines: readonly Line[] = [],
  body = "",
): Promise<Called> {
  const { host, hostname, port, pathname, search } = new URL(url);
  const length: readonly Line[] = body === "" ? [] : [["Content-Length", `${body.length}`]];
  const headers = ["Host", host, ...[...lines, ...length].flat()];
  const path = `${pathname}${search}`;
  const sent = request({ hostname, port, path, method, headers, agent: false });
  const answered = new Promise<Called>((resolve, reject) => {
    sent.on("error", reject);
    sent.on("response", (message) => {
      const { statusCode: status, headers } = message;
      text(message).then((body) => resolve({ status, headers, body }), reject);
    });
    sent.on("upgrade", ({ statusCode: status, headers }, socket) => {
      socket.destroy();
      resolve({ status, headers, body: "" });
    });
  });
  sent.end(body);
  return answered;
}

/** The line that presents a token. */
export function bearer(secret: string): Line {
  return ["Authorization", `Bearer ${secret}`];
}
