import { counted } from './counted.ts'
import { number } from './figures.ts'
import { assumed, limits } from './inputs.ts'
import { measured } from './measured.ts'
import { activeSeconds, refreshesPerSecond, refreshSeconds } from './model.ts'

const minutes = (seconds: number) => number(seconds / 60, seconds % 60 === 0 ? 0 : 1)

/** The first paragraph of the page. */
export function scaleHeadline(): string {
  const [least, most] = measured.sweepLocal.idlePerSecond
  return `**With the default settings, one process refreshes about ${refreshesPerSecond} tenants a second if a refresh takes ${number(refreshSeconds, 2)} s (${least} to ${most} were measured on an idle machine against local stand-ins, which answer at once), and vends from memory without touching storage. The first limit you reach is Key Vault's ${limits.vaultWritesPerSecond} new versions a second, and \`GRANT_STORE=sealed\` removes that limit.** Measured numbers come from \`npm run bench\`. Numbers above 10,000 tenants are calculated from the services' published limits and [simulated](#simulated-up-to-a-million) by running the broker's own sweeps against models of those limits. They aren't measurements on Azure. <!-- test: unit/cost: a refresh takes as long as the simulation’s calls take together -->`
}

/** What the services take, and when a tenant is due. */
export function scaleLimits(): string {
  const { accountTransactionsPerSecond, partitionEntitiesPerSecond, vaultSeconds, vaultsPerSubscription } =
    limits
  const writes = limits.vaultWritesPerSecond * vaultSeconds
  const operations = limits.vaultOperationsPerSecond * vaultSeconds
  const ahead = counted.aheadSeconds
  return `Limits: a vault accepts ${number(writes)} new secret versions and ${number(operations)} other operations in ${vaultSeconds} s, and a subscription ${vaultsPerSubscription} times as many per region. A table partition accepts ${number(partitionEntitiesPerSecond)} entities a second, and an account ${number(accountTransactionsPerSecond)} transactions a second ([facts](facts.md#azure)).

With \`GRANT_STORE=sealed\`, each refresh is one of those other operations, on the first grant vault: ${limits.vaultOperationsPerSecond} refreshes a second. <!-- test: unit/restored-row: a row whose consent is newer than the mark is refreshed, at the cost of one read --> If the vault refuses a mark's read, the refresh goes on without it. <!-- test: unit/restored-row: a vault that %s delays the refresh by seconds but does not stop it -->

An active tenant with a one-hour token is due ${minutes(assumed.tokenSeconds - 2 * ahead)} to ${minutes(assumed.tokenSeconds - ahead)} minutes after its last refresh (\`REFRESH_AHEAD_SECONDS\`, plus up to the same again as jitter), and is refreshed by the next sweep, after ${minutes(activeSeconds)} minutes (${number(activeSeconds)} s) on average. <!-- test: unit/schedule: an active one with an hour’s token ten to twenty minutes ahead --><!-- test: unit/cost: an active tenant is refreshed before its token ends, and not much sooner --> An idle tenant is refreshed every \`KEEP_ALIVE_DAYS\`, or up to a fifth sooner because of jitter. <!-- test: unit/schedule: an idle one within the keep-alive span, and not in its first four fifths -->`
}

/** What the arithmetic doesn't know. */
export function scaleUnknowns(): string {
  const { signIn } = assumed.latency
  const mb = assumed.memoryGb * 1024
  return `${number(refreshSeconds, 2)} s per refresh is an assumption. The token endpoint takes most of it (${signIn} s), and Microsoft publishes neither its latency nor a quota. Watch \`refresh.ended\` and 429s before you grow tenfold. Flex Consumption scales the queue function automatically. A subscription's ${number(limits.subscriptionMb)} MB per region ([Microsoft](https://learn.microsoft.com/azure/azure-functions/flex-consumption-plan)) fit ${Math.floor(limits.subscriptionMb / mb)} instances of ${number(mb)} MB.`
}
