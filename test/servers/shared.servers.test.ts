import { expect, test } from "vitest";
import { describeWithServer, freshDatabase } from "./index.ts";
import { mariadbNotebook, postgresNotebook, redisNotebook } from "./notebook.ts";
import { redisCommand } from "./redis.ts";

const DATABASES = [
  { name: "postgres", open: postgresNotebook },
  { name: "mariadb", open: mariadbNotebook },
] as const;

for (const { name, open } of DATABASES) {
  describeWithServer(name, `the shared ${name}`, (url) => {
    test("makes databases that know nothing of each other and are gone after use, connections and all", async () => {
      await using one = await freshDatabase(url);
      await using other = await freshDatabase(url);
      await using notebook = await open(one.url);
      await notebook.write("here");
      await using otherNotebook = await open(other.url);
      expect(await otherNotebook.read()).toEqual([]);
      expect(await notebook.read()).toEqual(["here"]);
      await one.drop();
      await one.drop();
      await expect(open(one.url)).rejects.toThrow(/does not exist|Unknown database/);
    });

    test("makes many databases at once", async () => {
      const databases = await Promise.all(Array.from({ length: 8 }, () => freshDatabase(url)));
      expect(new Set(databases.map((database) => database.url)).size).toBe(8);
      await Promise.all(databases.map(({ drop }) => drop()));
    });
  });
}

describeWithServer("redis", "the shared redis", (url) => {
  test("answers", async () => {
    await using notebook = await redisNotebook(url);
    await notebook.write("here");
    expect(await notebook.read()).toContain("here");
    await redisCommand(url, "DEL", "notes");
  });

  test("makes no databases", async () => {
    await expect(freshDatabase(url)).rejects.toThrow(TypeError);
  });
});

describeWithServer("redisCluster", "the shared Redis Cluster", (url) => {
  test("is a cluster, and whole", async () => {
    expect(await redisCommand(url, "CLUSTER", "INFO")).toContain("cluster_state:ok");
  });
});
