import { StorageUnavailableError } from '../../../shared/domain/storageUnavailable.ts'
import { callMilliseconds, createLimit, type Limit, latency, tableLimits } from './limits.ts'
import type { VirtualTime } from './virtualTime.ts'

/** A storage account that throttles, with its measurements. */
export interface LimitedAccount {
  /** A transaction of a number of entities in a partition, with the SDK's attempts. */
  transact<T>(partition: Limit | undefined, entities: number, work: () => T): Promise<T>
  /** A partition's own limit. */
  partition(): Limit
  /** The number of transactions that got 503. */
  throttled(): number
  /** The account's most transactions in one second. */
  maxTransactions(): number
}

/** The same as in `shared/storage/clients.ts`: two retries, after 150 ms and twice that. */
const [retries, retryMilliseconds] = [2, 150]
const [minMilliseconds, meanMilliseconds] = callMilliseconds.table

/** Creates the account. */
export function createLimitedAccount(time: VirtualTime, fraction: () => number): LimitedAccount {
  const account = createLimit(tableLimits.accountTransactions, 1, time.now)
  const partitions: Limit[] = []
  return {
    async transact(partition, entities, work) {
      for (let tries = 0; ; tries++) {
        await time.wait(latency(minMilliseconds, meanMilliseconds, fraction()))
        if (account.take() && (partition?.take(entities) ?? true)) return work()
        if (tries === retries) throw new StorageUnavailableError('tables', 503, 'ServerBusy')
        await time.wait(retryMilliseconds * 2 ** tries)
      }
    },
    partition() {
      const partition = createLimit(tableLimits.partitionEntities, 1, time.now)
      partitions.push(partition)
      return partition
    },
    throttled: () => partitions.reduce((sum, one) => sum + one.refused(), account.refused()),
    maxTransactions: account.peak,
  }
}
