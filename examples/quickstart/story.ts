import { createClient } from "./client.ts";
import type { Host } from "./host.ts";
import { type Teller, told } from "./print.ts";
import type { RunningServer } from "./server.ts";
import { end, replace } from "./story/end.ts";
import { issue } from "./story/issue.ts";
import type { Scene } from "./story/scene.ts";
import { spend } from "./story/spend.ts";
import { use } from "./story/use.ts";

/** The life of one token: a program uses it over HTTP, its owner and a manager work on it in the host's own pages. */
export async function tellStory(tell: Teller, host: Host, server: RunningServer): Promise<void> {
  tell.chapter(`An orders API on ${server.origin}, its tokens in ${host.file}`);
  const scene: Scene = {
    tell,
    host: {
      ...host,
      tokens: told(tell, "tokens", host.tokens),
      users: told(tell, "users", host.users),
    },
    call: createClient(tell, server),
    refusals: [],
  };
  const issued = await issue(scene);
  await use(scene, issued);
  await spend(scene, issued);
  const second = await replace(scene, issued);
  await end(scene, second);
}
