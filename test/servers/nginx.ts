import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ForwardingHeader } from "../../src/http/forwarded.ts";
import { requireBinary } from "./binaries.ts";
import type { ProxyTarget } from "./proxy.ts";
import { startServer, type TestServer } from "./server.ts";

/**
 * How a proxy says for whom it forwards: as nginx's documentation has it, which reads what the client sent; behind whatever the client sent,
 * in the same line; or in a line of its own after the client's.
 */
export type ForwardingStyle = "documented" | "blind" | "own line";

export interface NginxOptions {
  /** From where it connects, and where it listens: an address of its own, in 127.0.0.0/8. */
  readonly address: string;
  /** Where it listens instead, as in `"::1"`. */
  readonly listenAt?: string;
  readonly target: ProxyTarget;
  /** The header that it writes. The other one it passes on. */
  readonly header: ForwardingHeader;
  readonly style: ForwardingStyle;
}

/** Starts an nginx that passes everything on to its target, but `/nginx`, where it answers by itself. */
export function startNginx(options: NginxOptions): Promise<TestServer> {
  const nginx = requireBinary("nginx");
  const { address, listenAt = address } = options;
  const host = listenAt.includes(":") ? `[${listenAt}]` : listenAt;
  return startServer({
    name: "nginx",
    host: listenAt,
    stopSignal: "SIGTERM",
    leftovers: [],
    create: async () => undefined,
    command: (folder, port) => {
      // It has the port, and so there is no configuration before there is a port.
      writeFileSync(join(folder, "nginx.conf"), configuration(`${host}:${port}`, options));
      return [nginx, "-p", `${folder}/`, "-c", "nginx.conf"];
    },
    url: (port) => `http://${host}:${port}`,
    ask: async (url) => {
      const answer = await fetch(`${url}/nginx`, { signal: AbortSignal.timeout(5000) });
      if (answer.status !== 204) throw new Error(`answers with ${answer.status}`);
    },
  });
}

const FIELDS: Readonly<Record<ForwardingHeader, Readonly<Record<ForwardingStyle, string[]>>>> = {
  "x-forwarded-for": {
    documented: ["$proxy_add_x_forwarded_for"],
    blind: ["$blind_x_forwarded_for"],
    "own line": ["$http_x_forwarded_for", "$remote_addr"],
  },
  forwarded: {
    documented: ["$proxy_add_forwarded"],
    blind: ["$blind_forwarded"],
    "own line": ["$http_forwarded", "$forwarded_element"],
  },
};

/** A relative path is one in the folder. Requests are larger than usual: some are meant to be. */
function configuration(listen: string, { address, target, header, style }: NginxOptions): string {
  const fields = FIELDS[header][style].map((value) => `proxy_set_header ${header} ${value};`);
  const folders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  return `
    daemon off;
    pid pid;
    error_log stderr;
    worker_processes 1;
    events {}
    http {
      access_log off;
      ${folders.map((name) => `${name}_temp_path ${name};`).join(" ")}
      large_client_header_buffers 8 64k;
      proxy_headers_hash_bucket_size 128;
      ${MAPS}
      server {
        listen ${listen};
        location = /nginx { return 204; }
        location / {
          proxy_pass http://${target.host}:${target.port};
          proxy_bind ${address};
          proxy_set_header Host $http_host;
          ${fields.join("\n          ")}
        }
      }
    }`;
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const QUOTED = String.raw`\"([\\t \\x21\\x23-\\x5B\\x5D-\\x7E\\x80-\\xFF]|\\\\[\\t \\x21-\\x7E\\x80-\\xFF])*\"`;
const PAIR = `${TOKEN}=(${TOKEN}|${QUOTED})`;
const ELEMENT = `(${PAIR})?(;(${PAIR})?)*`;

/** The first two are what https://www.nginx.com/resources/wiki/start/topics/examples/forwarded/ has for RFC 7239. */
const MAPS = String.raw`
      map $remote_addr $forwarded_element {
        ~^[0-9.]+$ "for=$remote_addr";
        ~^[0-9A-Fa-f:.]+$ "for=\"[$remote_addr]\"";
        default "for=unknown";
      }
      map $http_forwarded $proxy_add_forwarded {
        "~^(,[ \\t]*)*${ELEMENT}([ \\t]*,([ \\t]*${ELEMENT})?)*$" "$http_forwarded, $forwarded_element";
        default $forwarded_element;
      }
      map $http_forwarded $blind_forwarded {
        "" $forwarded_element;
        default "$http_forwarded, $forwarded_element";
      }
      map $http_x_forwarded_for $blind_x_forwarded_for {
        "" $remote_addr;
        default "$http_x_forwarded_for, $remote_addr";
      }`;
