import { parseConfig } from '../shared/config.ts'
import { allSettings } from '../shared/settings.ts'
import { code, table } from './markdown.ts'
import { outgoingHosts } from './outgoingHosts.ts'

const [begin, end] = [
  '<!-- Generated from scripts/outgoingHosts.ts by scripts/generate-docs.ts; do not edit. -->',
  '<!-- End of what is generated. -->',
]

/** What the template sets, with names in place of those that each deployment has for itself. */
const deployed: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    allSettings().flatMap(({ name, isRequired, example }) => (isRequired ? [[name, example]] : [])),
  ),
  ENVIRONMENTS: 'production,sandbox',
  TABLES_ENDPOINT: 'https://account.table.core.windows.net',
  AzureWebJobsStorage__queueServiceUri: 'https://account.queue.core.windows.net',
  AzureWebJobsStorage__blobServiceUri: 'https://account.blob.core.windows.net',
  GRANT_VAULT_URLS: 'https://grants1.vault.azure.net,https://grants2.vault.azure.net',
  SANDBOX_MICROSOFT_CLIENT_ID: '22223333-cccc-4444-dddd-5555eeee6666',
  PRODUCTION_GOOGLE_CLIENT_ID: '1234.apps.googleusercontent.com',
  SANDBOX_GOOGLE_CLIENT_ID: '5678.apps.googleusercontent.com',
  APPLICATIONINSIGHTS_CONNECTION_STRING:
    'InstrumentationKey=00000000-0000-0000-0000-000000000000;IngestionEndpoint=https://region-0.in.applicationinsights.azure.com/',
}

/** A page with its list of hosts made again; the rest of the page is written by hand. */
export function withHosts(page: string): string {
  const [before, rest = ''] = page.split(begin)
  const after = rest.split(end)[1] ?? ''
  const rows = outgoingHosts(parseConfig(deployed)).map(({ host, purposes, isOptional }) => [
    code(host),
    purposes.join('; '),
    isOptional ? 'no' : 'yes',
  ])
  return `${before}${begin}\n\n${table(['host', 'what for', 'needed'], rows)}\n${end}${after}`
}
