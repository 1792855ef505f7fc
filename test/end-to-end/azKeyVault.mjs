/**
 * A stand-in for the Azure CLI's `az keyvault secret list|show|set`, against the local vaults that AZ_VAULTS names. As
 * strict as the CLI with `--expires` (its `datetime_type` takes `%Y-%m-%dT%H:%MZ` and `…:%SZ`), which prints times with
 * `+00:00` itself.
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

const names = ['vault-name', 'name', 'file', 'expires', 'description', 'query', 'output']
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    ...Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
    tags: { type: 'string', multiple: true },
  },
})
const { AZ_VAULTS = '{}', IDENTITY_ENDPOINT, IDENTITY_HEADER = '' } = process.env
const vault = JSON.parse(AZ_VAULTS)[values['vault-name']]
if (!vault) throw new Error(`There is no vault ${values['vault-name']}.`)

async function call(path, init = {}) {
  const query = new URLSearchParams({ 'api-version': '2019-08-01', resource: 'https://vault.azure.net' })
  const given = await fetch(`${IDENTITY_ENDPOINT}?${query}`, {
    headers: { 'X-IDENTITY-HEADER': IDENTITY_HEADER },
  })
  const { access_token: token } = await given.json()
  const answer = await fetch(new URL(path, vault), {
    ...init,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  })
  if (!answer.ok) throw new Error(`The vault answered ${answer.status}: ${await answer.text()}`)
  return answer.json()
}

/** A secret as the CLI prints it. */
const printed = ({ id, value, contentType = null, tags = null, attributes: { exp } }) => ({
  name: new URL(id).pathname.split('/')[2],
  value,
  contentType,
  tags,
  attributes: { expires: exp ? new Date(exp * 1000).toISOString().replace(/\.000Z$/, '+00:00') : null },
})

const version = '?api-version=2025-07-01'
const verbs = {
  async list() {
    const found = []
    for (let next = `/secrets${version}`; next; ) {
      const { value, nextLink } = await call(next)
      found.push(...value.map(printed))
      next = nextLink
    }
    return found
  },
  show: async () => printed(await call(`/secrets/${values.name}${version}`)),
  async set() {
    const { description, expires, tags, file } = values
    if (expires && !/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?Z$/.test(expires))
      throw new Error(`Input '${expires}' not valid. Valid example: 2017-02-15T11:00:00Z`)
    // After --tags, the CLI takes every word up to the next option.
    const given = [...(tags ?? []), ...positionals.slice(3)].map((tag) => tag.split(/=(.*)/s).slice(0, 2))
    const body = JSON.stringify({
      value: readFileSync(file, 'utf8'),
      ...(description && { contentType: description }),
      ...(given.length > 0 && { tags: Object.fromEntries(given) }),
      ...(expires && { attributes: { exp: Date.parse(expires) / 1000 } }),
    })
    return printed(await call(`/secrets/${values.name}${version}`, { method: 'PUT', body }))
  },
}

/** The three forms of JMESPath that the pages use here: `a.b`, `[].a`, and `{x:a.b, y:c}`. */
function select(query, from) {
  if (query.startsWith('[].')) return from.map((each) => select(query.slice(3), each))
  if (!query.startsWith('{')) return query.split('.').reduce((value, key) => value?.[key] ?? null, from)
  const members = query.slice(1, -1).split(',')
  return Object.fromEntries(
    members.map((member) => {
      const [key, path] = member.trim().split(':')
      return [key, select(path, from)]
    }),
  )
}

const verb = verbs[positionals[2]]
if (!verb || positionals.slice(0, 2).join(' ') !== 'keyvault secret')
  throw new Error(`az ${positionals.join(' ')} is not known here`)
const answer = await verb()
const chosen = values.query ? select(values.query, answer) : answer
if (values.output === 'tsv') for (const line of [chosen].flat()) console.log(line)
else if (values.output !== 'none') console.log(JSON.stringify(chosen))
