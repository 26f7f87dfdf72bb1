import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithBinary, startNginx, type TestServer } from "./index.ts";
import { familyOf, isRunning, linkOf } from "./processes.ts";

const ADDRESS = "127.0.0.2";

describeWithBinary("nginx", "an nginx of a test's own", () => {
  let app: Server;
  let nginx: TestServer;
  beforeAll(async () => {
    app = createServer(({ headers, socket }, response) => {
      response.end(`${socket.remoteAddress} ${headers["x-forwarded-for"]}`);
    });
    await once(app.listen(0, "127.0.0.1"), "listening");
    const address = app.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    nginx = await startNginx({
      ...{ address: ADDRESS, target: { host: "127.0.0.1", port } },
      ...{ header: "x-forwarded-for", style: "documented" },
    });
  });
  afterAll(async () => {
    await nginx[Symbol.asyncDispose]();
    app.close();
  });

  const ask = async (): Promise<string> => {
    const answer = await fetch(nginx.url, { headers: { "x-forwarded-for": "10.9.9.9" } });
    return answer.text();
  };
  const said = /^127\.0\.0\.2 10\.9\.9\.9, 127\.0\.0\.\d+$/;

  test("listens and connects at its own address, and says for whom", async () => {
    expect(nginx).toMatchObject({ host: ADDRESS, url: `http://${ADDRESS}:${nginx.port}` });
    expect(await ask()).toMatch(said);
  });

  test("is killed and stopped with its workers, and comes back on its port", async () => {
    const processes = ownProcesses();
    expect(processes.length).toBeGreaterThanOrEqual(2);
    await nginx.kill();
    expect(processes.filter(isRunning)).toEqual([]);
    await expect(ask()).rejects.toThrow();
    await nginx.restart();
    expect(await ask()).toMatch(said);
    await nginx.stop();
    expect(ownProcesses()).toEqual([]);
    await nginx.restart();
    expect(await ask()).toMatch(said);
  });

  test("is disposed of, and leaves neither a process nor a file behind", async () => {
    // It shows its arguments, of which the folder is one.
    const shown = readFileSync(`/proc/${ownProcesses()[0]}/cmdline`, "utf8");
    const [folder = ""] = /\S+tokenry-nginx-\w+/.exec(shown) ?? [];
    expect(existsSync(folder)).toBe(true);
    await nginx[Symbol.asyncDispose]();
    expect(ownProcesses()).toEqual([]);
    expect(existsSync(folder)).toBe(false);
  });
});

/** This process's descendants that are an nginx. */
function ownProcesses(): readonly number[] {
  const isNginx = (pid: number): boolean => linkOf(pid, "exe").endsWith("/nginx");
  return familyOf(process.pid).filter((pid) => isRunning(pid) && isNginx(pid));
}
