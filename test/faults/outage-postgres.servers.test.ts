import { describeWithBinary } from "../servers/index.ts";
import { databaseFaultCases } from "./outage/database-cases.ts";
import { POSTGRES } from "./outage/databases.ts";

describeWithBinary("postgres", "a PostgreSQL", () => databaseFaultCases(POSTGRES));
