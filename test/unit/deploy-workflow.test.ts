import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { scriptsOfWorkflow } from '../azure/azCalls.ts'
import { everything, predicted, readText, root, template } from './infraFiles.ts'

const deploy = readText('.github/workflows/deploy.yml')
const ci = readText('.github/workflows/ci.yml')

test('the checks of a pull request also run before packaging', () => {
  expect(ci).toContain('pull_request:')
  expect(ci).toMatch(/- run: \.ci\/run$/m)
  expect(existsSync(new URL('.ci/run', root))).toBe(true)
  expect(job('check')).toContain('uses: ./.github/workflows/ci.yml')
  expect(job('build')).toContain('needs: check')
  expect(job('deploy')).toContain('needs: build')
})

test('a pull request gets a what-if for what the page says', () => {
  expect(deploy).toContain("    paths: ['infra/**', '.github/workflows/deploy.yml']\n")
  expect(readText('docs/deploy.md')).toContain('for a pull request that changes `infra/` or this workflow')
})

test('the package’s bill of materials is kept with it', () => {
  expect(job('build')).toContain('npm run -s sbom -- "$GITHUB_WORKSPACE/sbom.cdx.json"')
  expect(job('build')).toMatch(/name: sbom\n +path: sbom\.cdx\.json\n +retention-days: 90/)
})

test('a package is kept for as long as the page says', () => {
  const [, days] =
    /name: package\n +path: package\.zip\n(?: +#.*\n)* +retention-days: (\d+)/.exec(job('build')) ?? []
  const page = readText('docs/deploy.md')
  expect(page).toContain(`every run of the workflow keeps its package for ${days} days`)
  expect(page).toContain(`its last successful run, which GitHub keeps for ${days} days`)
})

test.each(['ci', 'deploy'])('each script of the workflow %s can be read by bash', (name) => {
  const all = scriptsOfWorkflow(readText(`.github/workflows/${name}.yml`))
  const scripts = all.filter((script) => script !== '{ shell: bash }')
  expect(scripts).not.toEqual([])
  for (const script of scripts) {
    const { status, stderr } = spawnSync('bash', ['-n'], { input: script.replaceAll(/\$\{\{.*?}}/g, 'x') })
    expect([status, String(stderr)], script).toEqual([0, ''])
  }
})

test('only main is deployed, even manually', () => {
  expect(job('deploy')).toContain("if: github.ref == 'refs/heads/main'")
})

test('the template’s parameters come from the repository’s variables, and none is hard-coded', () => {
  expect(deploy).toMatch(/VARIABLES: '\$\{\{ toJSON\(vars\) }}'/)
  for (const each of ['what-if', 'deploy']) expect(job(each)).toMatch(/- [&*]parameters$/m)
  const names = Object.keys(template.parameters).map((name) =>
    name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase(),
  )
  expect(names.filter((name) => deploy.includes(`vars.${name} `))).toEqual([])
})

test('the token for the broker is fetched right after each login, while the workflow’s assertion is valid', () => {
  const steps = job('deploy').split(/\n {6}- /)
  const logins = steps.flatMap((step, index) => (/^[&*]login/.test(step) ? [index] : []))
  expect(logins).toHaveLength(2)
  for (const index of logins) expect(steps[index + 1]).toMatch(/^[&*]token/)
})

test('a deployment is judged by the checks that a package can break and that passed before it', () => {
  const smoke = job('deploy').split('- name: Smoke test')[1] ?? ''
  expect(deploy).toContain('npm run -s doctor -- --url "$url" --json > before.json || true')
  const [judged = '', rollback = '', last = ''] = smoke.split('\n      - name: ')
  expect(judged).toContain('npm run -s doctor -- --url "$URL" --json --before before.json > after.json')
  expect(rollback).toContain('if: failure()')
  // Behind the rollback, so that it causes none.
  expect(last).toContain('npm run doctor -- --url "$URL" --strict --category package')
})

test('a failure after the package step rolls back, and a failure before it does not', () => {
  const steps = job('deploy').split(/\n {6}- /)
  const rollback = steps.find((step) => step.startsWith('name: Roll back')) ?? ''
  expect(/^ +if: (.+)$/m.exec(rollback)?.[1]).toBe(
    "failure() && (steps.package.outcome == 'success' || steps.package.outcome == 'failure')",
  )
  const at = (start: string) => steps.findIndex((step) => step.startsWith(start))
  expect(steps[at('name: Deploy the package')]).toContain('id: package')
  // What can fail between them: the second login and its token, and the smoke test.
  expect(steps.slice(at('name: Deploy the package') + 1, at('name: Roll back')).map(firstLine)).toEqual([
    '*login',
    '*token',
    'name: Smoke test',
  ])
})

test('a failed what-if fails its job, and is reported in a comment that is updated later', () => {
  expect(deploy).toMatch(/^ {2}run: \{ shell: bash \}$/m)
  expect(job('what-if').match(/<!-- what-if -->/g)).toHaveLength(2)
  expect(job('what-if')).toContain('exit "$WHAT_IF_STATUS"')
})

test('the login of a pull request is not the one that deploys, and what-if only needs it for reading', () => {
  expect(job('what-if')).toMatch(/client-id: \$\{\{ vars\.AZURE_WHAT_IF_CLIENT_ID }}/)
  expect(job('what-if')).toContain('--validation-level ProviderNoRbac')
  expect(job('what-if')).toContain('environment: what-if')
  expect(job('deploy')).toMatch(/client-id: \$\{\{ vars\.AZURE_CLIENT_ID }}/)
  expect(job('deploy')).toContain('environment: production')
  expect(deploy.match(/vars\.AZURE_CLIENT_ID /g)).toHaveLength(1)
  expect(deploy.match(/environment: production/g)).toHaveLength(1)
})

test('every action is pinned by commit, with its version in a comment', () => {
  const used = [...`${ci}\n${deploy}`.matchAll(/uses: (.+)$/gm)].map(([, action = '']) => action)
  const foreign = used.filter((action) => !action.startsWith('./'))
  expect(foreign.length).toBeGreaterThan(5)
  expect(foreign.filter((action) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action))).toEqual(
    [],
  )
  const versions = new Map<string, Set<string>>()
  for (const action of foreign) {
    const [name = '', version = ''] = action.split('@')
    versions.set(name, (versions.get(name) ?? new Set()).add(version))
  }
  expect([...versions.values()].filter((each) => each.size > 1)).toEqual([])
})

test('it provisions only if the template or its values changed, or by hand', () => {
  const [, step = ''] = job('deploy').split('- name: Provision, if the template or its values changed')
  const [script = ''] = step.split(/\n {6}- /)
  // Compiled and checked in, so that a new compiler changes nothing.
  expect(script).toContain('{ cat infra/main.json; echo "$values"; } | sha256sum')
  expect(script).toContain('az bicep build-params --file infra/main.bicepparam')
  expect(script).toContain('select(.provisioningState == "Succeeded")')
  expect(script).toMatch(/BY_HAND: "\$\{\{ github\.event_name == 'workflow_dispatch' }}"/)
  expect(script).toMatch(
    /if \[ "\$BY_HAND" = true \] \|\| \[ "\$last" != "\$fingerprint" \]; then\n +PROVISIONED_AS=\$fingerprint az deployment group create /,
  )
  expect(template.outputs.PROVISIONED_AS.value).toBe("[parameters('provisionedAs')]")
})

test('the package for a rollback is read from where the app loads it, before any change', () => {
  const steps = job('deploy').split(/\n {6}- /)
  const at = (start: string) => steps.findIndex((step) => step.startsWith(start))
  const keep = at('name: Keep the package that runs now')
  expect(steps[keep]).toContain('properties.functionAppConfig.deployment.storage.value')
  expect(steps[keep]).toContain('az storage blob download')
  expect(steps[keep]).toContain('gh run download')
  expect(keep).toBeGreaterThan(at('&login'))
  expect(keep).toBeLessThan(at('name: Provision'))
  expect(steps[at('name: Roll back')]).toContain('--src previous/package.zip')
})

test('the workflow and azd refuse what would lose something, by the same check, before anything is changed', () => {
  const check = 'npm run -s deploy -- --check --parameters infra/main.bicepparam'
  const steps = job('deploy').split(/\n {6}- /)
  const at = (start: string) => steps.findIndex((step) => step.startsWith(start))
  const refusal = at('name: Refuse what would lose something')
  expect(steps[refusal]).toContain(`run: ${check}`)
  expect(steps[refusal]).toMatch(/ACCEPT_LOSSES: '\$\{\{ inputs\.accept }}'/)
  expect(steps[refusal]).not.toContain('||')
  expect(refusal).toBeGreaterThan(at('*parameters'))
  expect(refusal).toBeGreaterThan(at('&login'))
  expect(refusal).toBeLessThan(at('name: Provision'))
  expect(job('what-if')).toContain(`${check} > losses.txt`)
  const azd = readText('azure.yaml')
  expect(
    azd
      .split('  postprovision:')[0]
      ?.match(/preprovision:[\s\S]*/)?.[0]
      .split(check),
  ).toHaveLength(3)
})

test('the deploying login can assign only the template’s roles', () => {
  const condition = readText('infra/entra/roleCondition.txt')
  const assigned = [...everything, ...predicted('main')]
    .filter(({ type }) => type === 'Microsoft.Authorization/roleAssignments')
    .map(({ properties }) => properties.roleDefinitionId.split('/').at(-1))
  for (const rule of condition.split('\nAND\n'))
    expect(rule.match(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g)?.toSorted()).toEqual(
      [...new Set(assigned)].toSorted(),
    )
  expect(condition).toMatch(
    /roleAssignments\/write'[\s\S]*@Request[\s\S]*roleAssignments\/delete'[\s\S]*@Resource/,
  )
})

function firstLine(step: string): string {
  return step.split('\n')[0] ?? ''
}

/** One job's text. */
function job(name: string): string {
  return new RegExp(`\\n {2}${name}:\\n([\\s\\S]*?)(?=\\n\\n {2}\\w|$)`).exec(deploy)?.[1] ?? ''
}
