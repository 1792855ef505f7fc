import { expect, test } from 'vitest'
import { createCallers } from '../../shared/access/callers.ts'
import { parseConfig } from '../../shared/config.ts'
import { readText } from './infraFiles.ts'
import { minimalSettings } from './settingRefusals.ts'
import { createKeyAddress, createSigner } from './signedTokens.ts'

const signer = await createSigner('one')
const [setting = '', ...examples] = [
  ...readText('docs/caller-tokens.md').matchAll(/```json\n(.*?)```/gs),
].map(([, json = '']) => json)
const { callerIssuers } = parseConfig({ ...minimalSettings, CALLER_ISSUERS: setting })

test.each(
  [
    ['an app, version 2', '11112222-bbbb-3333-cccc-4444dddd5555', ['Tokens.Vend', 'Tenants.Manage']],
    ['an app, version 1', '11112222-bbbb-3333-cccc-4444dddd5555', ['Tokens.Vend', 'Tenants.Manage']],
    ['a managed identity', '22223333-cccc-4444-dddd-5555eeee6666', ['Tokens.Vend']],
    ['a person with the Azure CLI', '04b07795-8ddb-461a-bbee-02f9e1bf7b46', ['Broker.Operate']],
  ].map((each, index) => [...each, examples[index] ?? ''] as [string, string, string[], string]),
)('the documented token of %s is accepted as that of its client ID', async (_what, app, rights, example) => {
  const claims = JSON.parse(example) as { readonly iat: number; readonly oid: string; readonly scp?: string }
  const clock = { now: () => new Date((claims.iat + 60) * 1000), sleep: async () => undefined }
  const { fetch } = createKeyAddress(signer)
  const callers = createCallers({ callerIssuers, workspaces: [] }, { clock, fetch })
  const caller = await callers.authenticate(`Bearer ${await signer.sign(claims)}`)
  expect(caller).toMatchObject({ app, workspace: app, rights: new Set(rights) })
  // An app can be refused by its object ID. A person's is not the app's.
  expect(caller.objectId).toBe(claims.scp === undefined ? claims.oid : undefined)
})

test('every documented token is tested', () => expect(examples).toHaveLength(4))
