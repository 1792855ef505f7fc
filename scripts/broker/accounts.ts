import type * as z from 'zod'
import type { accountView } from '../../shared/accounts/list.ts'
import { createTenantApi, readPages } from './api.ts'
import { toColumns } from './layout.ts'
import { textOf, type Verb } from './verb.ts'

type Account = z.infer<typeof accountView>

/** `accounts`: the accounts that the tenant can reach, a line each; with `--discover`, Microsoft is asked again first. */
export const accounts: Verb = async ({ values }) => {
  const api = createTenantApi({ values })
  if (values.discover) await api.ask('POST', '/accounts/discover')
  const search = textOf(values.search)
  const query = new URLSearchParams({ ...(search && { search }), ...(values.usable && { usable: 'true' }) })
  const found = await readPages<Account>(api.ask, `/accounts?${query}`, 'accounts')
  if (values.json) console.log(JSON.stringify(found, null, 2))
  else if (found.length === 0) console.error(`${api.tenant} has no such accounts.`)
  else console.log(toColumns(heads, found.map(toRow)).join('\n'))
  return 0
}

const heads = ['ACCOUNT', 'NUMBER', 'NAME', 'CUSTOMER', 'STATUS', 'USE', 'NOTE']

function toRow(account: Account): string[] {
  const { accountId, customerId, lifeCycleStatus, name, note, number } = account
  return [accountId, number, name, customerId, lifeCycleStatus, useOf(account), note ?? '']
}

function useOf({ default: isDefault, selected, usable }: Account): string {
  if (!usable) return 'no'
  if (isDefault) return 'default'
  return selected ? 'yes' : 'not selected'
}
