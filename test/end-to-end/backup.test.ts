[
  {
    "name": "the timer of a running broker makes a backup, and its own checks say how old it is",
    "file": "/work/wt/callers/test/end-to-end/backup-timer.test.ts",
    "location": {
      "line": 51,
      "column": 1
    }
  },
  {
    "name": "a backup by hand counts in a running broker’s own checks",
    "file": "/work/wt/callers/test/end-to-end/backup-timer.test.ts",
    "location": {
      "line": 69,
      "column": 1
    }
  },
  {
    "name": "a container that is gone is what the log names, as the runbook has it",
    "file": "/work/wt/callers/test/end-to-end/backup-timer.test.ts",
    "location": {
      "line": 92,
      "column": 1
    }
  },
  {
    "name": "connect > prints the link, opens it, and ends with the consent",
    "file": "/work/wt/callers/test/end-to-end/broker-verbs.test.ts",
    "location": {
      "line": 64,
      "column": 3
    }
  },
  {
    "name": "connect > of a tenant that is connected but can’t be used says what to do",
    "file": "/work/wt/callers/test/end-to-end/broker-verbs.test.ts",
    "location": {
      "line": 79,
      "column": 3
    }
  },
  {
    "name": "connect > ends with the failure of the sign-in, as JSON for programs",
    "file": "/work/wt/callers/test/end-to-end/broker-verbs.test.ts",
    "location": {
      "line": 95,
      "column": 3
    }
  },
  {
    "name": "connect > says why there is no link",
    "file": "/work/wt/callers/test/end-to-end/broker-verbs.test.ts",
    "location": {
      "line": 109,
      "column": 3
    }
  },
  {
    "name": "tenants > lists the workspace’s tenants, or shows one",
    "file": "/work/wt/callers/test/end-to-end/broker-verbs.test.ts",
    "location": {
      "line": 119,
      "column": 3
    }
  },
  {
    "name": "tenants > isn’t for a person, and says what is",
    "file": "/work/wt/callers/test/end-to-end/broker-verbs.test.ts",
    "location": {
      "line": 129,
      "column": 3
    }
  },
  {
    "name": "accounts > lists what the tenant reaches, after asking Microsoft again",
    "file": "/work/wt/callers/test/end-to-end/broker-verbs.test.ts",
    "location": {
      "line": 139,
      "column": 3
    }
  },
  {
    "name": "accounts > of a tenant that doesn’t exist is refused",
    "file": "/work/wt/callers/test/end-to-end/broker-verbs.test.ts",
    "location": {
      "line": 149,
      "column": 3
    }
  },
  {
    "name": "vend > shows what belongs to a token, but neither token",
    "file": "/work/wt/callers/test/end-to-end/broker-verbs.test.ts",
    "location": {
      "line": 156,
      "column": 3
    }
  },
  {
    "name": "vend > with --show-token prints the headers of a call, and what they can do",
    "file": "/work/wt/callers/test/end-to-end/broker-verbs.test.ts",
    "location": {
      "line": 170,
      "column": 3
    }
  },
  {
    "name": "vend > isn’t for a person; of a tenant that isn’t connected, it names the command that connects it",
    "file": "/work/wt/callers/test/end-to-end/broker-verbs.test.ts",
    "location": {
      "line": 184,
      "column": 3
    }
  },
  {
    "name": "call > passes a call through, with the body of a pipe",
    "file": "/work/wt/callers/test/end-to-end/broker-verbs.test.ts",
    "location": {
      "line": 201,
      "column": 3
    }
  },
  {
    "name": "call > shows Microsoft’s own refusal with its cause, and the broker’s with who acts",
    "file": "/work/wt/callers/test/end-to-end/broker-verbs.test.ts",
    "location": {
      "line": 214,
      "column": 3
    }
  },
  {
    "name": "events, diagnose, disconnect > tell, test, and end a connection",
    "file": "/work/wt/callers/test/end-to-end/broker-verbs.test.ts",
    "location": {
      "line": 233,
      "column": 3
    }
  },
  {
    "name": "events, diagnose, disconnect > refuse a tenant that doesn’t exist",
    "file": "/work/wt/callers/test/end-to-end/broker-verbs.test.ts",
    "location": {
      "line": 254,
      "column": 3
    }
  },
  {
    "name": "the exit status of a diagnosis is 1 if the broker refuses it, and 2 if there is no login or no broker",
    "file": "/work/wt/callers/test/end-to-end/broker-verbs.test.ts",
    "location": {
      "line": 262,
      "column": 1
    }
  },
  {
    "name": "a login that doesn’t work is named, with its authority’s reason",
    "file": "/work/wt/callers/test/end-to-end/broker-verbs.test.ts",
    "location": {
      "line": 273,
      "column": 1
    }
  },
  {
    "name": "what can’t be understood shows what can be typed, and --help shows every option",
    "file": "/work/wt/callers/test/end-to-end/broker-verbs.test.ts",
    "location": {
      "line": 283,
      "column": 1
    }
  },
  {
    "name": "a grant whose secret was deleted keeps its tenant, and works as soon as the secret is recovered",
    "file": "/work/wt/callers/test/end-to-end/deleted-vault-secret.test.ts",
    "location": {
      "line": 21,
      "column": 1
    }
  },
  {
    "name": "a report > is started, then pending, and then its rows, with their number at the end",
    "file": "/work/wt/callers/test/end-to-end/downloads.test.ts",
    "location": {
      "line": 53,
      "column": 3
    }
  },
  {
    "name": "a report > is CSV if the app asks for it",
    "file": "/work/wt/callers/test/end-to-end/downloads.test.ts",
    "location": {
      "line": 77,
      "column": 3
    }
  },
  {
    "name": "a report > is what `Accept` weighs most, and is refused if it allows neither format",
    "file": "/work/wt/callers/test/end-to-end/downloads.test.ts",
    "location": {
      "line": 85,
      "column": 3
    }
  },
  {
    "name": "a report > without data has no rows",
    "file": "/work/wt/callers/test/end-to-end/downloads.test.ts",
    "location": {
      "line": 95,
      "column": 3
    }
  },
  {
    "name": "a report > is about the wanted campaigns, days, and sums",
    "file": "/work/wt/callers/test/end-to-end/downloads.test.ts",
    "location": {
      "line": 100,
      "column": 3
    }
  },
  {
    "name": "a report > is about what its filter leaves over",
    "file": "/work/wt/callers/test/end-to-end/downloads.test.ts",
    "location": {
      "line": 112,
      "column": 3
    }
  },
  {
    "name": "a report > above the limit is Microsoft’s own address, which needs no credentials",
    "file": "/work/wt/callers/test/end-to-end/downloads.test.ts",
    "location": {
      "line": 129,
      "column": 3
    }
  },
  {
    "name": "a report > is read without sending Microsoft’s storage a credential",
    "file": "/work/wt/callers/test/end-to-end/downloads.test.ts",
    "location": {
      "line": 140,
      "column": 3
    }
  },
  {
    "name": "a handle > of another tenant, or a changed one, opens nothing",
    "file": "/work/wt/callers/test/end-to-end/downloads.test.ts",
    "location": {
      "line": 151,
      "column": 3
    }
  },
  {
    "name": "a handle > of another consent says so",
    "file": "/work/wt/callers/test/end-to-end/downloads.test.ts",
    "location": {
      "line": 162,
      "column": 3
    }
  },
  {
    "name": "a handle > is over when Microsoft has forgotten the request",
    "file": "/work/wt/callers/test/end-to-end/downloads.test.ts",
    "location": {
      "line": 172,
      "column": 3
    }
  },
  {
    "name": "a refusal > for too many reports at once says when to try again",
    "file": "/work/wt/callers/test/end-to-end/downloads.test.ts",
    "location": {
      "line": 186,
      "column": 3
    }
  },
  {
    "name": "a refusal > for data that isn’t complete yet says when to try again",
    "file": "/work/wt/callers/test/end-to-end/downloads.test.ts",
    "location": {
      "line": 202,
      "column": 3
    }
  },
  {
    "name": "a refusal > for columns that exclude each other names both sets",
    "file": "/work/wt/callers/test/end-to-end/downloads.test.ts",
    "location": {
      "line": 217,
      "column": 3
    }
  },
  {
    "name": "a refusal > for anything else has Microsoft’s codes and words",
    "file": "/work/wt/callers/test/end-to-end/downloads.test.ts",
    "location": {
      "line": 232,
      "column": 3
    }
  },
  {
    "name": "a refusal > of an account that the user can’t reach any longer isn’t lost consent",
    "file": "/work/wt/callers/test/end-to-end/downloads.test.ts",
    "location": {
      "line": 243,
      "column": 3
    }
  },
  {
    "name": "a refusal > of a report’s accounts that aren’t the tenant’s names the account",
    "file": "/work/wt/callers/test/end-to-end/downloads.test.ts",
    "location": {
      "line": 275,
      "column": 3
    }
  },
  {
    "name": "a refusal > by the broker for %j names the fault",
    "file": "/work/wt/callers/test/end-to-end/downloads.test.ts",
    "location": {
      "line": 290,
      "column": 5
    }
  },
  {
    "name": "a file > that Microsoft couldn’t make is a problem",
    "file": "/work/wt/callers/test/end-to-end/downloads.test.ts",
    "location": {
      "line": 322,
      "column": 3
    }
  },
  {
    "name": "a file > cut at any byte is a problem, never fewer rows",
    "file": "/work/wt/callers/test/end-to-end/downloads.test.ts",
    "location": {
      "line": 334,
      "column": 3
    }
  },
  {
    "name": "a file > cut after its first rows ends with the problem as NDJSON, and breaks off as CSV",
    "file": "/work/wt/callers/test/end-to-end/downloads.test.ts",
    "location": {
      "line": 348,
      "column": 3
    }
  },
  {
    "name": "a file > at once are four for an app, and there is room when their readers leave",
    "file": "/work/wt/callers/test/end-to-end/downloads.test.ts",
    "location": {
      "line": 367,
      "column": 3
    }
  },
  {
    "name": "a file > gives its place back at once if its reader leaves while Microsoft’s storage %s",
    "file": "/work/wt/callers/test/end-to-end/downloads.test.ts",
    "location": {
      "line": 395,
      "column": 5
    }
  },
  {
    "name": "a file > has the same rows, however its archive is written",
    "file": "/work/wt/callers/test/end-to-end/downloads.test.ts",
    "location": {
      "line": 415,
      "column": 3
    }
  },
  {
    "name": "a file > that is %s is a problem",
    "file": "/work/wt/callers/test/end-to-end/downloads.test.ts",
    "location": {
      "line": 423,
      "column": 69
    }
  },
  {
    "name": "a file > behind a %s isn’t read",
    "file": "/work/wt/callers/test/end-to-end/downloads.test.ts",
    "location": {
      "line": 437,
      "column": 5
    }
  },
  {
    "name": "a file > of unknown length is left to the app",
    "file": "/work/wt/callers/test/end-to-end/downloads.test.ts",
    "location": {
      "line": 444,
      "column": 3
    }
  },
  {
    "name": "a row that fails is counted and named, and the others are repaired",
    "file": "/work/wt/callers/test/end-to-end/ended-rebuild.test.ts",
    "location": {
      "line": 20,
      "column": 1
    }
  },
  {
    "name": "a rebuild that ends at any write, with several tenants under way, is completed by the next one",
    "file": "/work/wt/callers/test/end-to-end/ended-rebuild.test.ts",
    "location": {
      "line": 40,
      "column": 1
    }
  },
  {
    "name": "entities > are started, then pending with their progress, and then rows, with their number and sync time",
    "file": "/work/wt/callers/test/end-to-end/entities.test.ts",
    "location": {
      "line": 63,
      "column": 3
    }
  },
  {
    "name": "entities > named %s are such records, and no others",
    "file": "/work/wt/callers/test/end-to-end/entities.test.ts",
    "location": {
      "line": 99,
      "column": 5
    }
  },
  {
    "name": "entities > are CSV if the app asks for it, with the sync time before their number",
    "file": "/work/wt/callers/test/end-to-end/entities.test.ts",
    "location": {
      "line": 105,
      "column": 3
    }
  },
  {
    "name": "entities > of the next download are what has changed since the sync time of the last, deletions too",
    "file": "/work/wt/callers/test/end-to-end/entities.test.ts",
    "location": {
      "line": 114,
      "column": 3
    }
  },
  {
    "name": "entities > of 100,000 keywords are as many rows",
    "file": "/work/wt/callers/test/end-to-end/entities.test.ts",
    "location": {
      "line": 137,
      "column": 3
    }
  },
  {
    "name": "a refusal of entities > for too many downloads at once says when to try again",
    "file": "/work/wt/callers/test/end-to-end/entities.test.ts",
    "location": {
      "line": 145,
      "column": 3
    }
  },
  {
    "name": "a refusal of entities > for changes of more than 30 days asks for a full download",
    "file": "/work/wt/callers/test/end-to-end/entities.test.ts",
    "location": {
      "line": 155,
      "column": 3
    }
  },
  {
    "name": "a refusal of entities > for an account that Microsoft has migrated asks for a full download",
    "file": "/work/wt/callers/test/end-to-end/entities.test.ts",
    "location": {
      "line": 163,
      "column": 3
    }
  },
  {
    "name": "a refusal of entities > for an account of more than four million keywords says how to get parts of it",
    "file": "/work/wt/callers/test/end-to-end/entities.test.ts",
    "location": {
      "line": 174,
      "column": 3
    }
  },
  {
    "name": "a refusal of entities > for too many campaigns says the same",
    "file": "/work/wt/callers/test/end-to-end/entities.test.ts",
    "location": {
      "line": 189,
      "column": 3
    }
  },
  {
    "name": "a refusal of entities > for anything else has Microsoft’s codes and words",
    "file": "/work/wt/callers/test/end-to-end/entities.test.ts",
    "location": {
      "line": 197,
      "column": 3
    }
  },
  {
    "name": "a refusal of entities > of a request that the user can’t reach any longer says who acts",
    "file": "/work/wt/callers/test/end-to-end/entities.test.ts",
    "location": {
      "line": 209,
      "column": 3
    }
  },
  {
    "name": "a refusal of entities > by the broker for %j names the fault",
    "file": "/work/wt/callers/test/end-to-end/entities.test.ts",
    "location": {
      "line": 221,
      "column": 5
    }
  },
  {
    "name": "a file of entities > that Microsoft couldn’t make is a problem",
    "file": "/work/wt/callers/test/end-to-end/entities.test.ts",
    "location": {
      "line": 229,
      "column": 3
    }
  },
  {
    "name": "a file of entities > that is said to be complete and has no address is a problem, not an account without entities",
    "file": "/work/wt/callers/test/end-to-end/entities.test.ts",
    "location": {
      "line": 243,
      "column": 3
    }
  },
  {
    "name": "a file of entities > is over when Microsoft has forgotten the request, after two days",
    "file": "/work/wt/callers/test/end-to-end/entities.test.ts",
    "location": {
      "line": 249,
      "column": 3
    }
  },
  {
    "name": "a file of entities > is over if Microsoft answers %i",
    "file": "/work/wt/callers/test/end-to-end/entities.test.ts",
    "location": {
      "line": 260,
      "column": 26
    }
  },
  {
    "name": "a file of entities > cut at any byte is a problem, never fewer rows",
    "file": "/work/wt/callers/test/end-to-end/entities.test.ts",
    "location": {
      "line": 266,
      "column": 3
    }
  },
  {
    "name": "a file of entities > above the limit is Microsoft’s own address",
    "file": "/work/wt/callers/test/end-to-end/entities.test.ts",
    "location": {
      "line": 282,
      "column": 3
    }
  },
  {
    "name": "a file of entities > of another tenant opens nothing",
    "file": "/work/wt/callers/test/end-to-end/entities.test.ts",
    "location": {
      "line": 292,
      "column": 3
    }
  },
  {
    "name": "a passed-through call > reaches Microsoft Advertising with every credential, and its answer returns unchanged",
    "file": "/work/wt/callers/test/end-to-end/passthrough.test.ts",
    "location": {
      "line": 40,
      "column": 3
    }
  },
  {
    "name": "a passed-through call > includes only the caller’s headers that describe body and answer",
    "file": "/work/wt/callers/test/end-to-end/passthrough.test.ts",
    "location": {
      "line": 55,
      "column": 3
    }
  },
  {
    "name": "a passed-through call > goes to the account in CustomerAccountId and CustomerId, or nowhere",
    "file": "/work/wt/callers/test/end-to-end/passthrough.test.ts",
    "location": {
      "line": 82,
      "column": 3
    }
  },
  {
    "name": "a passed-through call > goes to the account that X-Account-Id names",
    "file": "/work/wt/callers/test/end-to-end/passthrough.test.ts",
    "location": {
      "line": 108,
      "column": 3
    }
  },
  {
    "name": "a passed-through call > needs no account for a service that needs none",
    "file": "/work/wt/callers/test/end-to-end/passthrough.test.ts",
    "location": {
      "line": 119,
      "column": 3
    }
  },
  {
    "name": "a passed-through call > stays in the tenant’s own environment",
    "file": "/work/wt/callers/test/end-to-end/passthrough.test.ts",
    "location": {
      "line": 128,
      "column": 3
    }
  },
  {
    "name": "a tenant that doesn’t exist or is another workspace’s gets 403: SDKs read 404 as a missing service",
    "file": "/work/wt/callers/test/end-to-end/passthrough.test.ts",
    "location": {
      "line": 135,
      "column": 1
    }
  },
  {
    "name": "no path leads out of the service > %s is refused",
    "file": "/work/wt/callers/test/end-to-end/passthrough.test.ts",
    "location": {
      "line": 157,
      "column": 5
    }
  },
  {
    "name": "no path leads out of the service > a body is never read as another call, and is refused if the method has none",
    "file": "/work/wt/callers/test/end-to-end/passthrough.test.ts",
    "location": {
      "line": 164,
      "column": 3
    }
  },
  {
    "name": "no path leads out of the service > dot segments are removed before routing: they end in a service of the tenant or nowhere",
    "file": "/work/wt/callers/test/end-to-end/passthrough.test.ts",
    "location": {
      "line": 204,
      "column": 3
    }
  },
  {
    "name": "a failure > by an expired token is fixed by one refresh and one more attempt",
    "file": "/work/wt/callers/test/end-to-end/passthrough.test.ts",
    "location": {
      "line": 218,
      "column": 3
    }
  },
  {
    "name": "a failure > that persists after the refresh is passed through, without a third attempt",
    "file": "/work/wt/callers/test/end-to-end/passthrough.test.ts",
    "location": {
      "line": 230,
      "column": 3
    }
  },
  {
    "name": "a failure > that persists call after call costs one refresh, not one each, even with a discovery",
    "file": "/work/wt/callers/test/end-to-end/passthrough.test.ts",
    "location": {
      "line": 240,
      "column": 3
    }
  },
  {
    "name": "a failure > with a body too large to keep is not repeated",
    "file": "/work/wt/callers/test/end-to-end/passthrough.test.ts",
    "location": {
      "line": 253,
      "column": 3
    }
  },
  {
    "name": "a failure > without a reason, while both tokens work, is attributed to the person",
    "file": "/work/wt/callers/test/end-to-end/passthrough.test.ts",
    "location": {
      "line": 263,
      "column": 3
    }
  },
  {
    "name": "a failure > without a reason, is attributed to the person if the call needs no account",
    "file": "/work/wt/callers/test/end-to-end/passthrough.test.ts",
    "location": {
      "line": 270,
      "column": 3
    }
  },
  {
    "name": "a failure > by a wrong developer token costs no refresh while the access token is fresh",
    "file": "/work/wt/callers/test/end-to-end/passthrough.test.ts",
    "location": {
      "line": 283,
      "column": 3
    }
  },
  {
    "name": "a failure > by throttling of %s has a wait",
    "file": "/work/wt/callers/test/end-to-end/passthrough.test.ts",
    "location": {
      "line": 298,
      "column": 5
    }
  },
  {
    "name": "a failure > with a body that is not a fault passes through unchanged",
    "file": "/work/wt/callers/test/end-to-end/passthrough.test.ts",
    "location": {
      "line": 310,
      "column": 3
    }
  },
  {
    "name": "a failure > to answer at all is a problem with a retry",
    "file": "/work/wt/callers/test/end-to-end/passthrough.test.ts",
    "location": {
      "line": 317,
      "column": 3
    }
  },
  {
    "name": "a failure > of the grant itself says who must sign in",
    "file": "/work/wt/callers/test/end-to-end/passthrough.test.ts",
    "location": {
      "line": 324,
      "column": 3
    }
  },
  {
    "name": "a report is whole rows in a file, in both formats, and the same on standard output",
    "file": "/work/wt/callers/test/end-to-end/report-command.test.ts",
    "location": {
      "line": 67,
      "column": 1
    }
  },
  {
    "name": "a report that is stopped leaves no file, and what was there stays",
    "file": "/work/wt/callers/test/end-to-end/report-command.test.ts",
    "location": {
      "line": 82,
      "column": 1
    }
  },
  {
    "name": "a report whose archive breaks off once is read again",
    "file": "/work/wt/callers/test/end-to-end/report-command.test.ts",
    "location": {
      "line": 99,
      "column": 1
    }
  },
  {
    "name": "a report that breaks off behind its first rows leaves no file, and names the problem",
    "file": "/work/wt/callers/test/end-to-end/report-command.test.ts",
    "location": {
      "line": 106,
      "column": 1
    }
  },
  {
    "name": "an archive that the broker leaves to its caller is unpacked by the command, or refused if it’s cut",
    "file": "/work/wt/callers/test/end-to-end/report-command.test.ts",
    "location": {
      "line": 125,
      "column": 1
    }
  },
  {
    "name": "what Microsoft refuses is refused with its codes",
    "file": "/work/wt/callers/test/end-to-end/report-command.test.ts",
    "location": {
      "line": 140,
      "column": 1
    }
  },
  {
    "name": "the page for those who come from Google Ads has a command for each query",
    "file": "/work/wt/callers/test/end-to-end/report-command.test.ts",
    "location": {
      "line": 153,
      "column": 1
    }
  },
  {
    "name": "answers the query of google-ads.md in %s",
    "file": "/work/wt/callers/test/end-to-end/report-command.test.ts",
    "location": {
      "line": 175,
      "column": 20
    }
  },
  {
    "name": "a restore is refused while a broker answers at its address",
    "file": "/work/wt/callers/test/end-to-end/sole-writer.test.ts",
    "location": {
      "line": 34,
      "column": 1
    }
  },
  {
    "name": "tables that no broker has swept are watched first",
    "file": "/work/wt/callers/test/end-to-end/sole-writer.test.ts",
    "location": {
      "line": 44,
      "column": 1
    }
  },
  {
    "name": "a restore is refused until no row has been written for ten minutes",
    "file": "/work/wt/callers/test/end-to-end/sole-writer.test.ts",
    "location": {
      "line": 52,
      "column": 1
    }
  },
  {
    "name": "a schedule with longer pauses needs a longer silence",
    "file": "/work/wt/callers/test/end-to-end/sole-writer.test.ts",
    "location": {
      "line": 65,
      "column": 1
    }
  },
  {
    "name": "organizations > are the tenant’s accounts, with Microsoft’s own elements and where they are written",
    "file": "/work/wt/callers/test/end-to-end/unified.test.ts",
    "location": {
      "line": 66,
      "column": 3
    }
  },
  {
    "name": "organizations > come in pages, by their fields, and by what filters say",
    "file": "/work/wt/callers/test/end-to-end/unified.test.ts",
    "location": {
      "line": 89,
      "column": 3
    }
  },
  {
    "name": "organizations > are sorted, and searched by their names",
    "file": "/work/wt/callers/test/end-to-end/unified.test.ts",
    "location": {
      "line": 101,
      "column": 3
    }
  },
  {
    "name": "organizations > that the advertiser didn’t choose aren’t listed",
    "file": "/work/wt/callers/test/end-to-end/unified.test.ts",
    "location": {
      "line": 110,
      "column": 3
    }
  },
  {
    "name": "organizations > can’t be asked for with %s",
    "file": "/work/wt/callers/test/end-to-end/unified.test.ts",
    "location": {
      "line": 129,
      "column": 5
    }
  },
  {
    "name": "an account’s objects > are pending at an address that leads to them, with their handle",
    "file": "/work/wt/callers/test/end-to-end/unified.test.ts",
    "location": {
      "line": 138,
      "column": 3
    }
  },
  {
    "name": "an account’s objects > are campaigns, of the account, in its currency",
    "file": "/work/wt/callers/test/end-to-end/unified.test.ts",
    "location": {
      "line": 158,
      "column": 3
    }
  },
  {
    "name": "an account’s objects > are groups of a campaign, and ads of a group",
    "file": "/work/wt/callers/test/end-to-end/unified.test.ts",
    "location": {
      "line": 188,
      "column": 3
    }
  },
  {
    "name": "an account’s objects > are images and videos as creatives, and audiences and criterions as targets",
    "file": "/work/wt/callers/test/end-to-end/unified.test.ts",
    "location": {
      "line": 207,
      "column": 3
    }
  },
  {
    "name": "an account’s objects > are those of the account that is named",
    "file": "/work/wt/callers/test/end-to-end/unified.test.ts",
    "location": {
      "line": 227,
      "column": 3
    }
  },
  {
    "name": "an account’s objects > come in pages of one file, with its handle",
    "file": "/work/wt/callers/test/end-to-end/unified.test.ts",
    "location": {
      "line": 242,
      "column": 3
    }
  },
  {
    "name": "an account’s objects > come in sorted pages of the same file, up to the 5,000th object",
    "file": "/work/wt/callers/test/end-to-end/unified.test.ts",
    "location": {
      "line": 257,
      "column": 3
    }
  },
  {
    "name": "a handle > works for the parameters that it was made for, for the tenant, and for no others",
    "file": "/work/wt/callers/test/end-to-end/unified.test.ts",
    "location": {
      "line": 276,
      "column": 3
    }
  },
  {
    "name": "what changed > is read from a file of changes, deletions too",
    "file": "/work/wt/callers/test/end-to-end/unified.test.ts",
    "location": {
      "line": 300,
      "column": 3
    }
  },
  {
    "name": "what changed > of more than 29 days ago is found in a file of everything",
    "file": "/work/wt/callers/test/end-to-end/unified.test.ts",
    "location": {
      "line": 315,
      "column": 3
    }
  },
  {
    "name": "what changed > that Microsoft can’t say is a problem",
    "file": "/work/wt/callers/test/end-to-end/unified.test.ts",
    "location": {
      "line": 323,
      "column": 3
    }
  },
  {
    "name": "a file > that breaks off before a page’s end is a problem, never a short page",
    "file": "/work/wt/callers/test/end-to-end/unified.test.ts",
    "location": {
      "line": 345,
      "column": 3
    }
  },
  {
    "name": "a file > isn’t read behind a full page, even if it stalls there",
    "file": "/work/wt/callers/test/end-to-end/unified.test.ts",
    "location": {
      "line": 354,
      "column": 3
    }
  },
  {
    "name": "a file > that is too large for the broker is left to downloads",
    "file": "/work/wt/callers/test/end-to-end/unified.test.ts",
    "location": {
      "line": 362,
      "column": 3
    }
  },
  {
    "name": "reports > have the numbers of each campaign on each day",
    "file": "/work/wt/callers/test/end-to-end/unified.test.ts",
    "location": {
      "line": 383,
      "column": 3
    }
  },
  {
    "name": "reports > are of one campaign, one group, or one ad",
    "file": "/work/wt/callers/test/end-to-end/unified.test.ts",
    "location": {
      "line": 404,
      "column": 3
    }
  },
  {
    "name": "reports > without data are none",
    "file": "/work/wt/callers/test/end-to-end/unified.test.ts",
    "location": {
      "line": 417,
      "column": 3
    }
  },
  {
    "name": "reports > can’t be asked for with %s",
    "file": "/work/wt/callers/test/end-to-end/unified.test.ts",
    "location": {
      "line": 428,
      "column": 5
    }
  },
  {
    "name": "the media type of an answer > for %j is %s",
    "file": "/work/wt/callers/test/unit/accept.test.ts",
    "location": {
      "line": 34,
      "column": 5
    }
  },
  {
    "name": "the media type of an answer > for %j is none",
    "file": "/work/wt/callers/test/unit/accept.test.ts",
    "location": {
      "line": 58,
      "column": 5
    }
  },
  {
    "name": "the media type of an answer > is one of those or none for any text, in a moment",
    "file": "/work/wt/callers/test/unit/accept.test.ts",
    "location": {
      "line": 62,
      "column": 3
    }
  },
  {
    "name": "the media type of an answer > is chosen in a moment for 32 KiB of %j",
    "file": "/work/wt/callers/test/unit/accept.test.ts",
    "location": {
      "line": 86,
      "column": 78
    }
  },
  {
    "name": "a failed call > with %s is diagnosed as %s",
    "file": "/work/wt/callers/test/unit/advertising-diagnose.test.ts",
    "location": {
      "line": 440,
      "column": 19
    }
  },
  {
    "name": "a failed call > with %i %s (%s) of %s is %s, and %s acts",
    "file": "/work/wt/callers/test/unit/advertising-diagnose.test.ts",
    "location": {
      "line": 446,
      "column": 30
    }
  },
  {
    "name": "a failed call > that %s throttled with %i has a wait of %i s",
    "file": "/work/wt/callers/test/unit/advertising-diagnose.test.ts",
    "location": {
      "line": 464,
      "column": 14
    }
  },
  {
    "name": "a failed call > by the broker itself with %s and a 105 is judged by the evidence",
    "file": "/work/wt/callers/test/unit/advertising-diagnose.test.ts",
    "location": {
      "line": 487,
      "column": 5
    }
  },
  {
    "name": "a failed call > names the customer for a linked account",
    "file": "/work/wt/callers/test/unit/advertising-diagnose.test.ts",
    "location": {
      "line": 494,
      "column": 3
    }
  },
  {
    "name": "a failed call > by a Google user points to the missing header",
    "file": "/work/wt/callers/test/unit/advertising-diagnose.test.ts",
    "location": {
      "line": 504,
      "column": 3
    }
  },
  {
    "name": "a failed call > about identity says which sign-in would work",
    "file": "/work/wt/callers/test/unit/advertising-diagnose.test.ts",
    "location": {
      "line": 509,
      "column": 3
    }
  },
  {
    "name": "a failed call > can have any body and any ids",
    "file": "/work/wt/callers/test/unit/advertising-diagnose.test.ts",
    "location": {
      "line": 513,
      "column": 3
    }
  },
  {
    "name": "a live probe > whose refresh fails (%s) stops there",
    "file": "/work/wt/callers/test/unit/advertising-diagnose.test.ts",
    "location": {
      "line": 564,
      "column": 14
    }
  },
  {
    "name": "a live probe > with a developer token that is %s needs no call",
    "file": "/work/wt/callers/test/unit/advertising-diagnose.test.ts",
    "location": {
      "line": 580,
      "column": 14
    }
  },
  {
    "name": "a live probe > with an impossible developer token names the secret, and needs no call",
    "file": "/work/wt/callers/test/unit/advertising-diagnose.test.ts",
    "location": {
      "line": 584,
      "column": 3
    }
  },
  {
    "name": "a live probe > whose GetUser is answered %i with %i %s ends as %s",
    "file": "/work/wt/callers/test/unit/advertising-diagnose.test.ts",
    "location": {
      "line": 601,
      "column": 14
    }
  },
  {
    "name": "a live probe > whose GetUser is answered %i with «%s» in %s ends as %s",
    "file": "/work/wt/callers/test/unit/advertising-diagnose.test.ts",
    "location": {
      "line": 615,
      "column": 14
    }
  },
  {
    "name": "a live probe > after a developer token that is %s ends as %s",
    "file": "/work/wt/callers/test/unit/advertising-diagnose.test.ts",
    "location": {
      "line": 629,
      "column": 14
    }
  },
  {
    "name": "a live probe > with no failure reports that",
    "file": "/work/wt/callers/test/unit/advertising-diagnose.test.ts",
    "location": {
      "line": 643,
      "column": 3
    }
  },
  {
    "name": "a live probe > whose account %s reports that",
    "file": "/work/wt/callers/test/unit/advertising-diagnose.test.ts",
    "location": {
      "line": 664,
      "column": 14
    }
  },
  {
    "name": "a live probe > finds an account’s customer with one call",
    "file": "/work/wt/callers/test/unit/advertising-diagnose.test.ts",
    "location": {
      "line": 670,
      "column": 3
    }
  },
  {
    "name": "every verdict is reached by a case above",
    "file": "/work/wt/callers/test/unit/advertising-diagnose.test.ts",
    "location": {
      "line": 683,
      "column": 1
    }
  },
  {
    "name": "in %s the token %s with the other one %s is %s",
    "file": "/work/wt/callers/test/unit/advertising-diagnose.test.ts",
    "location": {
      "line": 695,
      "column": 12
    }
  },
  {
    "name": "addresses > on one host are distinguished by path",
    "file": "/work/wt/callers/test/unit/advertising-diagnose.test.ts",
    "location": {
      "line": 711,
      "column": 3
    }
  },
  {
    "name": "addresses > show their service by path, then by host",
    "file": "/work/wt/callers/test/unit/advertising-diagnose.test.ts",
    "location": {
      "line": 721,
      "column": 3
    }
  },
  {
    "name": "a diagnosis asks for whole seconds, and never for less than the wait",
    "file": "/work/wt/callers/test/unit/advertising-diagnose.test.ts",
    "location": {
      "line": 728,
      "column": 1
    }
  },
  {
    "name": "a person whom the app didn’t expect > is asked before anything is kept, and connects with one press",
    "file": "/work/wt/callers/test/unit/ask-person.test.ts",
    "location": {
      "line": 43,
      "column": 3
    }
  },
  {
    "name": "a person whom the app didn’t expect > spends the link only with the agreement, and comes back to the result with it",
    "file": "/work/wt/callers/test/unit/ask-person.test.ts",
    "location": {
      "line": 65,
      "column": 3
    }
  },
  {
    "name": "a person whom the app didn’t expect > comes back to an app that learns that the accounts aren’t stored yet",
    "file": "/work/wt/callers/test/unit/ask-person.test.ts",
    "location": {
      "line": 76,
      "column": 3
    }
  },
  {
    "name": "a person whom the app didn’t expect > chooses accounts next, if there are several",
    "file": "/work/wt/callers/test/unit/ask-person.test.ts",
    "location": {
      "line": 82,
      "column": 3
    }
  },
  {
    "name": "a person whom the app didn’t expect > is asked only in the browser that signed in, and for 15 minutes",
    "file": "/work/wt/callers/test/unit/ask-person.test.ts",
    "location": {
      "line": 92,
      "column": 3
    }
  },
  {
    "name": "a person whom the app didn’t expect > gets a way back to the app if the tenant was disconnected before the answer",
    "file": "/work/wt/callers/test/unit/ask-person.test.ts",
    "location": {
      "line": 101,
      "column": 3
    }
  },
  {
    "name": "a person whom the app didn’t expect > gets a temporary failure if the tenant keeps changing",
    "file": "/work/wt/callers/test/unit/ask-person.test.ts",
    "location": {
      "line": 111,
      "column": 3
    }
  },
  {
    "name": "the app decides about a person whom it didn’t expect > if %s",
    "file": "/work/wt/callers/test/unit/ask-person.test.ts",
    "location": {
      "line": 126,
      "column": 5
    }
  },
  {
    "name": "the app decides about a person whom it didn’t expect > but nobody asks about the person who was meant",
    "file": "/work/wt/callers/test/unit/ask-person.test.ts",
    "location": {
      "line": 134,
      "column": 3
    }
  },
  {
    "name": "the page of the question > names both, masked: %s",
    "file": "/work/wt/callers/test/unit/ask-person.test.ts",
    "location": {
      "line": 156,
      "column": 5
    }
  },
  {
    "name": "the page of the question > doesn’t repeat a hint that isn’t an address",
    "file": "/work/wt/callers/test/unit/ask-person.test.ts",
    "location": {
      "line": 160,
      "column": 3
    }
  },
  {
    "name": "the page of the question > offers another account until the browser has tried too often",
    "file": "/work/wt/callers/test/unit/ask-person.test.ts",
    "location": {
      "line": 164,
      "column": 3
    }
  },
  {
    "name": "the broker reads 64 KiB of JSON, 256 KiB of a choice of accounts, and 1 MiB of a diagnosis",
    "file": "/work/wt/callers/test/unit/body-limits.test.ts",
    "location": {
      "line": 8,
      "column": 1
    }
  },
  {
    "name": "a report > is requested, followed as long as the broker says, and written without its last line",
    "file": "/work/wt/callers/test/unit/broker-report.test.ts",
    "location": {
      "line": 107,
      "column": 3
    }
  },
  {
    "name": "a report > has the time, the accounts, and the sums that were typed",
    "file": "/work/wt/callers/test/unit/broker-report.test.ts",
    "location": {
      "line": 126,
      "column": 3
    }
  },
  {
    "name": "a report > has only what its filter leaves over",
    "file": "/work/wt/callers/test/unit/broker-report.test.ts",
    "location": {
      "line": 143,
      "column": 3
    }
  },
  {
    "name": "a report > to the file %s with %j asks for %s",
    "file": "/work/wt/callers/test/unit/broker-report.test.ts",
    "location": {
      "line": 162,
      "column": 5
    }
  },
  {
    "name": "a report > goes to standard output without a file",
    "file": "/work/wt/callers/test/unit/broker-report.test.ts",
    "location": {
      "line": 171,
      "column": 3
    }
  },
  {
    "name": "a report > ends, and its answer with it, when the reader of standard output leaves",
    "file": "/work/wt/callers/test/unit/broker-report.test.ts",
    "location": {
      "line": 184,
      "column": 3
    }
  },
  {
    "name": "a report > is written to what isn’t a file, and can be given up",
    "file": "/work/wt/callers/test/unit/broker-report.test.ts",
    "location": {
      "line": 204,
      "column": 3
    }
  },
  {
    "name": "a report > on a full disk is a sentence, and no row is asked for any more",
    "file": "/work/wt/callers/test/unit/broker-report.test.ts",
    "location": {
      "line": 212,
      "column": 3
    }
  },
  {
    "name": "a report > tells a program where its rows are",
    "file": "/work/wt/callers/test/unit/broker-report.test.ts",
    "location": {
      "line": 218,
      "column": 3
    }
  },
  {
    "name": "a report > without rows is an empty file",
    "file": "/work/wt/callers/test/unit/broker-report.test.ts",
    "location": {
      "line": 224,
      "column": 3
    }
  },
  {
    "name": "entities > are requested without a report, and tell the time for the next request",
    "file": "/work/wt/callers/test/unit/broker-report.test.ts",
    "location": {
      "line": 235,
      "column": 3
    }
  },
  {
    "name": "entities > as CSV with %j lose only their end: %s",
    "file": "/work/wt/callers/test/unit/broker-report.test.ts",
    "location": {
      "line": 254,
      "column": 5
    }
  },
  {
    "name": "entities > of Microsoft’s own address are read as bulk records",
    "file": "/work/wt/callers/test/unit/broker-report.test.ts",
    "location": {
      "line": 264,
      "column": 3
    }
  },
  {
    "name": "rows that break off > at any byte of %s never look complete",
    "file": "/work/wt/callers/test/unit/broker-report.test.ts",
    "location": {
      "line": 282,
      "column": 31
    }
  },
  {
    "name": "rows that break off > with a problem are that problem",
    "file": "/work/wt/callers/test/unit/broker-report.test.ts",
    "location": {
      "line": 292,
      "column": 3
    }
  },
  {
    "name": "rows that break off > with a last line %s never look complete",
    "file": "/work/wt/callers/test/unit/broker-report.test.ts",
    "location": {
      "line": 299,
      "column": 102
    }
  },
  {
    "name": "rows that break off > with their connection say so, and in CSV, what says more",
    "file": "/work/wt/callers/test/unit/broker-report.test.ts",
    "location": {
      "line": 308,
      "column": 3
    }
  },
  {
    "name": "rows that break off > because there is no end to a line are given up",
    "file": "/work/wt/callers/test/unit/broker-report.test.ts",
    "location": {
      "line": 317,
      "column": 3
    }
  },
  {
    "name": "a failure > that passes is waited out",
    "file": "/work/wt/callers/test/unit/broker-report.test.ts",
    "location": {
      "line": 331,
      "column": 3
    }
  },
  {
    "name": "a failure > to say when to ask again is waited out for the usual time",
    "file": "/work/wt/callers/test/unit/broker-report.test.ts",
    "location": {
      "line": 336,
      "column": 3
    }
  },
  {
    "name": "a failure > is forgotten once Microsoft is making the report",
    "file": "/work/wt/callers/test/unit/broker-report.test.ts",
    "location": {
      "line": 341,
      "column": 3
    }
  },
  {
    "name": "a failure > that doesn’t pass ten times in a row ends the command",
    "file": "/work/wt/callers/test/unit/broker-report.test.ts",
    "location": {
      "line": 347,
      "column": 3
    }
  },
  {
    "name": "a failure > %s is the broker’s refusal, and leaves no file",
    "file": "/work/wt/callers/test/unit/broker-report.test.ts",
    "location": {
      "line": 358,
      "column": 5
    }
  },
  {
    "name": "a failure > of the output costs no report",
    "file": "/work/wt/callers/test/unit/broker-report.test.ts",
    "location": {
      "line": 364,
      "column": 3
    }
  },
  {
    "name": "a failure > without a wait isn’t waited out",
    "file": "/work/wt/callers/test/unit/broker-report.test.ts",
    "location": {
      "line": 369,
      "column": 3
    }
  },
  {
    "name": "what is missing > is asked for at a terminal",
    "file": "/work/wt/callers/test/unit/broker-report.test.ts",
    "location": {
      "line": 378,
      "column": 3
    }
  },
  {
    "name": "what is missing > without a person is named: %s",
    "file": "/work/wt/callers/test/unit/broker-report.test.ts",
    "location": {
      "line": 407,
      "column": 5
    }
  },
  {
    "name": "Microsoft’s own address > is downloaded without credentials, unpacked, and written like the broker’s own rows",
    "file": "/work/wt/callers/test/unit/broker-report.test.ts",
    "location": {
      "line": 425,
      "column": 3
    }
  },
  {
    "name": "Microsoft’s own address > of a file that is cut at any byte leaves no file",
    "file": "/work/wt/callers/test/unit/broker-report.test.ts",
    "location": {
      "line": 436,
      "column": 3
    }
  },
  {
    "name": "Microsoft’s own address > of a file whose connection ends says so",
    "file": "/work/wt/callers/test/unit/broker-report.test.ts",
    "location": {
      "line": 444,
      "column": 3
    }
  },
  {
    "name": "Microsoft’s own address > that %s says so",
    "file": "/work/wt/callers/test/unit/broker-report.test.ts",
    "location": {
      "line": 454,
      "column": 5
    }
  },
  {
    "name": "the broker’s own secrets > are read without surrounding whitespace: %j",
    "file": "/work/wt/callers/test/unit/broker-secrets.test.ts",
    "location": {
      "line": 39,
      "column": 81
    }
  },
  {
    "name": "the broker’s own secrets > are read only by their own name",
    "file": "/work/wt/callers/test/unit/broker-secrets.test.ts",
    "location": {
      "line": 48,
      "column": 3
    }
  },
  {
    "name": "the broker’s own secrets > stay in use while the vault accepts requests without answering",
    "file": "/work/wt/callers/test/unit/broker-secrets.test.ts",
    "location": {
      "line": 54,
      "column": 3
    }
  },
  {
    "name": "the broker’s own secrets > that the vault did not have stay absent while it is down",
    "file": "/work/wt/callers/test/unit/broker-secrets.test.ts",
    "location": {
      "line": 64,
      "column": 3
    }
  },
  {
    "name": "the broker’s own secrets > that were read once, present or `…-next`, keep no caller waiting, regardless of the time between two reads",
    "file": "/work/wt/callers/test/unit/broker-secrets.test.ts",
    "location": {
      "line": 76,
      "column": 3
    }
  },
  {
    "name": "the broker’s own secrets > %s is read again behind its readers after its time alone: after %i s, %i reads",
    "file": "/work/wt/callers/test/unit/broker-secrets.test.ts",
    "location": {
      "line": 95,
      "column": 5
    }
  },
  {
    "name": "the broker’s own secrets > are no older than five minutes for a reader that needs recent ones, unless the vault hangs",
    "file": "/work/wt/callers/test/unit/broker-secrets.test.ts",
    "location": {
      "line": 107,
      "column": 3
    }
  },
  {
    "name": "the broker’s own secrets > that are absent are looked for at once after a second by those who need them, and after a refusal",
    "file": "/work/wt/callers/test/unit/broker-secrets.test.ts",
    "location": {
      "line": 124,
      "column": 3
    }
  },
  {
    "name": "the broker’s own secrets > that were never read fail immediately for ten seconds, and are read in the background",
    "file": "/work/wt/callers/test/unit/broker-secrets.test.ts",
    "location": {
      "line": 137,
      "column": 3
    }
  },
  {
    "name": "the broker’s own secrets > of a vault that hangs keep a new process waiting once, for six seconds",
    "file": "/work/wt/callers/test/unit/broker-secrets.test.ts",
    "location": {
      "line": 147,
      "column": 3
    }
  },
  {
    "name": "the broker’s own secrets > are read again after the clock was set back",
    "file": "/work/wt/callers/test/unit/broker-secrets.test.ts",
    "location": {
      "line": 159,
      "column": 3
    }
  },
  {
    "name": "the broker’s own secrets > are available to the next reader after the background read",
    "file": "/work/wt/callers/test/unit/broker-secrets.test.ts",
    "location": {
      "line": 168,
      "column": 3
    }
  },
  {
    "name": "the broker’s own secrets > are read ahead, without failures if the vault is down",
    "file": "/work/wt/callers/test/unit/broker-secrets.test.ts",
    "location": {
      "line": 179,
      "column": 3
    }
  },
  {
    "name": "the broker’s own secrets > are renewed in the background before they expire from memory",
    "file": "/work/wt/callers/test/unit/broker-secrets.test.ts",
    "location": {
      "line": 196,
      "column": 3
    }
  },
  {
    "name": "a canary whose vend and call work is well until its result is 15 minutes old",
    "file": "/work/wt/callers/test/unit/canary.test.ts",
    "location": {
      "line": 43,
      "column": 1
    }
  },
  {
    "name": "a canary is not well if %s, and the log says why",
    "file": "/work/wt/callers/test/unit/canary.test.ts",
    "location": {
      "line": 70,
      "column": 3
    }
  },
  {
    "name": "a canary that is well again is seen by every instance within ten seconds",
    "file": "/work/wt/callers/test/unit/canary.test.ts",
    "location": {
      "line": 76,
      "column": 1
    }
  },
  {
    "name": "a stranger’s questions cost one read in ten seconds, no matter how many there are",
    "file": "/work/wt/callers/test/unit/canary.test.ts",
    "location": {
      "line": 85,
      "column": 1
    }
  },
  {
    "name": "a canary is not well %s",
    "file": "/work/wt/callers/test/unit/canary.test.ts",
    "location": {
      "line": 109,
      "column": 3
    }
  },
  {
    "name": "a result from a clock that is far ahead is no sign of life",
    "file": "/work/wt/callers/test/unit/canary.test.ts",
    "location": {
      "line": 114,
      "column": 1
    }
  },
  {
    "name": "a result that can’t be stored ends no invocation",
    "file": "/work/wt/callers/test/unit/canary.test.ts",
    "location": {
      "line": 121,
      "column": 1
    }
  },
  {
    "name": "without a canary nothing is vended, called, or written",
    "file": "/work/wt/callers/test/unit/canary.test.ts",
    "location": {
      "line": 127,
      "column": 1
    }
  },
  {
    "name": "a canary’s workspace can contain a slash, and its tenant cannot",
    "file": "/work/wt/callers/test/unit/canary.test.ts",
    "location": {
      "line": 133,
      "column": 1
    }
  },
  {
    "name": "the body of a connect session > has the documented defaults",
    "file": "/work/wt/callers/test/unit/connect-sessions.test.ts",
    "location": {
      "line": 15,
      "column": 3
    }
  },
  {
    "name": "the body of a connect session > is accepted at a limit and refused beyond it (%#)",
    "file": "/work/wt/callers/test/unit/connect-sessions.test.ts",
    "location": {
      "line": 41,
      "column": 5
    }
  },
  {
    "name": "a connect session > for a new tenant is refused if the app may not create another; a known tenant needs no asking",
    "file": "/work/wt/callers/test/unit/connect-sessions.test.ts",
    "location": {
      "line": 47,
      "column": 3
    }
  },
  {
    "name": "a connect session > can be used until it expires, and names its tenant",
    "file": "/work/wt/callers/test/unit/connect-sessions.test.ts",
    "location": {
      "line": 60,
      "column": 3
    }
  },
  {
    "name": "a connect session > that is valid for %i s requires a button press first: %s",
    "file": "/work/wt/callers/test/unit/connect-sessions.test.ts",
    "location": {
      "line": 77,
      "column": 5
    }
  },
  {
    "name": "a connect session > that is valid for %i s, with confirm %s, needs the app’s confirmation: %s",
    "file": "/work/wt/callers/test/unit/connect-sessions.test.ts",
    "location": {
      "line": 90,
      "column": 5
    }
  },
  {
    "name": "a connect session > uses an identity provider: %s",
    "file": "/work/wt/callers/test/unit/connect-sessions.test.ts",
    "location": {
      "line": 105,
      "column": 5
    }
  },
  {
    "name": "a connect session > returns to the workspace’s first return URL unless the app names another one",
    "file": "/work/wt/callers/test/unit/connect-sessions.test.ts",
    "location": {
      "line": 117,
      "column": 3
    }
  },
  {
    "name": "a connect session > is refused because of its %s, and creates no tenant (%#)",
    "file": "/work/wt/callers/test/unit/connect-sessions.test.ts",
    "location": {
      "line": 138,
      "column": 5
    }
  },
  {
    "name": "a file, its connection, and its place end > with its last row, and not before",
    "file": "/work/wt/callers/test/unit/download-read.test.ts",
    "location": {
      "line": 99,
      "column": 3
    }
  },
  {
    "name": "a file, its connection, and its place end > if the reader leaves before the first row",
    "file": "/work/wt/callers/test/unit/download-read.test.ts",
    "location": {
      "line": 107,
      "column": 3
    }
  },
  {
    "name": "a file, its connection, and its place end > if the reader leaves while Microsoft’s storage is silent",
    "file": "/work/wt/callers/test/unit/download-read.test.ts",
    "location": {
      "line": 113,
      "column": 3
    }
  },
  {
    "name": "a file, its connection, and its place end > if the reader leaves before the answer begins, while the storage is silent %s",
    "file": "/work/wt/callers/test/unit/download-read.test.ts",
    "location": {
      "line": 126,
      "column": 5
    }
  },
  {
    "name": "a file, its connection, and its place end > if it breaks off behind its first rows",
    "file": "/work/wt/callers/test/unit/download-read.test.ts",
    "location": {
      "line": 140,
      "column": 3
    }
  },
  {
    "name": "a file, its connection, and its place end > if it breaks off and the answer with it, as CSV does",
    "file": "/work/wt/callers/test/unit/download-read.test.ts",
    "location": {
      "line": 147,
      "column": 3
    }
  },
  {
    "name": "a file, its connection, and its place end > if it’s broken from the beginning",
    "file": "/work/wt/callers/test/unit/download-read.test.ts",
    "location": {
      "line": 154,
      "column": 3
    }
  },
  {
    "name": "a file, its connection, and its place end > if it %s",
    "file": "/work/wt/callers/test/unit/download-read.test.ts",
    "location": {
      "line": 163,
      "column": 5
    }
  },
  {
    "name": "a file of %s with the text %j is one without data, or broken: %s",
    "file": "/work/wt/callers/test/unit/download-read.test.ts",
    "location": {
      "line": 184,
      "column": 3
    }
  },
  {
    "name": "a place ends if the reader leaves before Microsoft’s storage has answered",
    "file": "/work/wt/callers/test/unit/download-read.test.ts",
    "location": {
      "line": 198,
      "column": 1
    }
  },
  {
    "name": "a reader who has left before the file is opened takes no file",
    "file": "/work/wt/callers/test/unit/download-read.test.ts",
    "location": {
      "line": 208,
      "column": 1
    }
  },
  {
    "name": "a report that isn’t there yet takes no place",
    "file": "/work/wt/callers/test/unit/download-read.test.ts",
    "location": {
      "line": 214,
      "column": 1
    }
  },
  {
    "name": "a bulk file that is made by %j percent says %i, because the contract has whole numbers",
    "file": "/work/wt/callers/test/unit/download-read.test.ts",
    "location": {
      "line": 223,
      "column": 3
    }
  },
  {
    "name": "a bulk file that couldn’t be made has Microsoft’s codes",
    "file": "/work/wt/callers/test/unit/download-read.test.ts",
    "location": {
      "line": 232,
      "column": 1
    }
  },
  {
    "name": "a file of %s that unpacks to more than %i times the largest size is broken",
    "file": "/work/wt/callers/test/unit/download-read.test.ts",
    "location": {
      "line": 249,
      "column": 12
    }
  },
  {
    "name": "an answer of Reporting that breaks off is Microsoft’s failure, not ours",
    "file": "/work/wt/callers/test/unit/download-read.test.ts",
    "location": {
      "line": 269,
      "column": 1
    }
  },
  {
    "name": "a report’s request > is Microsoft’s, for nothing but the columns’ names and the rows",
    "file": "/work/wt/callers/test/unit/download-request.test.ts",
    "location": {
      "line": 16,
      "column": 3
    }
  },
  {
    "name": "a report’s request > with %j has %j",
    "file": "/work/wt/callers/test/unit/download-request.test.ts",
    "location": {
      "line": 42,
      "column": 5
    }
  },
  {
    "name": "a report’s request > of %j is refused at %j: each day exists, and the first isn’t after the last",
    "file": "/work/wt/callers/test/unit/download-request.test.ts",
    "location": {
      "line": 54,
      "column": 5
    }
  },
  {
    "name": "of a %s report’s columns %j exclude each other: %j and %j",
    "file": "/work/wt/callers/test/unit/download-request.test.ts",
    "location": {
      "line": 71,
      "column": 3
    }
  },
  {
    "name": "a file of %s that has taken %i s is asked for again after %i s",
    "file": "/work/wt/callers/test/unit/download-request.test.ts",
    "location": {
      "line": 87,
      "column": 12
    }
  },
  {
    "name": "a request for entities > is Microsoft’s, for everything in one CSV file",
    "file": "/work/wt/callers/test/unit/download-request.test.ts",
    "location": {
      "line": 94,
      "column": 3
    }
  },
  {
    "name": "a request for entities > of some campaigns names them instead of the account",
    "file": "/work/wt/callers/test/unit/download-request.test.ts",
    "location": {
      "line": 108,
      "column": 3
    }
  },
  {
    "name": "a request for entities > of a delta has its time in UTC",
    "file": "/work/wt/callers/test/unit/download-request.test.ts",
    "location": {
      "line": 120,
      "column": 3
    }
  },
  {
    "name": "a request for entities > for %j names %j",
    "file": "/work/wt/callers/test/unit/download-request.test.ts",
    "location": {
      "line": 135,
      "column": 5
    }
  },
  {
    "name": "a request for entities > can have each of the usual names, and they stand for names of Microsoft’s",
    "file": "/work/wt/callers/test/unit/download-request.test.ts",
    "location": {
      "line": 139,
      "column": 3
    }
  },
  {
    "name": "a request for entities > %j is accepted: %s",
    "file": "/work/wt/callers/test/unit/download-request.test.ts",
    "location": {
      "line": 158,
      "column": 5
    }
  },
  {
    "name": "a value of a report > is a number in each of Microsoft’s performance statistics",
    "file": "/work/wt/callers/test/unit/download-values.test.ts",
    "location": {
      "line": 33,
      "column": 3
    }
  },
  {
    "name": "a value of a report > is text in every other column, whatever it looks like",
    "file": "/work/wt/callers/test/unit/download-values.test.ts",
    "location": {
      "line": 38,
      "column": 3
    }
  },
  {
    "name": "a value of a report > of %s, written as %j, is %j",
    "file": "/work/wt/callers/test/unit/download-values.test.ts",
    "location": {
      "line": 70,
      "column": 5
    }
  },
  {
    "name": "a value of a report > of TimePeriod, written as %j, is %j",
    "file": "/work/wt/callers/test/unit/download-values.test.ts",
    "location": {
      "line": 81,
      "column": 5
    }
  },
  {
    "name": "a body’s field > $name of $title is named with what it must be, whatever is sent",
    "file": "/work/wt/callers/test/unit/field-faults.test.ts",
    "location": {
      "line": 118,
      "column": 25
    }
  },
  {
    "name": "a body’s field > $name of $title is named if it is missing, with what it must be",
    "file": "/work/wt/callers/test/unit/field-faults.test.ts",
    "location": {
      "line": 129,
      "column": 5
    }
  },
  {
    "name": "the body of $title > is named if it is %s, with what it must be",
    "file": "/work/wt/callers/test/unit/field-faults.test.ts",
    "location": {
      "line": 139,
      "column": 44
    }
  },
  {
    "name": "the body of $title > is named if it is %s",
    "file": "/work/wt/callers/test/unit/field-faults.test.ts",
    "location": {
      "line": 146,
      "column": 53
    }
  },
  {
    "name": "the body of $title > has known fields in \\\"%s\\\", which are said if another one is sent",
    "file": "/work/wt/callers/test/unit/field-faults.test.ts",
    "location": {
      "line": 154,
      "column": 22
    }
  },
  {
    "name": "a parameter > $name of $title is named with what it must be, whatever is sent",
    "file": "/work/wt/callers/test/unit/field-faults.test.ts",
    "location": {
      "line": 184,
      "column": 5
    }
  },
  {
    "name": "a parameter > that isn’t sent and must be is named, with what it must be: $name of $title",
    "file": "/work/wt/callers/test/unit/field-faults.test.ts",
    "location": {
      "line": 199,
      "column": 5
    }
  },
  {
    "name": "a parameter > $name of $title is named if it is sent twice",
    "file": "/work/wt/callers/test/unit/field-faults.test.ts",
    "location": {
      "line": 207,
      "column": 5
    }
  },
  {
    "name": "the query of $title has known fields, which are said if another one is sent",
    "file": "/work/wt/callers/test/unit/field-faults.test.ts",
    "location": {
      "line": 216,
      "column": 3
    }
  },
  {
    "name": "a form’s field of $title > named $name is refused in plain words",
    "file": "/work/wt/callers/test/unit/field-faults.test.ts",
    "location": {
      "line": 232,
      "column": 49
    }
  },
  {
    "name": "proving a token > asks the authority where sign-ins start, and the ID token says where it belongs",
    "file": "/work/wt/callers/test/unit/grants.test.ts",
    "location": {
      "line": 67,
      "column": 3
    }
  },
  {
    "name": "proving a token > keeps the newest token and the authority where a refresh worked",
    "file": "/work/wt/callers/test/unit/grants.test.ts",
    "location": {
      "line": 76,
      "column": 3
    }
  },
  {
    "name": "proving a token > without an ID token continues with the newest token until the authority itself decides",
    "file": "/work/wt/callers/test/unit/grants.test.ts",
    "location": {
      "line": 90,
      "column": 3
    }
  },
  {
    "name": "proving a token > uses fewer scopes if the consent did not cover all of ours",
    "file": "/work/wt/callers/test/unit/grants.test.ts",
    "location": {
      "line": 107,
      "column": 3
    }
  },
  {
    "name": "proving a token > stops at a refusal that every other authority would repeat",
    "file": "/work/wt/callers/test/unit/grants.test.ts",
    "location": {
      "line": 117,
      "column": 3
    }
  },
  {
    "name": "proving a token > is not refused because of one authority while another one cannot decide",
    "file": "/work/wt/callers/test/unit/grants.test.ts",
    "location": {
      "line": 123,
      "column": 3
    }
  },
  {
    "name": "proving a token > is undecided if one authority is wrong and another one gives no answer",
    "file": "/work/wt/callers/test/unit/grants.test.ts",
    "location": {
      "line": 130,
      "column": 3
    }
  },
  {
    "name": "proving a token > calls only the named directory",
    "file": "/work/wt/callers/test/unit/grants.test.ts",
    "location": {
      "line": 137,
      "column": 3
    }
  },
  {
    "name": "importing > starts no more tenants per second than allowed",
    "file": "/work/wt/callers/test/unit/grants.test.ts",
    "location": {
      "line": 177,
      "column": 3
    }
  },
  {
    "name": "importing > waits for the requested time and tries again",
    "file": "/work/wt/callers/test/unit/grants.test.ts",
    "location": {
      "line": 183,
      "column": 3
    }
  },
  {
    "name": "importing > gives a tenant up after three attempts, for another run",
    "file": "/work/wt/callers/test/unit/grants.test.ts",
    "location": {
      "line": 193,
      "column": 3
    }
  },
  {
    "name": "importing > stops at a problem that affects every tenant: %s",
    "file": "/work/wt/callers/test/unit/grants.test.ts",
    "location": {
      "line": 207,
      "column": 5
    }
  },
  {
    "name": "importing > finishes started tenants when it stops, records them, and starts no more",
    "file": "/work/wt/callers/test/unit/grants.test.ts",
    "location": {
      "line": 213,
      "column": 3
    }
  },
  {
    "name": "importing > tries again without an answer, and stops after three attempts without one",
    "file": "/work/wt/callers/test/unit/grants.test.ts",
    "location": {
      "line": 226,
      "column": 3
    }
  },
  {
    "name": "importing > continues after one person’s refusal, and leaves undecided tenants for another run",
    "file": "/work/wt/callers/test/unit/grants.test.ts",
    "location": {
      "line": 237,
      "column": 3
    }
  },
  {
    "name": "importing > skips connected tenants, and refused ones by default; new ones come first",
    "file": "/work/wt/callers/test/unit/grants.test.ts",
    "location": {
      "line": 246,
      "column": 3
    }
  },
  {
    "name": "an invocation %s fails in time, and answers 500",
    "file": "/work/wt/callers/test/unit/guard.test.ts",
    "location": {
      "line": 87,
      "column": 12
    }
  },
  {
    "name": "a handler that fails, or answers nothing, ends its answer",
    "file": "/work/wt/callers/test/unit/guard.test.ts",
    "location": {
      "line": 102,
      "column": 1
    }
  },
  {
    "name": "a started answer is cut off, and a finished one stays unchanged",
    "file": "/work/wt/callers/test/unit/guard.test.ts",
    "location": {
      "line": 114,
      "column": 1
    }
  },
  {
    "name": "a request that no invocation takes within 10 s is refused through the library, otherwise directly",
    "file": "/work/wt/callers/test/unit/guard.test.ts",
    "location": {
      "line": 130,
      "column": 1
    }
  },
  {
    "name": "an answer that %s is cut off after 9 minutes, before the host stops the worker",
    "file": "/work/wt/callers/test/unit/guard.test.ts",
    "location": {
      "line": 144,
      "column": 3
    }
  },
  {
    "name": "an answer that hasn’t begun after 9 minutes is a 500",
    "file": "/work/wt/callers/test/unit/guard.test.ts",
    "location": {
      "line": 162,
      "column": 1
    }
  },
  {
    "name": "a refusal waits for the library for 1 s",
    "file": "/work/wt/callers/test/unit/guard.test.ts",
    "location": {
      "line": 172,
      "column": 1
    }
  },
  {
    "name": "a request with its own invocation id is refused immediately",
    "file": "/work/wt/callers/test/unit/guard.test.ts",
    "location": {
      "line": 182,
      "column": 1
    }
  },
  {
    "name": "a request that its invocation has taken is not refused",
    "file": "/work/wt/callers/test/unit/guard.test.ts",
    "location": {
      "line": 187,
      "column": 1
    }
  },
  {
    "name": "an invocation of another kind is not guarded",
    "file": "/work/wt/callers/test/unit/guard.test.ts",
    "location": {
      "line": 199,
      "column": 1
    }
  },
  {
    "name": "a request for a token > is shared by all callers of its scope",
    "file": "/work/wt/callers/test/unit/identity-tokens.test.ts",
    "location": {
      "line": 47,
      "column": 3
    }
  },
  {
    "name": "a request for a token > goes on when its callers give up, and serves the next one",
    "file": "/work/wt/callers/test/unit/identity-tokens.test.ts",
    "location": {
      "line": 54,
      "column": 3
    }
  },
  {
    "name": "a request for a token > that is never answered is started again after 30 seconds",
    "file": "/work/wt/callers/test/unit/identity-tokens.test.ts",
    "location": {
      "line": 66,
      "column": 3
    }
  },
  {
    "name": "a request for a token > that failed is not repeated within a second",
    "file": "/work/wt/callers/test/unit/identity-tokens.test.ts",
    "location": {
      "line": 76,
      "column": 3
    }
  },
  {
    "name": "a request for a token > does not carry the signal of the caller that happened to start it",
    "file": "/work/wt/callers/test/unit/identity-tokens.test.ts",
    "location": {
      "line": 86,
      "column": 3
    }
  },
  {
    "name": "a valid token > is given out until it is to be renewed",
    "file": "/work/wt/callers/test/unit/identity-tokens.test.ts",
    "location": {
      "line": 94,
      "column": 3
    }
  },
  {
    "name": "a valid token > that says nothing about its renewal is renewed five minutes before it expires",
    "file": "/work/wt/callers/test/unit/identity-tokens.test.ts",
    "location": {
      "line": 102,
      "column": 3
    }
  },
  {
    "name": "a valid token > is not delayed or withheld by a %s endpoint",
    "file": "/work/wt/callers/test/unit/identity-tokens.test.ts",
    "location": {
      "line": 116,
      "column": 5
    }
  },
  {
    "name": "a valid token > is replaced by the one that comes behind its caller",
    "file": "/work/wt/callers/test/unit/identity-tokens.test.ts",
    "location": {
      "line": 124,
      "column": 3
    }
  },
  {
    "name": "a valid token > is no longer given out shortly before it expires",
    "file": "/work/wt/callers/test/unit/identity-tokens.test.ts",
    "location": {
      "line": 133,
      "column": 3
    }
  },
  {
    "name": "a failure > by %s has a reason of its own",
    "file": "/work/wt/callers/test/unit/identity-tokens.test.ts",
    "location": {
      "line": 148,
      "column": 5
    }
  },
  {
    "name": "a failure > counts in a row: a token ends the count",
    "file": "/work/wt/callers/test/unit/identity-tokens.test.ts",
    "location": {
      "line": 154,
      "column": 3
    }
  },
  {
    "name": "an import starts five tenants per second unless told, with four in progress at a time",
    "file": "/work/wt/callers/test/unit/import-pace.test.ts",
    "location": {
      "line": 33,
      "column": 1
    }
  },
  {
    "name": "a token that Microsoft no longer accepts > is replaced once, and the call is sent again",
    "file": "/work/wt/callers/test/unit/pass-through-token.test.ts",
    "location": {
      "line": 8,
      "column": 3
    }
  },
  {
    "name": "a token that Microsoft no longer accepts > isn’t replaced if it has just replaced a refused one",
    "file": "/work/wt/callers/test/unit/pass-through-token.test.ts",
    "location": {
      "line": 21,
      "column": 3
    }
  },
  {
    "name": "a token that Microsoft no longer accepts > isn’t replaced if the body is too large to be sent again",
    "file": "/work/wt/callers/test/unit/pass-through-token.test.ts",
    "location": {
      "line": 34,
      "column": 3
    }
  },
  {
    "name": "a token that Microsoft no longer accepts > that can’t be replaced is the tenant’s problem, unless it was only in doubt",
    "file": "/work/wt/callers/test/unit/pass-through-token.test.ts",
    "location": {
      "line": 43,
      "column": 3
    }
  },
  {
    "name": "a token that Microsoft no longer accepts > that is only in doubt is replaced if it is 5 minutes old, and GetUser is called",
    "file": "/work/wt/callers/test/unit/pass-through-token.test.ts",
    "location": {
      "line": 51,
      "column": 3
    }
  },
  {
    "name": "a passed-through call > returns Microsoft’s answer, and proves the developer token",
    "file": "/work/wt/callers/test/unit/pass-through.test.ts",
    "location": {
      "line": 16,
      "column": 3
    }
  },
  {
    "name": "a passed-through call > ends Microsoft’s answer if the reader leaves before its first byte",
    "file": "/work/wt/callers/test/unit/pass-through.test.ts",
    "location": {
      "line": 25,
      "column": 3
    }
  },
  {
    "name": "a passed-through call > has 220 s for an answer to begin, a second attempt included",
    "file": "/work/wt/callers/test/unit/pass-through.test.ts",
    "location": {
      "line": 31,
      "column": 3
    }
  },
  {
    "name": "a passed-through call > has no body when the answer is a %i",
    "file": "/work/wt/callers/test/unit/pass-through.test.ts",
    "location": {
      "line": 40,
      "column": 29
    }
  },
  {
    "name": "a passed-through call > removes the recorded refusal of the person",
    "file": "/work/wt/callers/test/unit/pass-through.test.ts",
    "location": {
      "line": 45,
      "column": 3
    }
  },
  {
    "name": "a passed-through call > has no body with %s",
    "file": "/work/wt/callers/test/unit/pass-through.test.ts",
    "location": {
      "line": 53,
      "column": 40
    }
  },
  {
    "name": "a passed-through call > is refused for a body that only %s shows",
    "file": "/work/wt/callers/test/unit/pass-through.test.ts",
    "location": {
      "line": 64,
      "column": 5
    }
  },
  {
    "name": "a passed-through call > that gets no answer can be tried again in 5 s (%#)",
    "file": "/work/wt/callers/test/unit/pass-through.test.ts",
    "location": {
      "line": 75,
      "column": 5
    }
  },
  {
    "name": "a client that leaves during its upload is no failure, whatever the connection to Microsoft reports",
    "file": "/work/wt/callers/test/unit/pass-through.test.ts",
    "location": {
      "line": 83,
      "column": 1
    }
  },
  {
    "name": "a failure of Microsoft > is passed through with a diagnosis, and with a wait if Microsoft gives none",
    "file": "/work/wt/callers/test/unit/pass-through.test.ts",
    "location": {
      "line": 93,
      "column": 3
    }
  },
  {
    "name": "a failure of Microsoft > for too many calls a minute stops the service’s calls for its tenant until the wait is over",
    "file": "/work/wt/callers/test/unit/pass-through.test.ts",
    "location": {
      "line": 108,
      "column": 3
    }
  },
  {
    "name": "a failure of Microsoft > stops no call of another tenant",
    "file": "/work/wt/callers/test/unit/pass-through.test.ts",
    "location": {
      "line": 128,
      "column": 3
    }
  },
  {
    "name": "a failure of Microsoft > of another kind stops nothing: %s %j",
    "file": "/work/wt/callers/test/unit/pass-through.test.ts",
    "location": {
      "line": 143,
      "column": 14
    }
  },
  {
    "name": "a failure of Microsoft > means missing rights if the called account is the tenant’s",
    "file": "/work/wt/callers/test/unit/pass-through.test.ts",
    "location": {
      "line": 149,
      "column": 3
    }
  },
  {
    "name": "a failure of Microsoft > is the app’s problem only if no token is at fault: %i",
    "file": "/work/wt/callers/test/unit/pass-through.test.ts",
    "location": {
      "line": 167,
      "column": 5
    }
  },
  {
    "name": "a failure of Microsoft > is recorded against the person, unless it may be about the account that the call names",
    "file": "/work/wt/callers/test/unit/pass-through.test.ts",
    "location": {
      "line": 174,
      "column": 3
    }
  },
  {
    "name": "a failure of Microsoft > passes through unexplained if storage takes more than 2 s, or fails",
    "file": "/work/wt/callers/test/unit/pass-through.test.ts",
    "location": {
      "line": 188,
      "column": 3
    }
  },
  {
    "name": "a target > is the path below the service’s base, with the original query",
    "file": "/work/wt/callers/test/unit/passthrough.test.ts",
    "location": {
      "line": 17,
      "column": 3
    }
  },
  {
    "name": "a target > reads %2F as a slash, as clients that follow OpenAPI write it",
    "file": "/work/wt/callers/test/unit/passthrough.test.ts",
    "location": {
      "line": 23,
      "column": 3
    }
  },
  {
    "name": "a target > drops Microsoft’s own path in front, which SDKs with a base address of ours keep",
    "file": "/work/wt/callers/test/unit/passthrough.test.ts",
    "location": {
      "line": 29,
      "column": 3
    }
  },
  {
    "name": "a target > cannot be a path that could lead elsewhere: %j",
    "file": "/work/wt/callers/test/unit/passthrough.test.ts",
    "location": {
      "line": 60,
      "column": 5
    }
  },
  {
    "name": "headers > of the caller are passed through if they describe body, answer, or client",
    "file": "/work/wt/callers/test/unit/passthrough.test.ts",
    "location": {
      "line": 66,
      "column": 3
    }
  },
  {
    "name": "headers > of the answer are passed through if they describe the body or the call",
    "file": "/work/wt/callers/test/unit/passthrough.test.ts",
    "location": {
      "line": 96,
      "column": 3
    }
  },
  {
    "name": "headers > of the answer are ASCII, because the Functions host can send nothing else",
    "file": "/work/wt/callers/test/unit/passthrough.test.ts",
    "location": {
      "line": 122,
      "column": 3
    }
  },
  {
    "name": "headers > of the answer don’t include an allowed one that belongs to the connection",
    "file": "/work/wt/callers/test/unit/passthrough.test.ts",
    "location": {
      "line": 128,
      "column": 3
    }
  },
  {
    "name": "reading ahead > of a small body returns all of it, repeatedly",
    "file": "/work/wt/callers/test/unit/passthrough.test.ts",
    "location": {
      "line": 142,
      "column": 3
    }
  },
  {
    "name": "reading ahead > of a large body returns its beginning and streams all of it",
    "file": "/work/wt/callers/test/unit/passthrough.test.ts",
    "location": {
      "line": 147,
      "column": 3
    }
  },
  {
    "name": "reading ahead > ends its source when the reader stops, even before it has started",
    "file": "/work/wt/callers/test/unit/passthrough.test.ts",
    "location": {
      "line": 155,
      "column": 3
    }
  },
  {
    "name": "a refused call > with %s",
    "file": "/work/wt/callers/test/unit/passthrough.test.ts",
    "location": {
      "line": 207,
      "column": 5
    }
  },
  {
    "name": "sending > a streamed body is a single %s call, regardless of its contents",
    "file": "/work/wt/callers/test/unit/passthrough.test.ts",
    "location": {
      "line": 233,
      "column": 66
    }
  },
  {
    "name": "sending > a body that is %s than declared ends the call and its connection",
    "file": "/work/wt/callers/test/unit/passthrough.test.ts",
    "location": {
      "line": 254,
      "column": 5
    }
  },
  {
    "name": "sending > follows no redirect",
    "file": "/work/wt/callers/test/unit/passthrough.test.ts",
    "location": {
      "line": 266,
      "column": 3
    }
  },
  {
    "name": "sending > an answer with status %s is unusable, and ends immediately",
    "file": "/work/wt/callers/test/unit/passthrough.test.ts",
    "location": {
      "line": 276,
      "column": 74
    }
  },
  {
    "name": "sending > an answer that stops in the middle is given up after 120 s",
    "file": "/work/wt/callers/test/unit/passthrough.test.ts",
    "location": {
      "line": 289,
      "column": 3
    }
  },
  {
    "name": "sending > gives up when its time is over",
    "file": "/work/wt/callers/test/unit/passthrough.test.ts",
    "location": {
      "line": 309,
      "column": 3
    }
  },
  {
    "name": "a fault as %s > with %i is judged as Microsoft’s own JSON",
    "file": "/work/wt/callers/test/unit/pasted-forms.test.ts",
    "location": {
      "line": 133,
      "column": 64
    }
  },
  {
    "name": "a fault that is cut at any position keeps its verdict or gets a less definite one, never another actor",
    "file": "/work/wt/callers/test/unit/pasted-forms.test.ts",
    "location": {
      "line": 144,
      "column": 1
    }
  },
  {
    "name": "a completely pasted answer needs no separate status",
    "file": "/work/wt/callers/test/unit/pasted-forms.test.ts",
    "location": {
      "line": 171,
      "column": 1
    }
  },
  {
    "name": "a message without a fault is judged by Microsoft’s words",
    "file": "/work/wt/callers/test/unit/pasted-forms.test.ts",
    "location": {
      "line": 179,
      "column": 1
    }
  },
  {
    "name": "Microsoft’s words for a SOAP fault, without the fault > %s show what is missing, and are not blamed on SOAP",
    "file": "/work/wt/callers/test/unit/pasted-forms.test.ts",
    "location": {
      "line": 200,
      "column": 5
    }
  },
  {
    "name": "Microsoft’s words for a SOAP fault, without the fault > are about the ids if those are provably misplaced",
    "file": "/work/wt/callers/test/unit/pasted-forms.test.ts",
    "location": {
      "line": 209,
      "column": 3
    }
  },
  {
    "name": "Microsoft’s words for a SOAP fault, without the fault > are shown with the type’s name, which is not a secret",
    "file": "/work/wt/callers/test/unit/pasted-forms.test.ts",
    "location": {
      "line": 216,
      "column": 3
    }
  },
  {
    "name": "%j shows its status without a head",
    "file": "/work/wt/callers/test/unit/pasted-forms.test.ts",
    "location": {
      "line": 227,
      "column": 3
    }
  },
  {
    "name": "a gateway’s page has no known cause",
    "file": "/work/wt/callers/test/unit/pasted-forms.test.ts",
    "location": {
      "line": 233,
      "column": 1
    }
  },
  {
    "name": "a 401 > with «%s» is %s",
    "file": "/work/wt/callers/test/unit/pasted-forms.test.ts",
    "location": {
      "line": 245,
      "column": 5
    }
  },
  {
    "name": "a success status > with %j is %s",
    "file": "/work/wt/callers/test/unit/pasted-forms.test.ts",
    "location": {
      "line": 266,
      "column": 5
    }
  },
  {
    "name": "SOAP > has its code’s verdict, and the note about the end of SOAP",
    "file": "/work/wt/callers/test/unit/pasted-forms.test.ts",
    "location": {
      "line": 274,
      "column": 3
    }
  },
  {
    "name": "hosts > %s is %s",
    "file": "/work/wt/callers/test/unit/pasted-forms.test.ts",
    "location": {
      "line": 301,
      "column": 5
    }
  },
  {
    "name": "a pasted token endpoint’s refusal > %j is %s",
    "file": "/work/wt/callers/test/unit/pasted-forms.test.ts",
    "location": {
      "line": 319,
      "column": 5
    }
  },
  {
    "name": "a token endpoint’s refusal %s is judged like the plain one",
    "file": "/work/wt/callers/test/unit/pasted-forms.test.ts",
    "location": {
      "line": 342,
      "column": 40
    }
  },
  {
    "name": "the shown text > keeps %s",
    "file": "/work/wt/callers/test/unit/pasted-forms.test.ts",
    "location": {
      "line": 367,
      "column": 5
    }
  },
  {
    "name": "the shown text > contains no credential",
    "file": "/work/wt/callers/test/unit/pasted-forms.test.ts",
    "location": {
      "line": 371,
      "column": 3
    }
  },
  {
    "name": "JSON is read to its end, and other forms to their first 256 KiB",
    "file": "/work/wt/callers/test/unit/pasted-forms.test.ts",
    "location": {
      "line": 388,
      "column": 1
    }
  },
  {
    "name": "a megabyte of %s is read in linear time",
    "file": "/work/wt/callers/test/unit/pasted-forms.test.ts",
    "location": {
      "line": 409,
      "column": 3
    }
  },
  {
    "name": "a refusal > has Microsoft’s codes with their names, and its words behind ours",
    "file": "/work/wt/callers/test/unit/quote-errors.test.ts",
    "location": {
      "line": 12,
      "column": 3
    }
  },
  {
    "name": "a refusal > has each code and each sentence once, with the details, on one line",
    "file": "/work/wt/callers/test/unit/quote-errors.test.ts",
    "location": {
      "line": 19,
      "column": 3
    }
  },
  {
    "name": "a refusal > has our sentence alone if Microsoft said nothing, or the same",
    "file": "/work/wt/callers/test/unit/quote-errors.test.ts",
    "location": {
      "line": 25,
      "column": 3
    }
  },
  {
    "name": "a refusal > never has more than 20 codes and three sentences",
    "file": "/work/wt/callers/test/unit/quote-errors.test.ts",
    "location": {
      "line": 33,
      "column": 3
    }
  },
  {
    "name": "a refusal > has no secret that Microsoft repeats",
    "file": "/work/wt/callers/test/unit/quote-errors.test.ts",
    "location": {
      "line": 40,
      "column": 3
    }
  },
  {
    "name": "a backup counts as missing as soon as the alert rings: two hours after the next one is due",
    "file": "/work/wt/callers/test/unit/ready-backup.test.ts",
    "location": {
      "line": 54,
      "column": 1
    }
  },
  {
    "name": "a new container whose first backup never works is missed two hours after the second one was due",
    "file": "/work/wt/callers/test/unit/ready-backup.test.ts",
    "location": {
      "line": 69,
      "column": 1
    }
  },
  {
    "name": "a backup by hand makes it well",
    "file": "/work/wt/callers/test/unit/ready-backup.test.ts",
    "location": {
      "line": 81,
      "column": 1
    }
  },
  {
    "name": "a container of many backups is asked for the last days only",
    "file": "/work/wt/callers/test/unit/ready-backup.test.ts",
    "location": {
      "line": 85,
      "column": 1
    }
  },
  {
    "name": "a time that only a wrong clock could have written is no backup",
    "file": "/work/wt/callers/test/unit/ready-backup.test.ts",
    "location": {
      "line": 90,
      "column": 1
    }
  },
  {
    "name": "a broker without backups is asked for none",
    "file": "/work/wt/callers/test/unit/ready-backup.test.ts",
    "location": {
      "line": 96,
      "column": 1
    }
  },
  {
    "name": "a container that refuses the broker, or is gone, is told as what it is",
    "file": "/work/wt/callers/test/unit/ready-backup.test.ts",
    "location": {
      "line": 103,
      "column": 1
    }
  },
  {
    "name": "a container that doesn’t answer is named",
    "file": "/work/wt/callers/test/unit/ready-backup.test.ts",
    "location": {
      "line": 112,
      "column": 1
    }
  },
  {
    "name": "a missing %s is rebuilt: nobody is told first to create an empty one beside a running broker",
    "file": "/work/wt/callers/test/unit/ready-tables.test.ts",
    "location": {
      "line": 25,
      "column": 59
    }
  },
  {
    "name": "a missing %s is created empty, by the name with its prefix",
    "file": "/work/wt/callers/test/unit/ready-tables.test.ts",
    "location": {
      "line": 37,
      "column": 38
    }
  },
  {
    "name": "a network that is closed is told from a missing role: %s",
    "file": "/work/wt/callers/test/unit/ready-tables.test.ts",
    "location": {
      "line": 50,
      "column": 3
    }
  },
  {
    "name": "for $tenants tenants > the times of a loss are the sums of what the page measured: %s",
    "file": "/work/wt/callers/test/unit/recovery-page.test.ts",
    "location": {
      "line": 47,
      "column": 7
    }
  },
  {
    "name": "ten times as many tenants take ten times as long in the arithmetic",
    "file": "/work/wt/callers/test/unit/recovery-page.test.ts",
    "location": {
      "line": 55,
      "column": 1
    }
  },
  {
    "name": "each figure of an RTO says whether it was measured",
    "file": "/work/wt/callers/test/unit/recovery-page.test.ts",
    "location": {
      "line": 60,
      "column": 1
    }
  },
  {
    "name": "a rebuild writes less than a partition and a vault take",
    "file": "/work/wt/callers/test/unit/recovery-page.test.ts",
    "location": {
      "line": 70,
      "column": 1
    }
  },
  {
    "name": "the filter > is known for each type of report",
    "file": "/work/wt/callers/test/unit/report-filter.test.ts",
    "location": {
      "line": 36,
      "column": 3
    }
  },
  {
    "name": "the filter > takes each documented element with all its values, and names them for any other",
    "file": "/work/wt/callers/test/unit/report-filter.test.ts",
    "location": {
      "line": 41,
      "column": 3
    }
  },
  {
    "name": "the filter > takes no element of another report, and names its own",
    "file": "/work/wt/callers/test/unit/report-filter.test.ts",
    "location": {
      "line": 53,
      "column": 3
    }
  },
  {
    "name": "the filter > of a %s report can’t be %j",
    "file": "/work/wt/callers/test/unit/report-filter.test.ts",
    "location": {
      "line": 95,
      "column": 5
    }
  },
  {
    "name": "the filter > is Microsoft’s: words with commas, numbers, IDs, texts, and what is true",
    "file": "/work/wt/callers/test/unit/report-filter.test.ts",
    "location": {
      "line": 99,
      "column": 3
    }
  },
  {
    "name": "an output > is there when it’s whole, with nothing beside it",
    "file": "/work/wt/callers/test/unit/report-output.test.ts",
    "location": {
      "line": 48,
      "column": 3
    }
  },
  {
    "name": "an output > that is given up leaves nothing, or what was there",
    "file": "/work/wt/callers/test/unit/report-output.test.ts",
    "location": {
      "line": 56,
      "column": 3
    }
  },
  {
    "name": "an output > replaces a file and keeps its permissions",
    "file": "/work/wt/callers/test/unit/report-output.test.ts",
    "location": {
      "line": 64,
      "column": 3
    }
  },
  {
    "name": "an output > leaves what has another name as it was",
    "file": "/work/wt/callers/test/unit/report-output.test.ts",
    "location": {
      "line": 71,
      "column": 3
    }
  },
  {
    "name": "an output > that is a link to %s is written where it leads, and stays a link",
    "file": "/work/wt/callers/test/unit/report-output.test.ts",
    "location": {
      "line": 78,
      "column": 55
    }
  },
  {
    "name": "an output > with the longest name is written",
    "file": "/work/wt/callers/test/unit/report-output.test.ts",
    "location": {
      "line": 92,
      "column": 3
    }
  },
  {
    "name": "an output > that is a device is written, and stays one",
    "file": "/work/wt/callers/test/unit/report-output.test.ts",
    "location": {
      "line": 99,
      "column": 3
    }
  },
  {
    "name": "an output > %s is standard output",
    "file": "/work/wt/callers/test/unit/report-output.test.ts",
    "location": {
      "line": 109,
      "column": 65
    }
  },
  {
    "name": "an output > on a full disk stops with a sentence",
    "file": "/work/wt/callers/test/unit/report-output.test.ts",
    "location": {
      "line": 122,
      "column": 3
    }
  },
  {
    "name": "an output > %j is refused before anything is asked for: %s",
    "file": "/work/wt/callers/test/unit/report-output.test.ts",
    "location": {
      "line": 143,
      "column": 6
    }
  },
  {
    "name": "an output > without a name is refused",
    "file": "/work/wt/callers/test/unit/report-output.test.ts",
    "location": {
      "line": 152,
      "column": 3
    }
  },
  {
    "name": "the commands of the pages for operators run on any system with bash > all blocks are bash",
    "file": "/work/wt/callers/test/unit/runbook-commands.test.ts",
    "location": {
      "line": 46,
      "column": 3
    }
  },
  {
    "name": "the commands of the pages for operators run on any system with bash > none needs more than bash 3.2, which macOS has, and tools that all systems have",
    "file": "/work/wt/callers/test/unit/runbook-commands.test.ts",
    "location": {
      "line": 54,
      "column": 3
    }
  },
  {
    "name": "the commands of the pages for operators run on any system with bash > no page has an option that only GNU tools have, in its sentences either",
    "file": "/work/wt/callers/test/unit/runbook-commands.test.ts",
    "location": {
      "line": 73,
      "column": 3
    }
  },
  {
    "name": "the commands of the pages for operators run on any system with bash > a page says that its commands need %s",
    "file": "/work/wt/callers/test/unit/runbook-commands.test.ts",
    "location": {
      "line": 79,
      "column": 31
    }
  },
  {
    "name": "no query takes the first of a list, which prints nothing or fails if the list is empty or has another order",
    "file": "/work/wt/callers/test/unit/runbook-commands.test.ts",
    "location": {
      "line": 97,
      "column": 1
    }
  },
  {
    "name": "a block is pasted as a whole, so none undoes what it has done",
    "file": "/work/wt/callers/test/unit/runbook-commands.test.ts",
    "location": {
      "line": 108,
      "column": 1
    }
  },
  {
    "name": "deletion locks > a lock has the name and the level that the pages say",
    "file": "/work/wt/callers/test/unit/runbook-commands.test.ts",
    "location": {
      "line": 121,
      "column": 3
    }
  },
  {
    "name": "deletion locks > each page that deletes what a lock protects says how to delete the lock, and how to bring it back",
    "file": "/work/wt/callers/test/unit/runbook-commands.test.ts",
    "location": {
      "line": 137,
      "column": 3
    }
  },
  {
    "name": "the runbook of 5xx has a row for every code that can cause one, and no other",
    "file": "/work/wt/callers/test/unit/runbooks.test.ts",
    "location": {
      "line": 22,
      "column": 1
    }
  },
  {
    "name": "it tells apart every reason why storage is unavailable",
    "file": "/work/wt/callers/test/unit/runbooks.test.ts",
    "location": {
      "line": 29,
      "column": 1
    }
  },
  {
    "name": "the runbook of throttling names operations as the log does",
    "file": "/work/wt/callers/test/unit/runbooks.test.ts",
    "location": {
      "line": 53,
      "column": 1
    }
  },
  {
    "name": "no page asks for more validity than a vend accepts",
    "file": "/work/wt/callers/test/unit/runbooks.test.ts",
    "location": {
      "line": 61,
      "column": 1
    }
  },
  {
    "name": "no page promises that a vended token ends within an hour: Entra’s last up to 90 minutes",
    "file": "/work/wt/callers/test/unit/runbooks.test.ts",
    "location": {
      "line": 67,
      "column": 1
    }
  },
  {
    "name": "every page that stops the app before it writes also checks that it stopped",
    "file": "/work/wt/callers/test/unit/runbooks.test.ts",
    "location": {
      "line": 81,
      "column": 1
    }
  },
  {
    "name": "a number in brackets behind a setting or a parameter is its default",
    "file": "/work/wt/callers/test/unit/runbooks.test.ts",
    "location": {
      "line": 87,
      "column": 1
    }
  },
  {
    "name": "a lock is deleted only after its lease was broken",
    "file": "/work/wt/callers/test/unit/runbooks.test.ts",
    "location": {
      "line": 107,
      "column": 1
    }
  },
  {
    "name": "a command that reads what is typed is the last one of its block: a terminal would give it the next pasted line",
    "file": "/work/wt/callers/test/unit/runbooks.test.ts",
    "location": {
      "line": 116,
      "column": 1
    }
  },
  {
    "name": "a secret that moves keeps an expiry in the form that the CLI takes",
    "file": "/work/wt/callers/test/unit/runbooks.test.ts",
    "location": {
      "line": 124,
      "column": 1
    }
  },
  {
    "name": "every task’s page names a test that plays it against the local stack",
    "file": "/work/wt/callers/test/unit/runbooks.test.ts",
    "location": {
      "line": 130,
      "column": 1
    }
  },
  {
    "name": "a sign-in that waits for its confirmation > waits 15 minutes next to the working grant, under the hash of a code that only the browser has",
    "file": "/work/wt/callers/test/unit/save-pending.test.ts",
    "location": {
      "line": 11,
      "column": 3
    }
  },
  {
    "name": "a sign-in that waits for its confirmation > offers no page if the app asks itself",
    "file": "/work/wt/callers/test/unit/save-pending.test.ts",
    "location": {
      "line": 44,
      "column": 3
    }
  },
  {
    "name": "a sign-in that waits for its confirmation > replaces an earlier one, whose secret is destroyed",
    "file": "/work/wt/callers/test/unit/save-pending.test.ts",
    "location": {
      "line": 50,
      "column": 3
    }
  },
  {
    "name": "a sign-in that waits for its confirmation > depends on a loss: %s",
    "file": "/work/wt/callers/test/unit/save-pending.test.ts",
    "location": {
      "line": 64,
      "column": 14
    }
  },
  {
    "name": "a tenant with constant conflicts stays unchanged, and no secret is left",
    "file": "/work/wt/callers/test/unit/save-pending.test.ts",
    "location": {
      "line": 73,
      "column": 1
    }
  },
  {
    "name": "no secret is written for a tenant that was disconnected after the comparison",
    "file": "/work/wt/callers/test/unit/save-pending.test.ts",
    "location": {
      "line": 83,
      "column": 1
    }
  },
  {
    "name": "its due row exists before it waits, so that a sweep ends it in any case",
    "file": "/work/wt/callers/test/unit/save-pending.test.ts",
    "location": {
      "line": 95,
      "column": 1
    }
  },
  {
    "name": "a sign-in is not stored > %s",
    "file": "/work/wt/callers/test/unit/save-pending.test.ts",
    "location": {
      "line": 125,
      "column": 14
    }
  },
  {
    "name": "a sign-in is not stored > if %j happens while its secret is written, and the secret is destroyed",
    "file": "/work/wt/callers/test/unit/save-pending.test.ts",
    "location": {
      "line": 137,
      "column": 14
    }
  },
  {
    "name": "a sign-in that takes effect immediately > connects the tenant with the accounts that it can reach, and drops the rest",
    "file": "/work/wt/callers/test/unit/save-sign-in.test.ts",
    "location": {
      "line": 12,
      "column": 3
    }
  },
  {
    "name": "a sign-in that takes effect immediately > says whether its list of accounts is cut: %s",
    "file": "/work/wt/callers/test/unit/save-sign-in.test.ts",
    "location": {
      "line": 25,
      "column": 31
    }
  },
  {
    "name": "a sign-in that takes effect immediately > says that its discovery ended early, and keeps the same person’s accounts",
    "file": "/work/wt/callers/test/unit/save-sign-in.test.ts",
    "location": {
      "line": 31,
      "column": 3
    }
  },
  {
    "name": "a sign-in that takes effect immediately > by another person without lost accounts tells the app about the person",
    "file": "/work/wt/callers/test/unit/save-sign-in.test.ts",
    "location": {
      "line": 40,
      "column": 3
    }
  },
  {
    "name": "a sign-in that takes effect immediately > doesn’t lead to the page if no account is usable",
    "file": "/work/wt/callers/test/unit/save-sign-in.test.ts",
    "location": {
      "line": 49,
      "column": 3
    }
  },
  {
    "name": "a sign-in that takes effect immediately > leads to the page if an account must be chosen, and the page can be answered for 30 minutes",
    "file": "/work/wt/callers/test/unit/save-sign-in.test.ts",
    "location": {
      "line": 56,
      "column": 3
    }
  },
  {
    "name": "a sign-in that takes effect immediately > leads to no page if the default is clear",
    "file": "/work/wt/callers/test/unit/save-sign-in.test.ts",
    "location": {
      "line": 75,
      "column": 3
    }
  },
  {
    "name": "a sign-in that takes effect immediately > keeps the choice of the same person, and ends the choice of another",
    "file": "/work/wt/callers/test/unit/save-sign-in.test.ts",
    "location": {
      "line": 81,
      "column": 3
    }
  },
  {
    "name": "a sign-in that takes effect immediately > doesn’t fail if old accounts can’t be removed",
    "file": "/work/wt/callers/test/unit/save-sign-in.test.ts",
    "location": {
      "line": 92,
      "column": 3
    }
  },
  {
    "name": "a sign-in that takes effect immediately > is committed before its accounts are written; until then, apps find %s",
    "file": "/work/wt/callers/test/unit/save-sign-in.test.ts",
    "location": {
      "line": 101,
      "column": 5
    }
  },
  {
    "name": "a sign-in that takes effect immediately > after a disconnect, is connected without the accounts of the person before",
    "file": "/work/wt/callers/test/unit/save-sign-in.test.ts",
    "location": {
      "line": 119,
      "column": 3
    }
  },
  {
    "name": "a sign-in that takes effect immediately > stays connected if storage doesn’t take its accounts, says so, and leads to no page",
    "file": "/work/wt/callers/test/unit/save-sign-in.test.ts",
    "location": {
      "line": 131,
      "column": 3
    }
  },
  {
    "name": "a sign-in that takes effect immediately > leaves the accounts to a discovery that was faster",
    "file": "/work/wt/callers/test/unit/save-sign-in.test.ts",
    "location": {
      "line": 141,
      "column": 3
    }
  },
  {
    "name": "a sign-in that takes effect immediately > waits for its confirmation before its accounts are written",
    "file": "/work/wt/callers/test/unit/save-sign-in.test.ts",
    "location": {
      "line": 159,
      "column": 3
    }
  },
  {
    "name": "a sign-in that takes effect immediately > waits for its confirmation, although storage doesn’t take its accounts",
    "file": "/work/wt/callers/test/unit/save-sign-in.test.ts",
    "location": {
      "line": 173,
      "column": 3
    }
  },
  {
    "name": "a sign-in that takes effect immediately > answers the browser in time while its accounts are still being written (confirm: %s)",
    "file": "/work/wt/callers/test/unit/save-sign-in.test.ts",
    "location": {
      "line": 182,
      "column": 27
    }
  },
  {
    "name": "a sign-in that takes effect immediately > leaves a hint for a sweep before its commit",
    "file": "/work/wt/callers/test/unit/save-sign-in.test.ts",
    "location": {
      "line": 205,
      "column": 3
    }
  },
  {
    "name": "a sign-in that takes effect immediately > isn’t stored if another person has connected the tenant since the comparison",
    "file": "/work/wt/callers/test/unit/save-sign-in.test.ts",
    "location": {
      "line": 223,
      "column": 3
    }
  },
  {
    "name": "of several sign-ins with one link > that finish at the same moment, exactly one is kept, and no other secret is left (%s, %s)",
    "file": "/work/wt/callers/test/unit/save-sign-in.test.ts",
    "location": {
      "line": 247,
      "column": 5
    }
  },
  {
    "name": "of several sign-ins with one link > the second one is not kept later either, not even by another person",
    "file": "/work/wt/callers/test/unit/save-sign-in.test.ts",
    "location": {
      "line": 277,
      "column": 3
    }
  },
  {
    "name": "of several sign-ins with one link > one that fails leaves the link to the others",
    "file": "/work/wt/callers/test/unit/save-sign-in.test.ts",
    "location": {
      "line": 291,
      "column": 3
    }
  },
  {
    "name": "a sign-in while storage is busy > ends well if each %s fails for 15 seconds",
    "file": "/work/wt/callers/test/unit/save-sign-in.test.ts",
    "location": {
      "line": 323,
      "column": 60
    }
  },
  {
    "name": "a sign-in while storage is busy > opens the page for the choice once its records are issued (confirm: %s)",
    "file": "/work/wt/callers/test/unit/save-sign-in.test.ts",
    "location": {
      "line": 338,
      "column": 27
    }
  },
  {
    "name": "a sign-in while storage is busy > fails within 30 seconds if each %s keeps failing",
    "file": "/work/wt/callers/test/unit/save-sign-in.test.ts",
    "location": {
      "line": 352,
      "column": 60
    }
  },
  {
    "name": "the secret of a grant > expires after 90 days, and each rotation counts them again",
    "file": "/work/wt/callers/test/unit/secret-expiry.test.ts",
    "location": {
      "line": 37,
      "column": 3
    }
  },
  {
    "name": "the secret of a grant > is renewed by a read if a refresh has brought no new token for more than 15 days",
    "file": "/work/wt/callers/test/unit/secret-expiry.test.ts",
    "location": {
      "line": 46,
      "column": 3
    }
  },
  {
    "name": "the secret of a grant > of an earlier version gets an expiry date",
    "file": "/work/wt/callers/test/unit/secret-expiry.test.ts",
    "location": {
      "line": 56,
      "column": 3
    }
  },
  {
    "name": "the secret of a grant > is read although it has expired, and although the vault refuses the renewal",
    "file": "/work/wt/callers/test/unit/secret-expiry.test.ts",
    "location": {
      "line": 63,
      "column": 3
    }
  },
  {
    "name": "the secret of a grant > lets nobody wait for its renewal",
    "file": "/work/wt/callers/test/unit/secret-expiry.test.ts",
    "location": {
      "line": 71,
      "column": 3
    }
  },
  {
    "name": "the secret of a grant > of an idle grant whose token stays keeps 75 days, less %i days without a refresh",
    "file": "/work/wt/callers/test/unit/secret-expiry.test.ts",
    "location": {
      "line": 78,
      "column": 25
    }
  },
  {
    "name": "the secret of a grant > never expires between two refreshes that KEEP_ALIVE_DAYS allows",
    "file": "/work/wt/callers/test/unit/secret-expiry.test.ts",
    "location": {
      "line": 94,
      "column": 3
    }
  },
  {
    "name": "the sealing keys expire after SECRET_EXPIRY_DAYS, counted again when a key is added or dropped",
    "file": "/work/wt/callers/test/unit/secret-expiry.test.ts",
    "location": {
      "line": 102,
      "column": 1
    }
  },
  {
    "name": "no older sealing key is dropped while the newest is younger than ten minutes",
    "file": "/work/wt/callers/test/unit/secret-expiry.test.ts",
    "location": {
      "line": 113,
      "column": 1
    }
  },
  {
    "name": "our own sources expose secrets only where they are sent, sealed, or stored",
    "file": "/work/wt/callers/test/unit/source-faults.test.ts",
    "location": {
      "line": 9,
      "column": 1
    }
  },
  {
    "name": "a secret that is exposed elsewhere is a fault: %s",
    "file": "/work/wt/callers/test/unit/source-faults.test.ts",
    "location": {
      "line": 19,
      "column": 3
    }
  },
  {
    "name": "a sealed text that is opened elsewhere is a fault: %s",
    "file": "/work/wt/callers/test/unit/source-faults.test.ts",
    "location": {
      "line": 33,
      "column": 3
    }
  },
  {
    "name": "a tenant’s row that is written elsewhere is a fault: %s",
    "file": "/work/wt/callers/test/unit/source-faults.test.ts",
    "location": {
      "line": 45,
      "column": 3
    }
  },
  {
    "name": "a listed file that writes no row is a fault",
    "file": "/work/wt/callers/test/unit/source-faults.test.ts",
    "location": {
      "line": 51,
      "column": 1
    }
  },
  {
    "name": "a listed file that opens no sealed text is a fault",
    "file": "/work/wt/callers/test/unit/source-faults.test.ts",
    "location": {
      "line": 57,
      "column": 1
    }
  },
  {
    "name": "a listed file that exposes no secret is a fault",
    "file": "/work/wt/callers/test/unit/source-faults.test.ts",
    "location": {
      "line": 63,
      "column": 1
    }
  },
  {
    "name": "a file of more than 350 lines is a fault",
    "file": "/work/wt/callers/test/unit/source-faults.test.ts",
    "location": {
      "line": 69,
      "column": 1
    }
  },
  {
    "name": "the host’s metadata of a trigger is not read, and an empty one can be made",
    "file": "/work/wt/callers/test/unit/source-faults.test.ts",
    "location": {
      "line": 77,
      "column": 1
    }
  },
  {
    "name": "a row is replaced whole only where nothing of a later version is lost",
    "file": "/work/wt/callers/test/unit/source-faults.test.ts",
    "location": {
      "line": 82,
      "column": 1
    }
  },
  {
    "name": "a sweep starts nothing more after the setting’s seconds, or after fewer if the order says so",
    "file": "/work/wt/callers/test/unit/sweep.test.ts",
    "location": {
      "line": 62,
      "column": 1
    }
  },
  {
    "name": "a sweep that someone requests has the seconds that the pages say",
    "file": "/work/wt/callers/test/unit/sweep.test.ts",
    "location": {
      "line": 69,
      "column": 1
    }
  },
  {
    "name": "a sweep on an instance that is taken away leaves the rest to others",
    "file": "/work/wt/callers/test/unit/sweep.test.ts",
    "location": {
      "line": 78,
      "column": 1
    }
  },
  {
    "name": "a shard’s report names the sweep that handed it over, and a whole sweep’s its own start",
    "file": "/work/wt/callers/test/unit/sweep.test.ts",
    "location": {
      "line": 87,
      "column": 1
    }
  },
  {
    "name": "every report lists the holds, even without due tenants",
    "file": "/work/wt/callers/test/unit/sweep.test.ts",
    "location": {
      "line": 97,
      "column": 1
    }
  },
  {
    "name": "if storage can’t return the holds, the report lists those that the sweep met",
    "file": "/work/wt/callers/test/unit/sweep.test.ts",
    "location": {
      "line": 105,
      "column": 1
    }
  },
  {
    "name": "an unreadable shard > does not affect the others, and is handed over if allowed",
    "file": "/work/wt/callers/test/unit/sweep.test.ts",
    "location": {
      "line": 120,
      "column": 3
    }
  },
  {
    "name": "an unreadable shard > fails the sweep if $unreadable of $count are unreadable",
    "file": "/work/wt/callers/test/unit/sweep.test.ts",
    "location": {
      "line": 136,
      "column": 5
    }
  },
  {
    "name": "where a table answers %s, the sweep > asks for no further tenant and removes nothing",
    "file": "/work/wt/callers/test/unit/sweep.test.ts",
    "location": {
      "line": 144,
      "column": 3
    }
  },
  {
    "name": "where a table answers %s, the sweep > reads no further page",
    "file": "/work/wt/callers/test/unit/sweep.test.ts",
    "location": {
      "line": 151,
      "column": 3
    }
  },
  {
    "name": "where a table answers %s, the sweep > stops at the first shard of a missing due index, and is reported",
    "file": "/work/wt/callers/test/unit/sweep.test.ts",
    "location": {
      "line": 173,
      "column": 3
    }
  },
  {
    "name": "a due row of a tenant that has moved to $environment:$identityProvider > stops only its own tenant while that registration is on hold",
    "file": "/work/wt/callers/test/unit/sweep.test.ts",
    "location": {
      "line": 224,
      "column": 3
    }
  },
  {
    "name": "a due row of a tenant that has moved to $environment:$identityProvider > opens no circuit for the registration that it still names",
    "file": "/work/wt/callers/test/unit/sweep.test.ts",
    "location": {
      "line": 230,
      "column": 3
    }
  },
  {
    "name": "stuck tenants are counted by reason, not as failures, and open no circuit",
    "file": "/work/wt/callers/test/unit/sweep.test.ts",
    "location": {
      "line": 235,
      "column": 1
    }
  },
  {
    "name": "a bearer token is refused > %s",
    "file": "/work/wt/callers/test/unit/token-kinds.test.ts",
    "location": {
      "line": 70,
      "column": 19
    }
  },
  {
    "name": "a bearer token is refused > %s, also while its issuer’s keys can’t be fetched",
    "file": "/work/wt/callers/test/unit/token-kinds.test.ts",
    "location": {
      "line": 76,
      "column": 19
    }
  },
  {
    "name": "a bearer token is refused > %s",
    "file": "/work/wt/callers/test/unit/token-kinds.test.ts",
    "location": {
      "line": 92,
      "column": 5
    }
  },
  {
    "name": "a bearer token is refused > that a stranger signed, with %s; no other address is asked for keys",
    "file": "/work/wt/callers/test/unit/token-kinds.test.ts",
    "location": {
      "line": 106,
      "column": 5
    }
  },
  {
    "name": "a bearer token is refused > for its signature’s length while its issuer’s keys can’t be fetched",
    "file": "/work/wt/callers/test/unit/token-kinds.test.ts",
    "location": {
      "line": 118,
      "column": 3
    }
  },
  {
    "name": "a bearer token is accepted > %s",
    "file": "/work/wt/callers/test/unit/token-kinds.test.ts",
    "location": {
      "line": 139,
      "column": 5
    }
  },
  {
    "name": "a person’s token > (%s) can only operate the broker, and a refusal says so",
    "file": "/work/wt/callers/test/unit/token-kinds.test.ts",
    "location": {
      "line": 149,
      "column": 5
    }
  },
  {
    "name": "a subject > that is listed is an app with the listed roles, whatever else its token says",
    "file": "/work/wt/callers/test/unit/token-kinds.test.ts",
    "location": {
      "line": 162,
      "column": 3
    }
  },
  {
    "name": "a subject > without listed roles has those of its token",
    "file": "/work/wt/callers/test/unit/token-kinds.test.ts",
    "location": {
      "line": 170,
      "column": 3
    }
  },
  {
    "name": "a subject > listed as %s: %s: %s",
    "file": "/work/wt/callers/test/unit/token-kinds.test.ts",
    "location": {
      "line": 187,
      "column": 5
    }
  },
  {
    "name": "a subject > that is %j is nobody",
    "file": "/work/wt/callers/test/unit/token-kinds.test.ts",
    "location": {
      "line": 193,
      "column": 49
    }
  },
  {
    "name": "an issuer’s keys > %s: a token that names it is refused, and other tokens are not",
    "file": "/work/wt/callers/test/unit/token-kinds.test.ts",
    "location": {
      "line": 205,
      "column": 5
    }
  },
  {
    "name": "an issuer’s keys > of more than a mebibyte are not read",
    "file": "/work/wt/callers/test/unit/token-kinds.test.ts",
    "location": {
      "line": 213,
      "column": 3
    }
  },
  {
    "name": "a report in Microsoft’s terms > is of campaigns, the days before the end, and the account’s time zone",
    "file": "/work/wt/callers/test/unit/unified-report-wish.test.ts",
    "location": {
      "line": 8,
      "column": 3
    }
  },
  {
    "name": "a report in Microsoft’s terms > is of an ad group, or of an ad, in a campaign",
    "file": "/work/wt/callers/test/unit/unified-report-wish.test.ts",
    "location": {
      "line": 18,
      "column": 3
    }
  },
  {
    "name": "a report in Microsoft’s terms > from %s to before %s has the days from %s to %s",
    "file": "/work/wt/callers/test/unit/unified-report-wish.test.ts",
    "location": {
      "line": 39,
      "column": 5
    }
  },
  {
    "name": "a report in Microsoft’s terms > has the time zone %s as %s",
    "file": "/work/wt/callers/test/unit/unified-report-wish.test.ts",
    "location": {
      "line": 49,
      "column": 5
    }
  },
  {
    "name": "a query from %s to before %s is refused at %s",
    "file": "/work/wt/callers/test/unit/unified-report-wish.test.ts",
    "location": {
      "line": 63,
      "column": 3
    }
  },
  {
    "name": "a filter by the word %j is accepted: %s",
    "file": "/work/wt/callers/test/unit/unified-report-wish.test.ts",
    "location": {
      "line": 75,
      "column": 3
    }
  },
  {
    "name": "the pages of a sorted list > are the sorted list, with equal objects in the file’s order",
    "file": "/work/wt/callers/test/unit/unified-sorted.test.ts",
    "location": {
      "line": 56,
      "column": 3
    }
  },
  {
    "name": "the pages of a sorted list > have what is searched for only",
    "file": "/work/wt/callers/test/unit/unified-sorted.test.ts",
    "location": {
      "line": 74,
      "column": 3
    }
  },
  {
    "name": "the pages of a sorted list > of %s can’t be asked for with %j",
    "file": "/work/wt/callers/test/unit/unified-sorted.test.ts",
    "location": {
      "line": 86,
      "column": 5
    }
  },
  {
    "name": "the pages of a sorted list > reach as far as the 5,000th object",
    "file": "/work/wt/callers/test/unit/unified-sorted.test.ts",
    "location": {
      "line": 92,
      "column": 3
    }
  },
  {
    "name": "the pages of a sorted list > keep little of a large file in memory: %j",
    "file": "/work/wt/callers/test/unit/unified-sorted.test.ts",
    "location": {
      "line": 100,
      "column": 5
    }
  },
  {
    "name": "an ad’s campaign > is that of its ad group, before or behind it in the file",
    "file": "/work/wt/callers/test/unit/unified-sorted.test.ts",
    "location": {
      "line": 154,
      "column": 3
    }
  },
  {
    "name": "an ad’s campaign > is looked for behind a full page only as far as needed",
    "file": "/work/wt/callers/test/unit/unified-sorted.test.ts",
    "location": {
      "line": 160,
      "column": 3
    }
  },
  {
    "name": "an ad’s campaign > is found among more ad groups than fit into a block",
    "file": "/work/wt/callers/test/unit/unified-sorted.test.ts",
    "location": {
      "line": 170,
      "column": 3
    }
  },
  {
    "name": "an app without a token > learns that the tenant is unknown",
    "file": "/work/wt/callers/test/unit/vend-problems.test.ts",
    "location": {
      "line": 47,
      "column": 3
    }
  },
  {
    "name": "an app without a token > because it asks for more than the provider issues must ask for less, and no operator is called",
    "file": "/work/wt/callers/test/unit/vend-problems.test.ts",
    "location": {
      "line": 58,
      "column": 3
    }
  },
  {
    "name": "an app without a token > because no token lasts a minute should try again in half a minute",
    "file": "/work/wt/callers/test/unit/vend-problems.test.ts",
    "location": {
      "line": 70,
      "column": 3
    }
  },
  {
    "name": "an app without a token > while the environment is on hold learns why, and waits until its end",
    "file": "/work/wt/callers/test/unit/vend-problems.test.ts",
    "location": {
      "line": 77,
      "column": 3
    }
  },
  {
    "name": "an app without a token > while its kind of grant is on hold learns that nobody has to act on the grant",
    "file": "/work/wt/callers/test/unit/vend-problems.test.ts",
    "location": {
      "line": 85,
      "column": 3
    }
  },
  {
    "name": "an app without a token > while another process refreshes waits for five seconds",
    "file": "/work/wt/callers/test/unit/vend-problems.test.ts",
    "location": {
      "line": 93,
      "column": 3
    }
  },
  {
    "name": "an app without a token > at an instance that is taken away learns that another one answers the same request",
    "file": "/work/wt/callers/test/unit/vend-problems.test.ts",
    "location": {
      "line": 100,
      "column": 3
    }
  },
  {
    "name": "an app without a token > is never asked to try again immediately",
    "file": "/work/wt/callers/test/unit/vend-problems.test.ts",
    "location": {
      "line": 107,
      "column": 3
    }
  },
  {
    "name": "an app without a token > because our own credential is refused should try again in half a minute, and the operator acts",
    "file": "/work/wt/callers/test/unit/vend-problems.test.ts",
    "location": {
      "line": 112,
      "column": 3
    }
  },
  {
    "name": "an app without a token > because our client secret is malformed learns the vault secret’s name",
    "file": "/work/wt/callers/test/unit/vend-problems.test.ts",
    "location": {
      "line": 119,
      "column": 3
    }
  },
  {
    "name": "an app without a token > because a directory refuses our registration waits for the tenant’s next attempt",
    "file": "/work/wt/callers/test/unit/vend-problems.test.ts",
    "location": {
      "line": 130,
      "column": 3
    }
  },
  {
    "name": "an app without a token > because the provider fails for everyone is nobody’s fault",
    "file": "/work/wt/callers/test/unit/vend-problems.test.ts",
    "location": {
      "line": 143,
      "column": 3
    }
  },
  {
    "name": "an app without a token > because the provider fails waits for the tenant’s next attempt",
    "file": "/work/wt/callers/test/unit/vend-problems.test.ts",
    "location": {
      "line": 151,
      "column": 3
    }
  },
  {
    "name": "an app without a token > is asked to confirm the pending consent, until it has expired",
    "file": "/work/wt/callers/test/unit/vend-problems.test.ts",
    "location": {
      "line": 163,
      "column": 3
    }
  },
  {
    "name": "an app without a token > of a tenant that is %s learns its status",
    "file": "/work/wt/callers/test/unit/vend-problems.test.ts",
    "location": {
      "line": 170,
      "column": 41
    }
  },
  {
    "name": "an app without a token > of a work account that is refreshed at %s gets the administrator’s link of %s",
    "file": "/work/wt/callers/test/unit/vend-problems.test.ts",
    "location": {
      "line": 180,
      "column": 5
    }
  },
  {
    "name": "an app without a token > learns that the advertiser must sign in again, and whether their administrator must act first",
    "file": "/work/wt/callers/test/unit/vend-problems.test.ts",
    "location": {
      "line": 199,
      "column": 3
    }
  },
  {
    "name": "a token that replaced a refused one is not replaced again for a minute",
    "file": "/work/wt/callers/test/unit/vend-problems.test.ts",
    "location": {
      "line": 216,
      "column": 1
    }
  },
  {
    "name": "a vend > asks for an account if none was chosen and none is named",
    "file": "/work/wt/callers/test/unit/vend-problems.test.ts",
    "location": {
      "line": 252,
      "column": 3
    }
  },
  {
    "name": "a vend > uses another account, customer, or developer token as soon as it is requested",
    "file": "/work/wt/callers/test/unit/vend-problems.test.ts",
    "location": {
      "line": 258,
      "column": 3
    }
  },
  {
    "name": "a vend > that was refused is a problem",
    "file": "/work/wt/callers/test/unit/vend-problems.test.ts",
    "location": {
      "line": 266,
      "column": 3
    }
  },
  {
    "name": "a vend > counts down: it returns the remaining validity",
    "file": "/work/wt/callers/test/unit/vend-problems.test.ts",
    "location": {
      "line": 271,
      "column": 3
    }
  },
  {
    "name": "every option that is called an address is parsed as one",
    "file": "/work/wt/callers/test/unit/operator/addresses.test.ts",
    "location": {
      "line": 44,
      "column": 1
    }
  },
  {
    "name": "$typed refuses something else with a sentence",
    "file": "/work/wt/callers/test/unit/operator/addresses.test.ts",
    "location": {
      "line": 56,
      "column": 18
    }
  },
  {
    "name": "$typed with something else ends with status 2",
    "file": "/work/wt/callers/test/unit/operator/addresses.test.ts",
    "location": {
      "line": 66,
      "column": 24
    }
  },
  {
    "name": "%s %j with something else in %s does the same",
    "file": "/work/wt/callers/test/unit/operator/addresses.test.ts",
    "location": {
      "line": 82,
      "column": 3
    }
  },
  {
    "name": "no address is %j",
    "file": "/work/wt/callers/test/unit/operator/addresses.test.ts",
    "location": {
      "line": 101,
      "column": 3
    }
  },
  {
    "name": "an address is %s, as it is",
    "file": "/work/wt/callers/test/unit/operator/addresses.test.ts",
    "location": {
      "line": 105,
      "column": 104
    }
  },
  {
    "name": "an address that must be secure, and one with a password, which is never repeated",
    "file": "/work/wt/callers/test/unit/operator/addresses.test.ts",
    "location": {
      "line": 112,
      "column": 1
    }
  },
  {
    "name": "telemetry that arrives, and alerts that reach a person, are good",
    "file": "/work/wt/callers/test/unit/operator/doctor-monitoring.test.ts",
    "location": {
      "line": 102,
      "column": 1
    }
  },
  {
    "name": "%s that don’t arrive any more are told, whatever else arrives",
    "file": "/work/wt/callers/test/unit/operator/doctor-monitoring.test.ts",
    "location": {
      "line": 116,
      "column": 3
    }
  },
  {
    "name": "requests are expected once a week, because most of them can be left out by sampling",
    "file": "/work/wt/callers/test/unit/operator/doctor-monitoring.test.ts",
    "location": {
      "line": 135,
      "column": 1
    }
  },
  {
    "name": "a rule %s that is disabled is named, beside others that work",
    "file": "/work/wt/callers/test/unit/operator/doctor-monitoring.test.ts",
    "location": {
      "line": 145,
      "column": 3
    }
  },
  {
    "name": "a rule %s without an action group is named",
    "file": "/work/wt/callers/test/unit/operator/doctor-monitoring.test.ts",
    "location": {
      "line": 161,
      "column": 3
    }
  },
  {
    "name": "each rule of an action group %s is named, and of no other",
    "file": "/work/wt/callers/test/unit/operator/doctor-monitoring.test.ts",
    "location": {
      "line": 176,
      "column": 3
    }
  },
  {
    "name": "rules of an action group that is gone, and rules that are gone, are told",
    "file": "/work/wt/callers/test/unit/operator/doctor-monitoring.test.ts",
    "location": {
      "line": 190,
      "column": 1
    }
  },
  {
    "name": "is unknown, and says why: %s",
    "file": "/work/wt/callers/test/unit/operator/doctor-monitoring.test.ts",
    "location": {
      "line": 201,
      "column": 3
    }
  },
  {
    "name": "alerts that can’t be read hide no telemetry",
    "file": "/work/wt/callers/test/unit/operator/doctor-monitoring.test.ts",
    "location": {
      "line": 207,
      "column": 1
    }
  },
  {
    "name": "without a resource group, the Azure CLI is not run",
    "file": "/work/wt/callers/test/unit/operator/doctor-monitoring.test.ts",
    "location": {
      "line": 215,
      "column": 1
    }
  },
  {
    "name": "the verdict > is bad if a row is, and in strict mode also if one is unknown",
    "file": "/work/wt/callers/test/unit/operator/doctor.test.ts",
    "location": {
      "line": 19,
      "column": 3
    }
  },
  {
    "name": "the verdict > about a package with a bad row of the %s is good: %s",
    "file": "/work/wt/callers/test/unit/operator/doctor.test.ts",
    "location": {
      "line": 28,
      "column": 14
    }
  },
  {
    "name": "a sweep is late if three scheduled ones are missing > %s",
    "file": "/work/wt/callers/test/unit/operator/doctor.test.ts",
    "location": {
      "line": 44,
      "column": 5
    }
  },
  {
    "name": "a sweep is late if three scheduled ones are missing > %s, without the one that is due right now",
    "file": "/work/wt/callers/test/unit/operator/doctor.test.ts",
    "location": {
      "line": 53,
      "column": 5
    }
  },
  {
    "name": "the broker’s own checks are waited for twice as long as any other answer",
    "file": "/work/wt/callers/test/unit/operator/doctor.test.ts",
    "location": {
      "line": 58,
      "column": 1
    }
  },
  {
    "name": "names come from variables, otherwise from the app’s own host name",
    "file": "/work/wt/callers/test/unit/operator/doctor.test.ts",
    "location": {
      "line": 75,
      "column": 1
    }
  },
  {
    "name": "a missing right is fixed by a command that names role, identity, and resource",
    "file": "/work/wt/callers/test/unit/operator/doctor.test.ts",
    "location": {
      "line": 87,
      "column": 1
    }
  },
  {
    "name": "a registration > is read through Microsoft Graph as the logged-in user",
    "file": "/work/wt/callers/test/unit/operator/doctor.test.ts",
    "location": {
      "line": 101,
      "column": 3
    }
  },
  {
    "name": "a registration > is not requested if no user is logged in, or if the client ID isn’t an Entra client ID",
    "file": "/work/wt/callers/test/unit/operator/doctor.test.ts",
    "location": {
      "line": 116,
      "column": 3
    }
  },
  {
    "name": "without a token, the Azure CLI’s message is kept",
    "file": "/work/wt/callers/test/unit/operator/doctor.test.ts",
    "location": {
      "line": 125,
      "column": 1
    }
  },
  {
    "name": "the exit status is %i if a command %s",
    "file": "/work/wt/callers/test/unit/operator/exit-status.test.ts",
    "location": {
      "line": 25,
      "column": 3
    }
  },
  {
    "name": "a refused secret is tried last, by other processes within a minute, until it’s accepted or replaced",
    "file": "/work/wt/callers/test/unit/operator/secret-health.test.ts",
    "location": {
      "line": 9,
      "column": 1
    }
  },
  {
    "name": "--help prints the options of %s, and does nothing else",
    "file": "/work/wt/callers/test/unit/operator/usage.test.ts",
    "location": {
      "line": 20,
      "column": 17
    }
  },
  {
    "name": "the usage of %s > is what --help asks for, whatever else is typed",
    "file": "/work/wt/callers/test/unit/operator/usage.test.ts",
    "location": {
      "line": 40,
      "column": 3
    }
  },
  {
    "name": "the usage of %s > follows a message about an unknown option, an option without its value, or a stray word",
    "file": "/work/wt/callers/test/unit/operator/usage.test.ts",
    "location": {
      "line": 44,
      "column": 3
    }
  },
  {
    "name": "%s --%s has the default that %s.md says",
    "file": "/work/wt/callers/test/unit/operator/usage.test.ts",
    "location": {
      "line": 63,
      "column": 12
    }
  },
  {
    "name": "usage shows what each option takes, what is required, and what is true unless told",
    "file": "/work/wt/callers/test/unit/operator/usage.test.ts",
    "location": {
      "line": 69,
      "column": 1
    }
  }
]