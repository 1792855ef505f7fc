import * as z from 'zod'
import { withDefault } from './setting.ts'
import { wholeNumber } from './values.ts'

/** The settings of refreshing; in seconds unless the name says otherwise. */
export const refreshSettings = {
  policy: withDefault('REFRESH_POLICY', z.enum(['active', 'always', 'onDemand']), {
    meaning:
      'Which tenants the sweep keeps fresh: recently vended ones (`active`), all (`always`), or none (`onDemand`), except to keep grants alive.',
    default: 'active',
    example: 'always',
  }),
  activeWindowSeconds: withDefault('ACTIVE_WINDOW_HOURS', inSeconds(3600, wholeNumber(1, 24 * 90)), {
    meaning: 'Hours after a vend during which a tenant counts as active.',
    default: '24',
    example: '48',
  }),
  aheadSeconds: withDefault('REFRESH_AHEAD_SECONDS', wholeNumber(60, 3000), {
    meaning:
      'Seconds before its token expires that an active tenant is due. Random jitter can add up to the same amount: with `600`, a token is refreshed 10 to 20 minutes before it expires. To refresh one-hour tokens in their last five minutes, set `150` and run the sweep every minute (`REFRESH_SCHEDULE`).',
    default: '600',
    example: '900',
  }),
  keepAliveSeconds: withDefault('KEEP_ALIVE_DAYS', inSeconds(86_400, wholeNumber(1, 60)), {
    meaning:
      'Days between refreshes of an idle tenant, so that its grant doesn’t expire from inactivity (90 days).',
    default: '7',
    example: '14',
  }),
  stuckAfterSeconds: withDefault('STUCK_AFTER_DAYS', inSeconds(86_400, wholeNumber(1, 90)), {
    meaning:
      'Days after which a tenant whose directory refuses the app must sign in again, if the registration has worked for others since.',
    default: '14',
    example: '30',
  }),
  sweepConcurrency: withDefault('SWEEP_CONCURRENCY', wholeNumber(1, 256), {
    meaning:
      'Concurrent refreshes in one sweep. A vault takes 30 new secret versions a second, and a refresh takes about 0.43 s: 12 in parallel stay below one vault’s limit.',
    default: '12',
    example: '32',
  }),
  // Five minutes less than the host's limit for a function (`functionTimeout` in host.json).
  sweepSeconds: withDefault('SWEEP_SECONDS', wholeNumber(5, 300), {
    meaning:
      'Seconds after which a sweep starts no more refreshes. A sweep started with `POST /v1/sweeps` starts none after 150 seconds.',
    default: '240',
    example: '300',
  }),
  sweepHandoverCount: withDefault('SWEEP_HANDOVER_COUNT', wholeNumber(100, 10_000_000), {
    meaning: 'When more tenants than this are due, the sweep hands the rest to the queue in chunks.',
    default: '2000',
    example: '10000',
  }),
  leaseSeconds: withDefault('LEASE_SECONDS', wholeNumber(30, 300), {
    meaning:
      'How long one process can hold a tenant’s refresh; all its steps share this time. At least `TOKEN_ENDPOINT_SECONDS` + 15.',
    default: '60',
    example: '90',
  }),
  tokenEndpointSeconds: withDefault('TOKEN_ENDPOINT_SECONDS', wholeNumber(1, 30), {
    meaning: 'Time limit of one call to a token endpoint.',
    default: '10',
    example: '15',
  }),
  usedRefreshTokens: withDefault('USED_REFRESH_TOKENS', z.enum(['accepted', 'revoked']), {
    meaning:
      'Whether the identity providers accept a refresh token that was used before. Microsoft and Google do (`accepted`): while the vault refuses writes, the broker vends the new access token and keeps the old refresh token. With `revoked`, such a refresh fails.',
    default: 'accepted',
    example: 'revoked',
  }),
}

function inSeconds(seconds: number, count: z.ZodType<number, string>) {
  return count.transform((value) => value * seconds)
}
