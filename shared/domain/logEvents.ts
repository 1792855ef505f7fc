import type { Environment, IdentityProvider } from '../environment.ts'
import type { Actor } from '../problems.ts'

/**
 * Every structured line the broker logs, by its event name, with its fields.
 * Alerts and workbook tiles in `infra/` read these names; no field ever contains a secret.
 */
export interface LogEvents {
  /** A request ended in a 5xx problem. */
  'request.failed': { code: string; requestId: string; route: string; reason: string; traceId?: string }
  /** A function threw an unexpected error. `error` is its name. */
  'function.failed': { function: string; invocationId: string; error: string }
  /**
   * The platform takes an instance away. `order` is what came first: `host` (its order to the worker) or `signal`
   * (SIGTERM). `unfinished` counts the sign-ins, imports, and refreshes that weren't committed within 4 s: each works
   * at the next try.
   */
  'instance.ended': { order: 'host' | 'signal'; unfinished: number; waitedMilliseconds: number }
  /**
   * The canary's vend or its call to Microsoft Advertising failed. `reason` is the problem's code, or `advertising_` and
   * the fault's class. Logged with every run that fails.
   */
  'canary.failed': { reason: string; traceId: string }
  /** One run of the refresh timer, or of `POST /v1/sweeps`. Counts are tenants. */
  'sweep.ended': SweepReport
  /**
   * One refresh that reached the token endpoint, or found no grant to use. `outcome` is `refreshed`, the failure’s
   * class, or why nothing was committed: `lease_lost`, `not_committed`.
   */
  'refresh.ended': {
    tenantKey: string
    environment: Environment
    identityProvider: IdentityProvider
    outcome: string
    reason: string
    traceId: string
    durationMilliseconds: number
  }
  /**
   * A tenant's refreshes fail and waiting doesn't help: its directory or our registration refuses, the grant can't be
   * read, five answers were unknown, or Microsoft detected a loop. Logged at once and then weekly, until a refresh works
   * again. `stuckDays` is how long it has lasted.
   */
  'refresh.needs_operator': {
    tenantKey: string
    environment: Environment
    identityProvider: IdentityProvider
    reason: string
    traceId: string
    attempts: number
    stuckDays: number
  }
  /** A sweep couldn't finish the accounts that a sign-in left unread or unwritten. It tries again at a full hour. */
  'accounts.unfinished': { tenantKey: string; reason: string }
  /**
   * The vault didn't take a new refresh token. The old one still works and stays the tenant's; the next refresh brings
   * another. `status` is 0 without an answer.
   */
  'grant.not_stored': {
    tenantKey: string
    environment: Environment
    identityProvider: IdentityProvider
    status: number
    code: string
  }
  /**
   * A vault didn't take the secret of a new grant, so the broker tried the next vault of `GRANT_VAULT_URLS`. `status` is
   * 0 without an answer.
   */
  'grant.vault_passed_over': {
    vault: string
    tenantKey: string
    environment: Environment
    identityProvider: IdentityProvider
    status: number
    code: string
  }
  /**
   * The machine’s clock and storage’s are more than 5 s apart. `aheadSeconds` is negative when the machine is behind.
   * At most once an hour in each process.
   */
  'clock.wrong': { aheadSeconds: number }
  /**
   * This process's managed identity has given no token at least three times in a row. `process` tells processes apart,
   * and `processes` counts those that said so within five minutes. `actor` is `operator` if several did, or if a
   * setting is the likely cause. `status` is 0 without an answer. At most once a minute in each process.
   */
  'identity.failing': {
    reason: string
    status: number
    process: string
    processes: number
    failures: number
    actor: Actor
  }
  /**
   * An app that the operator has cut off called the broker. `calls` counts its refused calls in this process since its
   * last line. At most once a minute for each app in each process.
   */
  'app.refused': { app: string; calls: number }
  /**
   * The list of refused apps couldn't be read. This process keeps its last one, which is `ageSeconds` old; it has none if
   * that is -1. `status` is 0 without an answer.
   */
  'app.refusals_unread': { status: number; code: string; ageSeconds: number }
  /** A tenant's status changed. */
  'tenant.status_changed': {
    tenantKey: string
    environment: Environment
    from: string
    to: string
    reason: string
  }
  /**
   * A due tenant's environment or identity provider isn't served any more, so it isn't refreshed. Logged daily, until it's
   * served again or `npm run broker -- unserved-tenants --disconnect` ends the tenant.
   */
  'tenant.parked': { tenantKey: string; environment: Environment; identityProvider: IdentityProvider }
  /** A tenant that was never connected, or was disconnected, is over: its row, its events, and its listing are removed. */
  'tenant.removed': { tenantKey: string; environment: Environment; status: string }
  /** A tenant has had to sign in again for so long that its refused grant is removed, and its secret destroyed. */
  'grant.removed': { tenantKey: string; environment: Environment }
  /** A tenant's row can't be read. `column` is the first damaged one. Sweeps skip the tenant and log this daily. */
  'tenant.damaged': { tenantKey: string; column: string; detail: string }
  /**
   * The audit found tenants whose row in the listing was missing, and wrote it. Until then, no list of their workspace
   * showed them.
   */
  'listing.repaired': { tenants: number }
  /** Secrets of old grants couldn't be destroyed. The row lists them, and the next sweep or commit tries again. */
  'grant.left_over': { tenantKey: string; environment: Environment; secrets: number }
  /** The accounts of a disconnected tenant couldn't all be removed. Its row remembers them, and a later sweep tries again. */
  'accounts.left_over': { tenantKey: string; environment: Environment }
  /**
   * A disconnect took effect but couldn't be marked in the vault. The row remembers it, and the next sweep tries again.
   */
  'disconnect.mark_owed': { tenantKey: string; environment: Environment }
  /**
   * Refreshes of an environment and identity provider are on hold; if there is a `kind`, only those of one kind of grant:
   * `work`, `google`, or `personal:` and the authority. The operator must fix the cause, unless `reason` begins with
   * `identity_provider_`. Logged when the hold begins, when its reason changes, and every 12 hours while it lasts.
   */
  'environment.held': {
    environment: Environment
    identityProvider: IdentityProvider
    kind: string
    reason: string
    traceId: string
  }
  /** A hold has ended: a refresh or a sign-in has worked. */
  'environment.released': { environment: Environment; identityProvider: IdentityProvider; kind: string }
  /** A sign-in ended without a connection. `code` is a connect failure, `actor` says who must act. */
  'connect.failed': {
    tenantKey: string
    environment: Environment
    identityProvider: IdentityProvider
    code: string
    actor: Actor
    reason: string
    traceId: string
  }
  /**
   * A sign-in began and didn't come back within 30 minutes: the person left at a page of the identity provider. Logged by
   * a later sweep, once for each session that isn't finished otherwise.
   */
  'connect.abandoned': {
    tenantKey: string
    environment: Environment
    identityProvider: IdentityProvider
  }
  /**
   * A sign-in's token response doesn't name the scope that the broker needs. Microsoft Advertising decides whether the
   * token is good. `scopes` are the names in the response.
   */
  'connect.scopes_differ': {
    tenantKey: string
    environment: Environment
    identityProvider: IdentityProvider
    scopes: string
  }
  /**
   * The audit of due rows has seen every tenant once. A round must stay well below the 90 days that an unused grant lives:
   * a tenant whose due row is lost waits for it.
   */
  'audit.round_ended': { tenants: number; durationSeconds: number }
  /** A round of the audit has lasted longer than 14 days. `tenants` are those that it has seen. Logged daily until it ends. */
  'audit.round_late': { tenants: number; durationSeconds: number }
  /**
   * The census of a day is over. `tenants` counts them by status, `stuck` those that wait for the operator or a directory,
   * by reason and then by their least age (`0d`, `1d`, `7d`, `30d`), and `consents` those whose person consented within
   * four weeks, all by the last complete round of the audit. `stored` counts rows and secrets by kind; `unread` names the
   * tables and vaults that it lacks. Of the secrets in vaults, rows name `namedSecrets`, with `secretVersions`, and
   * `leftOver` are waiting to be destroyed. `growing` names the kinds that grew by a quarter within four weeks without
   * connects.
   */
  'census.ended': {
    tenants: Readonly<Record<string, number>>
    stuck: Readonly<Record<string, Readonly<Record<string, number>>>>
    consents: number
    stored: Readonly<Record<string, number>>
    namedSecrets: number
    secretVersions: number
    leftOver: number
    growing: readonly string[]
    unread: readonly string[]
    durationSeconds: number
  }
  /**
   * One of the broker's own secrets expires within 30 days or has expired. Logged once a day. `of` is what ends first:
   * the `secret`, by the vault's date, or the `certificate` in it.
   */
  'secret.expiring': { secret: string; daysLeft: number; of: 'secret' | 'certificate' }
  /** A secret's current version is refused and its next version is accepted. The broker now uses the next version. */
  'secret.fell_over': { secret: string }
  /** A version that had been refused is accepted again. */
  'secret.accepted_again': { secret: string }
  /**
   * Key Vault answered 429. Logged once for each request, no matter how often it's repeated: for the same secret, at most once a
   * minute in each process. `operation` is `get`, `set`, `update`, `delete`, or `list`.
   */
  'vault.throttled': { vault: string; operation: string }
  /** A shard that a sweep handed over failed in all its tries. */
  'sweep.shard_poisoned': { shard: number }
  /**
   * The timer's copy of the tables failed; it tries again an hour later. `service` is what failed: `tables`, `blobs`, or
   * `identity`. `status` is 0 without an answer.
   */
  'backup.failed': { service: string; status: number; code: string }
  /** A copy of the tables is complete in the container of `BACKUP_CONTAINER_URL`. `bytes` are compressed. */
  'backup.ended': { rows: number; bytes: number; durationSeconds: number }
}

/** The report of one sweep. Counts are tenants; time units are in the names. */
export interface SweepReport {
  readonly startedAt: string
  /** When the whole sweep started: the same in its own report and in that of each shard that it handed over. */
  readonly sweep: string
  readonly due: number
  readonly refreshed: number
  /** Fresh already, leased by another process, orphaned hints. */
  readonly passedOn: number
  readonly failed: Readonly<Record<string, number>>
  /** Tenants whose trouble is their own and waits for the operator, by reason; they aren't among `failed`. */
  readonly stuck: Readonly<Record<string, number>>
  /** Shards of the due index that were added to the queue. */
  readonly handedOverShards: number
  /** Due rows that were read but not started in time; those in handed-over shards are processed there. */
  readonly leftOver: number
  /** Shards that weren't read, because of a lack of time or an error; the next run reads them. */
  readonly unreadShards: number
  readonly durationMilliseconds: number
  readonly oldestOverdueSeconds: number
  /**
   * Holds at the end of the sweep, each as `environment:identityProvider`, or with `:kind`; every sweep reports them
   * while they last.
   */
  readonly holds: readonly string[]
}

/** Writes one structured line. */
export type Log = <E extends keyof LogEvents>(event: E, fields: LogEvents[E]) => void
