import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect, parseArgs } from "node:util";
import { openHost } from "./host.ts";
import { tellManyChoice } from "./presets/many-choice.ts";
import { tellManySliding } from "./presets/many-sliding.ts";
import { tellPrimaryBackup } from "./presets/primary-backup.ts";
import { tellSingleFixed } from "./presets/single-fixed.ts";
import { createTeller } from "./print.ts";
import { serve } from "./serve.ts";
import { startServer } from "./server.ts";
import { tellStory } from "./story.ts";

const { values } = parseArgs({ options: { serve: { type: "boolean", default: false } } });
const folder = await mkdtemp(join(tmpdir(), "tokenry-quickstart-"));
const host = await openHost(folder);
const server = await startServer(host.tokens);
const tell = createTeller();
try {
  await tellStory(tell, host, server);
  for (const preset of [tellSingleFixed, tellManySliding, tellManyChoice, tellPrimaryBackup])
    await preset(tell);
  process.stdout.write(`\n${tell.steps} steps, all as expected\n`);
  if (values.serve) await serve(host, server);
} catch (error) {
  process.exitCode = 1;
  process.stderr.write(`\n${inspect(error)}\n`);
} finally {
  await server.close();
  await host.close();
  if (!values.serve) await rm(folder, { recursive: true });
}
