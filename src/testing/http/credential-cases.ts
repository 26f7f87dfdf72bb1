import type { HttpSettings } from "./app.ts";
import type { Field, HttpBench, HttpCases, HttpGroups } from "./bench.ts";
import { assertAccepted, assertRefused, type OutwardCode, type Style } from "./expect.ts";

/** What is sent, as fields or as the value of `Authorization`, with `S` for a valid secret. */
type Spelling = string | readonly Field[];

const SECRET = /\bS\b/g;

async function present(bench: HttpBench, spelling: Spelling) {
  const issued = await bench.world.issue();
  const fields: readonly Field[] =
    typeof spelling === "string" ? [["Authorization", spelling]] : spelling;
  const filled = fields.map(
    ([name, value]) => [name, value.replace(SECRET, issued.secret)] as const,
  );
  return { issued, answer: await bench.ask({ fields: filled }) };
}

function accepted(spellings: Readonly<Record<string, Spelling>>): HttpCases {
  return named(spellings, async (bench, spelling) => {
    const { issued, answer } = await present(bench, spelling);
    assertAccepted(answer, issued);
  });
}

function refused(
  code: OutwardCode,
  style: Style,
  spellings: Readonly<Record<string, Spelling>>,
): HttpCases {
  return named(spellings, async (bench, spelling) => {
    const { answer } = await present(bench, spelling);
    assertRefused(bench, answer, code, style);
  });
}

function named(
  spellings: Readonly<Record<string, Spelling>>,
  run: (bench: HttpBench, spelling: Spelling) => Promise<void>,
): HttpCases {
  const entries = Object.entries(spellings);
  return Object.fromEntries(
    entries.map(([name, spelling]) => [name, (bench: HttpBench) => run(bench, spelling)]),
  );
}

const byDefault: HttpCases = {
  ...accepted({
    "R6750-01: a Bearer token is accepted": "Bearer S",
    "R6750-02: the scheme's name is read in lower case": "bearer S",
    "R6750-02: the scheme's name is read in any case": "bEaReR S",
    "R6750-01: several spaces stand between scheme and token": "Bearer    S",
    "RFC 9110 5.5: blanks around the value of the field are no part of it": "  \tBearer S \t ",
    "the field's name is read in any case": [["aUTHORIZATION", "Bearer S"]],
  }),
  ...refused(
    "missing_token",
    {},
    {
      "R6750-08: without credentials the challenge has no error": [],
      "an empty Authorization presents nothing": "",
      "TV-11: Basic is not ours": "Basic YWRhOmxvdmVsYWNl",
      "TV-11: Digest is not ours": 'Digest username="ada", nonce="abc", response="def"',
      "CORE-12: a scheme that is not configured presents nothing: SSWS": "SSWS S",
      "CORE-12: a scheme that is not configured presents nothing: TOK:": "TOK:S",
      "a longer name that begins with Bearer is another scheme": "Bearers S",
      "a secret without a scheme presents nothing": "S",
      "a token in a cookie presents nothing": [["Cookie", "access_token=S; authorization=S"]],
      "x-api-key is not read unless configured": [["X-Api-Key", "S"]],
      "Proxy-Authorization is not read": [["Proxy-Authorization", "Bearer S"]],
      "X-Authorization and the like are not read": [
        ["X-Authorization", "Bearer S"],
        ["X-Forwarded-Authorization", "Bearer S"],
        ["Authorization_", "Bearer S"],
      ],
    },
  ),
  ...refused(
    "invalid_request",
    {},
    {
      "TV-11: Bearer alone is malformed": "Bearer",
      "TV-11: Bearer with two words is malformed": "Bearer a b",
      "TV-11: a valid token with another word behind it is malformed": "Bearer S S",
      "TV-11: Bearer secret-token:abc is no b64token": "Bearer secret-token:abc",
      "two credentials in one line are malformed": "Bearer S, Bearer S",
      "a token in quotes is malformed": 'Bearer "S"',
      "a token with a comma behind it is malformed": "Bearer S,",
      "a token with a parameter behind it is malformed": "Bearer S, realm=api",
      "a token as a parameter is malformed": "Bearer token=S;",
      "R6750-01: a tab does not stand between scheme and token": "Bearer\tS",
      "a tab within the blanks before a token is malformed": "Bearer \tS",
      "padding within a token is malformed": "Bearer a=b",
      "padding alone is no token": "Bearer ==",
      "bytes over 0x7f are in no token": "Bearer S\xe9",
      "a no-break space stands between nothing": "Bearer\xa0S",
      "T-07: two Authorization lines are refused, though both be equal": [
        ["Authorization", "Bearer S"],
        ["Authorization", "Bearer S"],
      ],
      "T-07: two Authorization lines are refused, whatever the second holds": [
        ["Authorization", "Bearer S"],
        ["Authorization", "Basic YWRhOmxvdmVsYWNl"],
      ],
      "T-07: two Authorization lines are refused, whatever the first holds": [
        ["Authorization", "Basic YWRhOmxvdmVsYWNl"],
        ["Authorization", "Bearer S"],
      ],
      "T-07: two Authorization lines are refused, though neither be ours": [
        ["Authorization", "Basic YWRhOmxvdmVsYWNl"],
        ["Authorization", "Basic YWRhOmxvdmVsYWNl"],
      ],
      "T-07: an empty Authorization line before a token is a line too": [
        ["Authorization", ""],
        ["Authorization", "Bearer S"],
      ],
      "T-07: an empty Authorization line behind a token is a line too": [
        ["Authorization", "Bearer S"],
        ["Authorization", ""],
      ],
      "T-07: Authorization lines that differ in the case of the name are two": [
        ["authorization", "Bearer S"],
        ["AUTHORIZATION", "Bearer S"],
      ],
      "T-07: two Authorization lines with other fields between them are refused": [
        ["Authorization", "Bearer S"],
        ["Accept", "*/*"],
        ["Authorization", "Bearer S"],
      ],
      "T-07: three Authorization lines are refused": [
        ["Authorization", "Bearer S"],
        ["Authorization", "Bearer S"],
        ["Authorization", "Bearer S"],
      ],
    },
  ),

  "R6750-05, ASVS 14.2.1: a token in the query presents nothing": async (bench) => {
    const { secret } = await bench.world.issue();
    for (const name of ["access_token", "token", "api_key", "authorization"]) {
      const answer = await bench.ask({ path: `/orders?${name}=${secret}` });
      assertRefused(bench, answer, "missing_token");
    }
  },

  "R6750-04: a token in the body presents nothing": async (bench) => {
    const { secret } = await bench.world.issue();
    const forms: readonly (readonly [string, string])[] = [
      ["application/x-www-form-urlencoded", `access_token=${secret}`],
      ["application/json", JSON.stringify({ access_token: secret, token: secret })],
    ];
    for (const [type, body] of forms) {
      const answer = await bench.ask({ method: "POST", fields: [["Content-Type", type]], body });
      assertRefused(bench, answer, "missing_token");
    }
  },

  "a token in the query beside one in the header changes nothing": async (bench) => {
    const issued = await bench.world.issue();
    const path = `/orders?access_token=${issued.secret}`;
    assertAccepted(await bench.askWith(issued.secret, { path }), issued);
  },

  "R6750-02: the token is read with its case": async (bench) => {
    const issued = await bench.world.issue();
    const { secret } = issued;
    assertAccepted(await bench.askWith(secret), issued);
    bench.world.runs.length = 0;
    for (const other of [secret.toUpperCase(), secret.toLowerCase()]) {
      assertRefused(bench, await bench.askWith(other), "invalid_token");
    }
  },
};

const severalWays: HttpSettings = {
  credentials: {
    schemes: ["Bearer", "SSWS", "TOK:", "Acme-Key"],
    headers: ["x-api-key", "X-Token"],
  },
};
const manySchemes: Style = { schemes: ["Bearer", "SSWS", "TOK", "Acme-Key"] };

const byEveryWay: HttpCases = {
  ...accepted({
    "OKT-01, TV-11: SSWS": "SSWS S",
    "TV-11: ssws": "ssws S",
    "T-06, TV-11: SSWS with three spaces": "SSWS   S",
    "EDG-02, TV-11: TOK:x": "TOK:S",
    "TV-11: TOK: x": "TOK: S",
    "T-06: TOK: with two spaces": "TOK:  S",
    "TV-11: tok:x": "tok:S",
    "a scheme of one's own": "Acme-Key S",
    "a scheme of one's own, in another case": "ACME-key S",
    "Bearer beside the others": "Bearer S",
    "x-api-key holds the token and nothing else": [["X-API-Key", "S"]],
    "a second header of one's own": [["x-token", "S"]],
    "a header of one's own beside a scheme that is not ours": [
      ["Authorization", "Basic YWRhOmxvdmVsYWNl"],
      ["X-Api-Key", "S"],
    ],
    "an empty header of one's own presents nothing beside a token": [
      ["Authorization", "Bearer S"],
      ["X-Api-Key", ""],
    ],
  }),
  ...refused("missing_token", manySchemes, {
    "every scheme has its challenge": [],
    "an empty header of one's own presents nothing": [["X-Api-Key", ""]],
    "TOK without its colon is another scheme": "TOK S",
  }),
  ...refused("invalid_request", manySchemes, {
    "SSWS alone is malformed": "SSWS",
    "SSWS with two words is malformed": "SSWS a b",
    "a colon stands behind no scheme that has none": "Acme-Key:S",
    "TOK: alone is malformed": "TOK:",
    "TOK: with two words is malformed": "TOK:a b",
    "TOK: with a tab is malformed": "TOK:\tS",
    "TOK: with a scheme behind it is malformed": "TOK: Bearer S",
    "CORE-11, R6750-03: one token in two places": [
      ["Authorization", "Bearer S"],
      ["X-Api-Key", "S"],
    ],
    "R6750-03: tokens in two headers of one's own": [
      ["X-Token", "S"],
      ["X-Api-Key", "S"],
    ],
    "R6750-03: a header of one's own beside a malformed credential": [
      ["Authorization", "Bearer"],
      ["X-Api-Key", "S"],
    ],
    "T-07: two lines of a header of one's own, though both be equal": [
      ["X-Api-Key", "S"],
      ["x-api-key", "S"],
    ],
    "two tokens in one line of a header of one's own": [["X-Api-Key", "S, S"]],
    "a scheme in a header of one's own is malformed": [["X-Api-Key", "Bearer S"]],
    "bytes over 0x7f in a header of one's own are malformed": [["X-Api-Key", "S\xff"]],
    "two Authorization lines beside a header of one's own": [
      ["Authorization", "Basic YWRhOmxvdmVsYWNl"],
      ["Authorization", "Basic YWRhOmxvdmVsYWNl"],
      ["X-Api-Key", "S"],
    ],
  }),
};

const byHeaderAlone: HttpCases = {
  ...accepted({
    "a header of one's own as the only way": [["x-api-key", "S"]],
    "Authorization is somebody else's where no scheme is configured": [
      ["Authorization", "Bearer S"],
      ["X-Api-Key", "S"],
    ],
  }),
  ...refused(
    "missing_token",
    { schemes: ["ApiKey"] },
    {
      "R6750-12: without a scheme there is a challenge all the same": [],
      "Authorization presents nothing where no scheme is configured": "Bearer S",
    },
  ),
};

/** Where tokens are found, and what is no token. */
export const credentialGroups: HttpGroups = {
  "credentials by default": { settings: {}, cases: byDefault },
  "credentials in several ways": { settings: severalWays, cases: byEveryWay },
  "credentials in a header of one's own": {
    settings: { credentials: { schemes: [], headers: ["x-api-key"] } },
    cases: byHeaderAlone,
  },
};
