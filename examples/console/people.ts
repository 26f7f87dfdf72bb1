import type { Directory, Owner } from "tokenry";

/** What a person may do in the console. */
export type Role = "user" | "administrator" | "master administrator";

/** What the application knows of its people besides what tokenry asks for. */
export interface Profile {
  readonly name: string;
  readonly role: Role;
  /** Whether the sign-in page offers this person. */
  readonly signsIn: boolean;
}

export type Person = Owner<Profile> & Required<Pick<Owner<Profile>, "email" | "profile">>;

/** What a master administrator switches. */
export type Switches = Partial<Pick<Person, "active" | "apiAccess" | "methods">>;

/** The application's users. A real application asks its database; tokenry asks this at every call and every change. */
export interface People extends Directory<Profile> {
  find(id: string): Person | undefined;
  all(): readonly Person[];
  change(id: string, switches: Switches): void;
}

/** Makes the five people of the demo. */
export function createPeople(): People {
  const people = new Map(
    [
      person("uma", "Uma Berg", "user"),
      person("adam", "Adam Cole", "administrator"),
      person("mia", "Mia Stone", "master administrator"),
      person("carol", "Carol Diaz", "user", false),
      { ...person("sven", "Sven Lund", "user", false), active: false },
    ].map((each) => [each.id, each]),
  );
  return {
    find: (id) => people.get(id),
    all: () => [...people.values()],
    change(id, switches) {
      const before = people.get(id);
      if (before !== undefined) people.set(id, { ...before, ...switches });
    },
  };
}

/** Whether a person sees the "Security" menu: the same right by which tokenry lets them act for others. */
export function isManager({ active, managesTokens }: Person): boolean {
  return active && managesTokens === true;
}

/** Whether a person may switch what others may do. A session that is older than its person's end gives no rights. */
export function isMaster({ active, profile }: Person): boolean {
  return active && profile.role === "master administrator";
}

function person(id: string, name: string, role: Role, signsIn = true): Person {
  return {
    ...{ id, account: "acme", active: true, apiAccess: true },
    email: `${id}@acme.example`,
    managesTokens: role !== "user",
    profile: { name, role, signsIn },
  };
}
