import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readText, root, template } from './infraFiles.ts'

const deploy = readText('.github/workflows/deploy.yml')
const ci = readText('.github/workflows/ci.yml')

test('what CI runs on a pull request is what runs before anything is packed', () => {
  expect(ci).toContain('pull_request:')
  expect(ci).toMatch(/- run: \.ci\/run$/m)
  expect(existsSync(new URL('.ci/run', root))).toBe(true)
  expect(job('check')).toContain('uses: ./.github/workflows/ci.yml')
  expect(job('build')).toContain('needs: check')
  expect(job('deploy')).toContain('needs: build')
})

test('nothing but main is deployed, by hand neither', () => {
  expect(job('deploy')).toContain("if: github.ref == 'refs/heads/main'")
})

test('the template’s parameters come from the repository’s variables, and none is named by hand', () => {
  expect(deploy).toMatch(/VARIABLES: '\$\{\{ toJSON\(vars\) }}'/)
  for (const each of ['what-if', 'deploy']) expect(job(each)).toMatch(/- [&*]parameters$/m)
  const names = Object.keys(template.parameters).map((name) =>
    name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase(),
  )
  expect(names.filter((name) => deploy.includes(`vars.${name} `))).toEqual([])
})

test('the token for the broker is fetched right after each login, while the workflow’s assertion lives', () => {
  const steps = job('deploy').split(/\n {6}- /)
  const logins = steps.flatMap((step, index) => (step === '*login' ? [index] : []))
  expect(logins).toHaveLength(2)
  for (const index of logins) expect(steps[index + 1]).toMatch(/^[&*]token/)
})

test('a deployment is judged by what a package can break and by what was well before it', () => {
  const smoke = job('deploy').split('- name: Smoke test')[1] ?? ''
  expect(smoke).toContain('--strict --category package')
  expect(smoke).toContain('--slurpfile before before.json --slurpfile after after.json')
})

test('whatever fails once the package step has run rolls back, and nothing that fails before it', () => {
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

test('a failed what-if fails its job, and is told in a comment that is found again', () => {
  expect(deploy).toMatch(/^ {2}run: \{ shell: bash \}$/m)
  expect(job('what-if').match(/<!-- what-if -->/g)).toHaveLength(2)
  expect(job('what-if')).toContain('exit "$WHAT_IF_STATUS"')
})

function firstLine(step: string): string {
  return step.split('\n')[0] ?? ''
}

/** One job's text. */
function job(name: string): string {
  return new RegExp(`\\n {2}${name}:\\n([\\s\\S]*?)(?=\\n\\n {2}\\w|$)`).exec(deploy)?.[1] ?? ''
}
