/**
 * A stand-in for the Azure CLI, limited to what a first run needs: `az keyvault secret set --vault-name … --name …
 * --file …` against the local vault at VAULT_URL, whose name is its host name.
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: Object.fromEntries(
    ['vault-name', 'name', 'file', 'expires', 'output'].map((name) => [name, { type: 'string' }]),
  ),
})
if (positionals.join(' ') !== 'keyvault secret set')
  throw new Error(`az ${positionals.join(' ')} is not known here`)
const { IDENTITY_ENDPOINT, IDENTITY_HEADER, VAULT_URL } = process.env
const vault = new URL(VAULT_URL)
if (vault.hostname !== values['vault-name']) throw new Error(`There is no vault ${values['vault-name']}.`)

const query = new URLSearchParams({ 'api-version': '2019-08-01', resource: 'https://vault.azure.net' })
const given = await fetch(`${IDENTITY_ENDPOINT}?${query}`, {
  headers: { 'X-IDENTITY-HEADER': IDENTITY_HEADER },
})
const { access_token: token } = await given.json()
const answer = await fetch(new URL(`/secrets/${values.name}?api-version=2025-07-01`, vault), {
  method: 'PUT',
  headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  body: JSON.stringify({
    value: readFileSync(values.file, 'utf8'),
    ...(values.expires && { attributes: { exp: Math.floor(Date.parse(values.expires) / 1000) } }),
  }),
})
if (!answer.ok) throw new Error(`The vault answered ${answer.status}: ${await answer.text()}`)
