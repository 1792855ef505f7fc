import type * as z from 'zod'
import type { eventView } from '../../shared/tenants/view.ts'
import { createTenantApi } from './api.ts'
import { toColumns } from './layout.ts'
import { textOf, type Verb } from './verb.ts'

type Event = z.infer<typeof eventView>

/** `events`: what happened to the tenant, newest first; `--limit` is how many. Default is 20. */
export const events: Verb = async ({ values }) => {
  const api = createTenantApi({ values })
  const query = new URLSearchParams({ limit: textOf(values.limit) ?? '20' })
  const page = await api.ask<{ events: Event[] }>('GET', `/events?${query}`)
  if (values.json) console.log(JSON.stringify(page.events, null, 2))
  else console.log(toColumns(heads, page.events.map(toRow)).join('\n'))
  return 0
}

const heads = ['TIME', 'EVENT', 'DETAIL']

function toRow({ at, detail, type }: Event): string[] {
  return [at, type, detail]
}
