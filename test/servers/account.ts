import { chownSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { guard } from "./guard.ts";

/** Whom a server runs as; empty: as the user that runs the tests. */
export type Account =
  | { readonly uid: number; readonly gid: number }
  | { readonly uid?: never; readonly gid?: never };

/** Databases refuse to run as root: then they run as `nobody`. */
export function serverAccount(): Account {
  if (process.getuid?.() !== 0) return {};
  const entry = /^nobody:[^:]*:(?<uid>\d+):(?<gid>\d+):/m.exec(readFileSync("/etc/passwd", "utf8"));
  if (entry?.groups === undefined) throw new Error("/etc/passwd has no user nobody");
  return { uid: Number(entry.groups.uid), gid: Number(entry.groups.gid) };
}

/** An empty folder that servers may write to. It goes when this process ends, if not before. */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `tokenry-${name}-`));
  guard({ folder });
  const { uid, gid } = serverAccount();
  if (uid !== undefined) chownSync(folder, uid, gid);
  return folder;
}
