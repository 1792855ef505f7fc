import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readJson, readText, root, template } from './infraFiles.ts'

const parameters = Object.keys(template.parameters)

/** The group's own region and the deploying user: ARM functions, which no parameter file can call. */
const knownToArm = ['location', 'operatorPrincipalId']

describe('the parameter file of azd, the plain path, and CI', () => {
  const file = readText('infra/main.bicepparam')
  const lines = new Map(
    [...file.matchAll(/^param (\w+) = ([\s\S]*?)(?=\n(?:param|\/\/)|\n?$(?![\s\S]))/gm)].map(toLine),
  )

  test('it sets every parameter of the template except the region', () => {
    expect([...lines.keys()].toSorted()).toEqual(parameters.filter((name) => name !== 'location').toSorted())
  })

  test.each([...lines])('%s is read from the environment variable with its name', (name, expression) => {
    const expected = name === 'name' ? 'BROKER_NAME' : toVariable(name)
    expect(/readEnvironmentVariable\(\s*'(\w+)'/.exec(expression)?.[1]).toBe(expected)
  })

  test('an unset parameter has the template’s own default', () => {
    const given = [...lines].filter(([name]) => !knownToArm.includes(name))
    for (const [name, expression] of given)
      expect([name, defaultIn(expression)]).toEqual([name, template.parameters[name].defaultValue])
  })
})

describe('the broker’s name, which is part of every resource’s name', () => {
  test('it is BROKER_NAME on every way to deploy, and otherwise the template’s own', () => {
    expect(readText('infra/main.bicepparam')).toMatch(
      `param name = readEnvironmentVariable('BROKER_NAME', '${template.parameters.name.defaultValue}')\n`,
    )
    expect(readText('infra/main.bicepparam')).not.toContain('AZURE_ENV_NAME')
  })

  test('no way sets a different value, which would create a second broker in the group', () => {
    for (const way of ['azure.yaml', '.github/workflows/deploy.yml', 'docs/deploy.md'])
      expect(readText(way)).not.toMatch(/BROKER_NAME['"]?\s*[:=]|azd env set BROKER_NAME|--parameters name=/)
    const { basics } = readJson('infra/createUiDefinition.json').parameters as {
      basics: { name: string; defaultValue?: string }[]
    }
    expect(basics.find(({ name }) => name === 'name')?.defaultValue).toBe(
      template.parameters.name.defaultValue,
    )
  })

  test('azd, the plain path, and the workflow read it through the same parameter file', () => {
    expect(readText('azure.yaml')).toMatch(/^ {2}path: infra$[\s\S]*^ {2}module: main$/m)
    for (const way of ['.github/workflows/deploy.yml', 'docs/deploy.md'])
      expect(readText(way)).toContain('--parameters infra/main.bicepparam')
  })
})

describe('what the template refuses', () => {
  const { refusals } = readJson('infra/refusals.json') as { refusals: { given: object; reason: string }[] }
  const said = ['infra/main.bicep', 'infra/modules/refusals.bicep']
    .flatMap((file) => [...readText(file).matchAll(/fail\('([^\n]*?)'\)/g)])
    .map(([, message = '']) => message)

  test.each(said)('a sample, which `check:infra` tries, is refused with: %s', (message) => {
    expect(refusals.filter(({ reason }) => message.includes(reason))).not.toEqual([])
  })

  test('each sample is refused by the template’s own words', () => {
    for (const { reason } of refusals)
      expect(said.filter((message) => message.includes(reason))).toHaveLength(1)
  })
})

describe('the form of the Deploy to Azure button', () => {
  const { basics, outputs } = readJson('infra/createUiDefinition.json').parameters

  test('it asks only for the template’s parameters', () => {
    expect(parameters).toEqual(expect.arrayContaining(Object.keys(outputs)))
  })

  test('it asks for every parameter without a good default', () => {
    const refusedWhenEmpty = [...JSON.stringify(template.variables).matchAll(/fail\('(\w+) is empty/g)].map(
      ([, name]) => name,
    )
    expect(refusedWhenEmpty).toHaveLength(3)
    expect(Object.keys(outputs)).toEqual(expect.arrayContaining([...refusedWhenEmpty, 'workspaces']))
  })

  test('the person who fills it in can set the secrets', () => {
    expect(outputs).not.toHaveProperty('operatorPrincipalId')
    expect(template.parameters.operatorPrincipalId.defaultValue).toBe('[deployer().objectId]')
  })

  test('every answer goes to an output', () => {
    const answers = JSON.stringify(outputs)
    for (const { name } of basics) expect(answers).toContain(`basics('${name}')`)
  })

  test('the button opens the template and its form', () => {
    const [, uri = '', form = ''] =
      /#create\/Microsoft\.Template\/uri\/([^/]+)\/createUIDefinitionUri\/([^)]+)\)/.exec(
        readText('README.md'),
      ) ?? []
    const raw = /^https:\/\/raw\.githubusercontent\.com\/[^/]+\/[^/]+\/main\/(.+)$/
    const paths = [uri, form].map((encoded) => raw.exec(decodeURIComponent(encoded))?.[1] ?? '')
    expect(paths).toEqual(['infra/main.json', 'infra/createUiDefinition.json'])
    for (const path of paths) expect(existsSync(new URL(path, root))).toBe(true)
  })
})

describe('azure.yaml', () => {
  const azd = readText('azure.yaml')

  test('azd deploys the same template', () => {
    expect(azd).toMatch(/^ {2}module: main$/m)
  })

  test('only host.json, package.json, and the bundle are published', () => {
    const listed = (...options: string[]) =>
      execFileSync('git', ['ls-files', ...options], { cwd: root, encoding: 'utf8' }).split('\n')
    const leftBehind = new Set(listed('--cached', '--ignored', '--exclude-from=.funcignore'))
    expect(listed('--cached').filter((file) => file && !leftBehind.has(file))).toEqual([
      'host.json',
      'package.json',
    ])
    expect(readText('.funcignore')).not.toMatch(/^\/?dist\b/m)
  })

  test('azd accepts the folder: if .funcignore named node_modules itself, azd would refuse it', () => {
    expect(azd).toMatch(/^ {4}remoteBuild: false$/m)
    const lines = readText('.funcignore').split('\n')
    expect(lines.filter((line) => line.startsWith('node_modules'))).toEqual(['node_modules/*'])
  })

  test('a first deployment without secrets does not end in failure', () => {
    expect(azd).toMatch(/postdeploy:[\s\S]*continueOnError: true\n {4}run: npm run doctor/)
  })
})

function toLine([, name = '', expression = '']: RegExpMatchArray): [string, string] {
  return [name, expression]
}

/** `alwaysReadyInstances` as `ALWAYS_READY_INSTANCES`, `instanceMemoryMB` as `INSTANCE_MEMORY_MB`. */
function toVariable(name: string): string {
  return name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase()
}

/** The last argument of the innermost call, in the template's JSON. */
function defaultIn(expression: string): unknown {
  const text = [...expression.matchAll(/'([^']*)'/g)].at(-1)?.[1] ?? ''
  return /^(json|int|bool)\(/.test(expression) ? JSON.parse(text) : text
}
