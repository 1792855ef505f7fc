import * as z from 'zod'

/** A number of requests. */
const count = z.int().min(1).max(1_000_000)

/** The most requests of one app, of all apps of one workspace, and for one tenant. */
const limit = (app: number, workspace: number, tenant: number) =>
  z
    .strictObject({
      app: count.default(app),
      workspace: count.default(workspace),
      tenant: count.default(tenant),
    })
    .prefault({})

/**
 * The limits on what costs others something. Each number is the most at once, and per minute or hour from then on. An
 * app that has its workspace for itself never reaches the workspace's, and no app of a shared one uses it up alone.
 */
export const requestLimits = z.strictObject({
  /** Two rows each, until the link has expired. An hour of one app's fits into the next sweep (`oneTimeTable.ts`). */
  connectSessionsPerMinute: limit(120, 240, 20),
  /** New tenants by connect sessions: rows that stay for `PENDING_TENANT_DAYS`. */
  tenantsPerHour: limit(2000, 4000, 60),
  /** A call to a token endpoint each. Twice the usual rate of `npm run import`. */
  grantsPerMinute: limit(600, 1200, 20),
  /** Up to 120 s of calls to Microsoft Advertising each. */
  discoveriesPerMinute: limit(60, 120, 6),
  /** A refresh and three calls to Microsoft Advertising each. */
  probesPerMinute: limit(60, 120, 6),
  /** Defaults and selections of accounts: an event each. Sweeps remove more in a day than one app can make. */
  accountChoicesPerHour: limit(2000, 4000, 60),
  /** Microsoft counts calls a minute per user and per customer, and doesn't publish its limits (guides/services-protocol.md). */
  advertisingCallsPerMinute: limit(6000, 12_000, 1200),
  /** Reports that are requested, asked for, and read: a call to Microsoft Advertising each, and up to a file. */
  downloadsPerMinute: limit(600, 1200, 120),
})

/** Every limit, with its numbers. */
export type RequestLimits = z.infer<typeof requestLimits>

/** The name of a limit. */
export type RequestLimitName = keyof RequestLimits

/** What a limit counts by. */
export const limitScopes = ['app', 'workspace', 'tenant'] as const

/** One of {@link limitScopes}. */
export type LimitScope = (typeof limitScopes)[number]
