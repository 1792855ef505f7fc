import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { AzError } from '../../scripts/azure/az.ts'
import { findPages } from '../../scripts/pages.ts'
import { azCalls, azCallsOfPage, scriptsOfWorkflow } from '../azure/azCalls.ts'
import { createAzure } from '../azure/azure.ts'
import { commandTexts } from '../azure/commandTexts.ts'
import { faultOfAzCall } from '../azure/faultOfAzCall.ts'
import { emptyAzure } from '../azure/state.ts'
import { readText, root } from './infraFiles.ts'

const folder = fileURLToPath(root).replace(/\/$/, '')

describe('every az command is one that Microsoft documents, with its options', () => {
  test('on the pages', async () => {
    const calls = (await findPages(folder)).flatMap((path) =>
      azCallsOfPage(readFileSync(path, 'utf8')).map((words) => ({ path, words })),
    )
    expect(calls.length).toBeGreaterThan(130)
    expect(calls.filter(({ path }) => path.includes('/runbooks/')).length).toBeGreaterThan(60)
    const faults = calls.map(({ path, words }) => ({ path, fault: faultOfAzCall(words) }))
    expect(faults.filter(({ fault }) => fault)).toEqual([])
  })

  test('in the workflows', () => {
    const scripts = ['ci', 'deploy'].flatMap((name) =>
      scriptsOfWorkflow(readText(`.github/workflows/${name}.yml`)),
    )
    const calls = scripts.flatMap(azCalls)
    expect(scripts.join('\n').match(/\baz (?=[a-z])/g)).toHaveLength(calls.length)
    expect(calls.length).toBeGreaterThan(10)
    expect(calls.map((words) => faultOfAzCall(words)).filter(Boolean)).toEqual([])
  })

  test('in what the broker, doctor, setup, and deploy tell people to run', () => {
    const calls = commandTexts(folder, ['scripts', 'shared', 'functions']).flatMap(({ file, text }) =>
      azCalls(text).map((words) => ({ file, words })),
    )
    const inFile = (file: string) => calls.filter((each) => each.file === file).map(({ words }) => words)
    expect(inFile('scripts/doctor/broker.ts').filter(([first]) => first === 'rest')).toHaveLength(1)
    expect(inFile('scripts/doctor/registration.ts').filter(([first]) => first === 'rest')).toHaveLength(1)
    // One of them is a template with two services.
    const shown = inFile('shared/ready/resolutions.ts').filter((words) => words.includes('show'))
    expect(shown.map(([first]) => first)).toEqual(['keyvault', 'storage'])
    // The first of an empty list is nothing, which the next command would take for a name.
    expect(calls.filter(({ words }) => words.some((word) => word.includes('[0]')))).toEqual([])
    const faults = calls.map(({ file, words }) => ({ file, fault: faultOfAzCall(words, true) }))
    expect(faults.filter(({ fault }) => fault)).toEqual([])
  })
})

const faultsIn = (page: string) => azCallsOfPage(page).flatMap((words) => faultOfAzCall(words) ?? [])

test.each([
  '`az keyvault secret set --vault-name <vault> -n x --description text --file <(printf %s "$TOKEN")`',
  '`az keyvault secret show --id <id>`, `az keyvault secret …`, `az storage account show -n x`, `az functionapp stop --ids x`, `az identity show … --query id`',
  'a table | `az functionapp list \\| jq .` | cell',
  '`` az group list --query "[?name==`x`]" ``',
  '`az ad app update --id x --web-redirect-uris $(az ad app show --id x --output tsv) <URI>`, `az` alone',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's
  '```sh\naz keyvault secret set --vault-name x --name y --file z ${tags[0]+--tags "${tags[@]}"}\n```',
  '```sh\nfor p in a b; do az provider register --namespace $p --wait; done # az nothing\n```',
  '`az role assignment list --all --output tsv | xargs -n1 az role assignment delete --ids`',
])('%s has no fault', (page) => {
  expect(azCallsOfPage(page)).not.toEqual([])
  expect(faultsIn(page)).toEqual([])
})

test.each([
  ['`az keyvault secret burn --name x`', 'az keyvault secret burn isn’t in documentedOptions.json'],
  ['`az keyvault burn …`', 'az keyvault burn isn’t in documentedOptions.json'],
  ['`az group show --name x --colour red`', 'az group show: --colour isn’t an option'],
  ['`az group show -n x -x red`', 'az group show: -x isn’t an option'],
  [
    '`az functionapp identity show … --principal x`',
    'az functionapp identity show: --principal isn’t an option',
  ],
  ['`az functionapp stop --name x`', 'az functionapp stop: --resource-group is missing'],
  ['`az keyvault secret show --vault-name x`', 'az keyvault secret show: --name is missing'],
  ['`az ad app credential delete --id x`', 'az ad app credential delete: --key-id is missing'],
  ['`az ad sp create --id`', 'az ad sp create: --id needs a value'],
  ['`az group show --name one two`', 'az group show: --name doesn’t take two'],
  ['`az provider register --namespace x --wait yes`', 'az provider register: --wait doesn’t take yes'],
  [
    '`az storage blob list --container-name x --auth-mode entra`',
    'az storage blob list: --auth-mode doesn’t accept entra',
  ],
  ['`az account show --output=xml`', 'az account show: --output doesn’t accept xml'],
  ['`az group show x --name y`', 'az group show: x is a stray word'],
  ['`URL=$(az rest --method GET)`', 'az rest: --uri is missing'],
  ['`some | az rest --method GET > file`', 'az rest: --uri is missing'],
  ['`cat <(az rest --method GET) "$(az rest --url x)"`', 'az rest: --uri is missing'],
  [
    '```sh\nif true; then\n  az group \\\n    delete --name x\nfi\n```',
    'az group delete isn’t in documentedOptions.json',
  ],
  [
    '- indented:\n\n  ```sh\n  role() { az role assignment create --role "$@"; }\n  ```',
    'az role assignment create: --scope is missing',
  ],
])('%s has a fault', (page, fault) => {
  expect(faultsIn(page)).toEqual([fault])
})

test('a workflow’s list of arguments is read where it is used', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's
  const use = 'az storage blob list "${container[@]}"'
  const [script = ''] = scriptsOfWorkflow(
    `    - run: |\n        container=(--auth-mode login --container x)\n        ${use}\n    - run: az login\n`,
  )
  expect(azCalls(script).map((words) => faultOfAzCall(words))).toEqual([
    'az storage blob list: --container isn’t an option',
  ])
})

test.each([
  [['group', 'show', '--name', 'x', '--colour', 'red'], '--colour isn’t an option'],
  [['group', 'create', '--name', 'x'], '--location is missing'],
  [['rest', '--method', 'FETCH', '--url', 'https://graph.microsoft.com/v1.0/applications'], 'accept FETCH'],
])(
  'the stand-in that setup and deploy are tested with fails at %j, not as Azure would',
  async (args, fault) => {
    const azure = createAzure(emptyAzure('https://vault.example', 'app'))
    const failure = await azure(...args).catch((error: unknown) => error)
    expect(failure).toMatchObject({ message: expect.stringContaining(fault) })
    expect(failure).not.toBeInstanceOf(AzError)
  },
)
