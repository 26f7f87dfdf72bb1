// Starts servers, says so, and leaves them to their fate: the test next to it kills this process.
import { startPostgres } from "./postgres.ts";
import { startRedis } from "./redis.ts";

const [, redis] = await Promise.all([startPostgres(), startRedis()]);
redis.pause();
process.stdout.write("started\n");
process.stdin.once("end", () => process.exit()).resume();
