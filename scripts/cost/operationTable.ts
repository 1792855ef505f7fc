import { table } from '../markdown.ts'
import { counted } from './counted.ts'
import { assumed } from './inputs.ts'

const marked = (text: string, ...tests: readonly string[]) =>
  `${text} ${tests.map((test) => `<!-- test: ${test} -->`).join('')}`

/** What one operation asks of storage, vaults, and the token endpoint. Each row names the tests that hold it. */
export function operationTable(): string {
  const { listReadsAtOnce, shards, tablePerRefresh, vaultPerRefresh } = counted
  return table(
    ['operation', 'table', 'vault', 'token endpoint'],
    [
      [
        'refresh by the sweep',
        `${tablePerRefresh}: read the row, write the lease, commit, move the due row; plus a share of the sweep's ${shards} due queries`,
        `${vaultPerRefresh.vault}: read the refresh token, write the new one; when sealed ${vaultPerRefresh.sealed}: read the [disconnect mark](storage.md#marks-of-disconnects)`,
        marked(
          '1',
          'end-to-end/sweep-cost: a refresh takes the table transactions',
          'unit/restored-row: a row whose consent is newer than the mark is refreshed, at the cost of one read',
        ),
      ],
      [
        'refresh by a vend',
        `${tablePerRefresh}, and one more if the environment's hold isn't in memory; another one if the tenant was idle, because it's due earlier then`,
        `${vaultPerRefresh.vault}, as above`,
        marked(
          '1',
          'unit/handed-row: a vend that refreshes reads its row once',
          'end-to-end/sweep-cost: a vend that refreshes takes the table operations',
        ),
      ],
      [
        'vend from memory',
        '0; per tenant, one row read every `ROW_CACHE_SECONDS`, as long as all fit into `TOKEN_MEMORY_BYTES`, and one write every quarter of `ACTIVE_WINDOW_HOURS`',
        `0; each of the broker's own secrets, and each missing \`…-next\`, every ${assumed.secretReadMinutes} minutes per process, after the vend`,
        marked(
          '0',
          'unit/remembered-rows: is read again after thirty seconds',
          'unit/remembered-rows: a vend is recorded when a quarter of the active window has passed',
          'unit/broker-secrets: %s is read again behind its readers after its time alone',
        ),
      ],
      [
        'page of `GET /v1/tenants`',
        `1, and a read for each tenant, ${listReadsAtOnce} at once`,
        '0',
        marked('0', 'contract/list-reads: a page of a list costs one query and a read for each tenant'),
      ],
      [
        'the same with `view=summary`',
        "1, and a read for each tenant that the audit hasn't passed yet",
        '0',
        marked('0', 'contract/list-reads: a page of summaries costs one query'),
      ],
      [
        "a change of a tenant's status, name, or consent",
        '2 more than its commit, for [the hint in the listing](decisions/0039-hints-in-the-listing.md)',
        'as before',
        'as before',
      ],
    ],
  )
}
