import { counted } from './counted.ts'
import { dollars, gigabytes, number } from './figures.ts'
import { assumed, prices } from './inputs.ts'
import { measured } from './measured.ts'

/** A broker that makes backups. */
export interface Backed {
  readonly tenants: number
  /** `BACKUP_HOURS`. */
  readonly everyHours: number
  /** `backupDays`. */
  readonly days: number
}

/** What a broker's backups take, and cost a month, in dollars. A deleted one is stored until it can't be undeleted. */
export function backupsOf({ tenants, everyHours, days }: Backed) {
  const copies = (24 / everyHours) * (days + counted.backups.undeletable)
  const storedGb = (tenants * measured.backupBytesPerTenant * copies) / 1e9
  return { copies, storedGb, dollars: storedGb * prices.blobGbMonth }
}

/** What backups cost, as a point of the list. */
export function backups(): string {
  const { kept: days, undeletable } = counted.backups
  const of = (tenants: number, everyHours: number) => backupsOf({ tenants, everyHours, days })
  const everyHours = counted.backupHours
  const [middle, large, hourly] = [of(10_000, everyHours), of(1_000_000, everyHours), of(10_000, 1)]
  const cost = ({ storedGb, dollars: each }: ReturnType<typeof backupsOf>) =>
    `${gigabytes(storedGb)} = **${dollars(each)}**`
  const endpoint = prices.endpointHour * assumed.hours
  return `- **Backups** (\`backupLocation\`) take ${number(measured.backupBytesPerTenant)} bytes × tenants × 24 ÷ \`BACKUP_HOURS\` × (\`backupDays\` + ${undeletable}): a deleted one can be undeleted, and is billed, for ${undeletable} more days. With the defaults (every ${everyHours} hours, ${days} days), that's ${cost(middle)} for 10,000 tenants and ${cost(large)} for a million; every hour, ${cost(hourly)} for 10,000. The bytes were [measured](recovery.md#measured) with sealed grants and without accounts and events, which add to them: multiply by the size of your last backup instead. <!-- test: unit/cost: a backup is paid for until it can no longer be undeleted --> With private networking, a backup account needs one more endpoint, ${dollars(endpoint)}. <!-- test: unit/cost: each further vault and a backup account add a private endpoint --> Its transactions, and traffic to the other region, aren't counted.`
}
