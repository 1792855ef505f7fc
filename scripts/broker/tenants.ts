import type { TenantView } from '../../shared/tenants/view.ts'
import { createApi, createTenantApi, readPages } from './api.ts'
import { toColumns, toFacts } from './layout.ts'
import { textOf, type Verb } from './verb.ts'

/** `tenants`: the workspace's tenants, a line each; with `--tenant`, one of them with everything that is known. */
export const tenants: Verb = async ({ values }) => {
  if (textOf(values.tenant) !== undefined) {
    const view = await createTenantApi({ values }).ask<TenantView>('GET')
    console.log(values.json ? JSON.stringify(view, null, 2) : factsOf(view).join('\n'))
    return 0
  }
  const found = await readPages<TenantView>(createApi({ values }).ask, '/v1/tenants', 'tenants')
  if (values.json) console.log(JSON.stringify(found, null, 2))
  else if (found.length === 0)
    console.error('This workspace has no tenants. To connect one: npm run broker -- connect --tenant try')
  else console.log(toColumns(heads, found.map(toRow)).join('\n'))
  return 0
}

const heads = ['TENANT', 'ENVIRONMENT', 'STATUS', 'CONNECTED BY', 'ACCOUNT', 'NOTE']

function toRow(view: TenantView): string[] {
  const { accounts, connection, environment, status, tenant } = view
  return [
    ...[tenant, environment, status, connection?.consentedBy ?? ''],
    ...[accounts.defaultAccountId ?? '', noteOf(view)],
  ]
}

/** The one thing to know about a tenant; empty if all is well. */
function noteOf(view: TenantView): string {
  if (view.damaged) return 'its row is damaged'
  if (view.confirmationPending) return 'waits for the app’s confirmation'
  if (view.advertisingRefusal) return `Microsoft Advertising: ${view.advertisingRefusal.reason}`
  if (view.accounts.choiceOpen) return 'no account is chosen'
  return view.reauthorizationReason ?? view.refresh.failureReason ?? ''
}

/** A tenant in detail. */
export function factsOf(view: TenantView): string[] {
  const { accounts, connection, refresh } = view
  return toFacts([
    ['Tenant', view.tenant],
    ['Name', view.displayName],
    ['Environment', view.environment],
    ['Status', view.status],
    ['Connected by', connection && `${connection.consentedBy} (${connection.accountKind})`],
    ['Since', connection?.consentedAt],
    ['Account', accounts.defaultAccountId],
    ['Customer', accounts.defaultCustomerId],
    ['Refreshed', refresh.lastRefreshedAt],
    ['Note', noteOf(view)],
    ['Admin link', view.adminConsentUrl],
  ])
}
