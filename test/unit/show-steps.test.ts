import { afterEach, expect, test, vi } from 'vitest'
import { AzError } from '../../scripts/azure/az.ts'
import { showSteps } from '../../scripts/setup/showSteps.ts'
import { login } from '../../scripts/setup/steps/login.ts'
import { UsageError } from '../../scripts/usageError.ts'

afterEach(() => vi.restoreAllMocks())

/** What is printed for people, and for programs. */
function printed() {
  const [out, err]: string[][] = [[], []]
  vi.spyOn(console, 'log').mockImplementation((line) => void out!.push(line))
  vi.spyOn(console, 'error').mockImplementation((line) => void err!.push(line))
  return { out: out!, err: err! }
}

const contextWith = (text?: string) => ({
  az: async (...args: readonly string[]) => {
    if (text) throw new AzError(args, text)
    return { tenantId: 'one' }
  },
  facts: {} as { tenantId?: string },
  wait: async () => {},
})
type Context = ReturnType<typeof contextWith>
const show = (opening: Promise<Context>, json = false) =>
  showSteps<Context>(opening, [login], { json, plan: false })

test('all steps that are right are shown, and what they worked on is returned', async () => {
  const { out, err } = printed()
  const context = contextWith()
  expect((await show(Promise.resolve(context))).done).toBe(context)
  expect([out, err]).toEqual([['✓ login of the Azure CLI'], []])
})

test('a step that fails is shown with the next command, to people beside a program’s JSON', async () => {
  const { out, err } = printed()
  const { done, reports } = await show(
    Promise.resolve(contextWith("Please run 'az login' to setup account.")),
    true,
  )
  expect(done).toBeUndefined()
  expect(reports).toMatchObject([{ status: 'failed', next: 'az login' }])
  expect([out, err]).toEqual([[], ['✗ login of the Azure CLI: You aren’t logged in.\n  → az login']])
})

test('an Azure CLI that fails for another reason than a login says which', async () => {
  const { out } = printed()
  const { reports } = await show(Promise.resolve(contextWith('The profile file is damaged.')))
  expect(reports).toMatchObject([
    { status: 'failed', detail: 'az account show: The profile file is damaged.' },
  ])
  expect(out.join()).not.toContain('logged in')
})

test('a parameter file that the Azure CLI can’t read is a step that failed', async () => {
  const { out } = printed()
  const missing = Object.assign(new Error('no program'), { code: 'ENOENT' })
  const { done, reports } = await show(Promise.reject(missing))
  expect(done).toBeUndefined()
  expect(reports).toMatchObject([{ title: 'parameter file', status: 'failed' }])
  expect(out).toEqual(['✗ parameter file: The Azure CLI isn’t installed.\n  → https://aka.ms/azure-cli'])
})

test('a command line that can’t be used is no step', async () => {
  const { out } = printed()
  await expect(show(Promise.reject(new UsageError('Pass --location.')))).rejects.toThrow(UsageError)
  expect(out).toEqual([])
})
