import type { VendResponse } from '../../shared/vend/vend.ts'
import { createTenantApi } from './api.ts'
import { toFacts } from './layout.ts'
import { textOf, type Verb } from './verb.ts'

/**
 * `vend`: vends a token, and shows everything but the two secrets in it. `--show-token` prints the headers of a call, one a
 * line, as `curl -H @-` reads them.
 */
export const vend: Verb = async ({ values }) => {
  const vended = await createTenantApi({ values }).ask<VendResponse>('GET', `/token?${queryOf(values)}`)
  const shown = values['show-token'] ? vended : withoutSecrets(vended)
  if (values.json) console.log(JSON.stringify(shown, null, 2))
  else if (values['show-token']) showHeaders(vended)
  else showFacts(vended)
  return 0
}

function queryOf(values: Parameters<Verb>[0]['values']): URLSearchParams {
  const asked = {
    accountId: textOf(values.account),
    customerId: textOf(values.customer),
    minValidity: textOf(values['min-validity']),
  }
  const given = Object.entries(asked).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return new URLSearchParams(given)
}

/** Headers with a secret; the others are IDs. */
const secretHeaders: ReadonlySet<string> = new Set(['Authorization', 'DeveloperToken'])

function withoutSecrets({ accessToken: _, developerToken: __, headers, ...rest }: VendResponse) {
  const ids = Object.entries(headers).filter(([name]) => !secretHeaders.has(name))
  return { ...rest, headers: Object.fromEntries(ids) }
}

function showFacts({
  accountId,
  customerId,
  environment,
  expiresAt,
  expiresIn,
  services,
  tenant,
}: VendResponse) {
  const facts = toFacts([
    ['Vended for', `${tenant} (${environment})`],
    ['Valid until', `${expiresAt} (${Math.floor(expiresIn / 60)} min)`],
    ['Customer', customerId],
    ['Account', accountId],
    ...Object.entries(services).map(
      ([name, url], index) => [index ? '' : 'Services', `${name} ${url}`] as const,
    ),
  ])
  console.log(facts.join('\n'))
  console.error(
    'The tokens aren’t shown. To call Microsoft Advertising without seeing them: npm run broker -- call',
  )
}

function showHeaders({ environment, expiresAt, headers, tenant }: VendResponse): void {
  for (const [name, value] of Object.entries(headers)) console.log(`${name}: ${value}`)
  console.error(
    [
      `With these headers, anyone can act in every ${environment} account of the person who connected ${tenant}, until ${expiresAt}.`,
      'Neither the broker nor a disconnect can end the access token earlier. The developer token is yours and doesn’t expire.',
      'Don’t put them into a file, a ticket, or a chat. If they got out, replace the developer token.',
    ].join('\n'),
  )
}
