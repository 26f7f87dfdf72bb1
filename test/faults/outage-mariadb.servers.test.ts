import { describeWithBinary } from "../servers/index.ts";
import { databaseFaultCases } from "./outage/database-cases.ts";
import { MARIADB } from "./outage/databases.ts";

describeWithBinary("mariadb", "a MariaDB", () => databaseFaultCases(MARIADB));
