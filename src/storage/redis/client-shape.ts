/** Clients are recognised by what they can do: theirs is a choice of three packages, in versions of the host's. */
export function hasMethods(client: unknown, methods: readonly string[]): client is object {
  return (
    typeof client === "object" &&
    client !== null &&
    methods.every((method) => typeof Reflect.get(client, method) === "function")
  );
}

/** Whether a client is of a cluster: then the keys of a script must share a slot, and what it subscribes to has a connection of its own. */
export function isCluster(client: object): boolean {
  return Reflect.get(client, "isCluster") === true || Reflect.has(client, "masters");
}

/** What an option accepts, for the message when it is something else. */
export const ACCEPTED =
  "a client of ioredis, iovalkey or node-redis, or a cluster client of one of them";
