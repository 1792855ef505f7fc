import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { readText } from './infraFiles.ts'

const blocksOf = (page: string) =>
  [...readText(`docs/${page}.md`).matchAll(/^( *)```sh\n([\s\S]*?)^\1```$/gm)].map(
    ([, , block = '']) => block,
  )

/** The block of a page that contains this text. */
function blockWith(page: string, text: string): string {
  const found = blocksOf(page).filter((block) => block.includes(text))
  expect(found, `${page}: ${text}`).toHaveLength(1)
  return found[0] ?? ''
}

/** Runs bash, which stops at the first failure and at a name without a value, and returns what it prints. */
function bash(script: string): string {
  const { status, stdout, stderr } = spawnSync('bash', ['-eu'], { input: script, encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(status).toBe(0)
  return stdout
}

const directory = '00000000-0000-4000-8000-000000000001'
const issuers = [
  { issuer: 'https://token.actions.githubusercontent.com', audiences: ['api://broker'], namespace: 'gh' },
  { authority: `https://login.microsoftonline.com/${directory}`, audiences: ['api-client-id', 'api://x'] },
]
const settings = {
  PUBLIC_URL: 'https://broker.example.com',
  KEY_VAULT_URL: 'https://kv-broker.vault.azure.net/',
  TABLES_ENDPOINT: 'https://stbroker.table.core.windows.net/',
  TABLES_PREFIX: 'Blue',
  PRODUCTION_MICROSOFT_CLIENT_ID: 'sign-in-client-id',
  CALLER_ISSUERS: JSON.stringify(issuers),
}

/** What `az` prints, for each command by its beginning or its query. */
const az = `az() {
  case "$*" in
    'functionapp list '*) echo func-broker ;;
${Object.entries(settings)
  .map(([name, value]) => `    *"name=='${name}'"*) echo '${value}' ;;`)
  .join('\n')}
    'account show '*) echo ${directory} ;;
    'account get-access-token --scope api-client-id/.default '*) echo the-token ;;
    *) echo "az $* is unknown" >&2; return 1 ;;
  esac
}`

test('the names of the runbooks come out of the settings as the template writes them', () => {
  const names = blockWith('runbooks/README', 'GROUP=rg-broker')
  const wanted = [
    'APP',
    'BROKER_URL',
    'KEY_VAULT_NAME',
    'STORAGE',
    'TABLES_PREFIX',
    'SIGN_IN_CLIENT_ID',
    'API_CLIENT_ID',
  ]
  const exported = ['BROKER_TOKEN', 'RESOURCE_GROUP', 'AZURE_FUNCTION_NAME']
  const printed = bash(
    `${az}\n${names}\nprintf '%s\\n' ${wanted.map((name) => `"$${name}"`).join(' ')}\nprintenv ${exported.join(' ')}`,
  )
  expect(printed.trim().split('\n')).toEqual([
    ...['func-broker', 'https://broker.example.com', 'kv-broker', 'stbroker', 'Blue', 'sign-in-client-id'],
    ...['api-client-id', 'the-token', 'rg-broker', 'func-broker'],
  ])
})

/** An `az` that prints its arguments, a line each, with the content of `--file`; a new secret is `s3cret`. */
const echo = `SIGN_IN_CLIENT_ID=sign-in KEY_VAULT_NAME=kv-broker
az() {
  case "$*" in *'--query password'*) echo s3cret; return ;; esac
  echo "az $*"
  while [ $# -gt 0 ]; do [ "$1" != --file ] || cat "$2"; shift; done
}`

const inDays = (days: number) => Date.now() + days * 86_400_000

test.each([
  ['runbooks/secret-rotation', '-client-secret-next', 180],
  ['deploy', '--name production-microsoft-client-secret ', 180],
])('a new client secret of %s gets its value and an expiry that the CLI takes', (page, text, days) => {
  const printed = bash(`${echo}\n${blockWith(page, text)}`)
  const [, expires = ''] = /--expires (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) /.exec(printed) ?? []
  expect(Math.abs(Date.parse(expires) - inDays(days))).toBeLessThan(60_000)
  expect(printed.trim()).toMatch(/\ns3cret$/)
})

test('a new certificate is stored with its key and with its own end, and stays in a private folder for the next steps', () => {
  // It tells of its progress on standard error.
  const block = blockWith('runbooks/secret-rotation', 'openssl req').replace(
    'openssl req',
    'openssl req 2> /dev/null',
  )
  const printed = bash(`${echo}\n${block}\nls -ld "$folder" | cut -c1-10; ls "$folder"; rm -r "$folder"`)
  const [, expires = ''] = /--expires (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) /.exec(printed) ?? []
  expect(Math.abs(Date.parse(expires) - inDays(365))).toBeLessThan(60_000)
  expect(printed).toMatch(/-----BEGIN PRIVATE KEY-----[\s\S]+-----BEGIN CERTIFICATE-----/)
  expect(printed).toMatch(/\ndrwx------\nkey\.pem\nnew\.pem\n$/)
})

test('the lock of a container’s role is the one of its account', () => {
  const block = blockWith('runbooks/README', 'az lock delete')
  const scopes = ['/subscriptions/s/providers/Microsoft.Storage/storageAccounts/st']
  scopes.push(`${scopes[0]}/blobServices/default/containers/tables`)
  for (const scope of scopes)
    expect(bash(`${echo}\nSCOPE=${scope}\n${block}`)).toBe(
      `az lock delete --name keep --resource ${scopes[0]}\n`,
    )
})

test('the names of two brokers are kept beside each other', () => {
  const [first, second] = ['GROUP=a APP=b KEY_VAULT_NAME=c STORAGE=d SETTINGS=e', 'GROUP=f APP=g SETTINGS=']
  const keep = blockWith('runbooks/README', 'keep OLD')
  const printed = bash(
    `${first}\n${keep}\n${second}\nkeep NEW\necho $OLD_GROUP $OLD_APP $OLD_SETTINGS $NEW_GROUP $NEW_STORAGE "<$NEW_SETTINGS>"`,
  )
  expect(printed).toBe('a b e f d <>\n')
})
