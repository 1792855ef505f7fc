import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openWorld, type World } from './world.ts'

let world: World
let folder: string
let tokenFile: string

beforeAll(async () => {
  world = await openWorld()
  folder = await mkdtemp(join(tmpdir(), 'broker-import-'))
  tokenFile = join(folder, 'bearer')
  await writeFile(tokenFile, await world.stack.callerToken())
})

afterAll(async () => {
  await world.close()
  await rm(folder, { recursive: true, force: true })
})

/** Each command is a separate process. */
const slow = { timeout: 60_000 }

async function runCommand(
  script: string,
  args: readonly string[],
  input = '',
  where: readonly string[] = ['--url', world.origin, '--token-file', tokenFile],
) {
  const child = spawn(process.execPath, [`scripts/${script}.ts`, ...args, ...where])
  child.stdin.end(input)
  const ended = new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? -1)))
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { out, err, code }
}

const header = 'tenant,environment,identityProvider,refreshToken,accountKind,directoryId,displayName'

async function writeCsv(name: string, ...lines: readonly string[]) {
  const file = join(folder, name)
  await writeFile(file, `\uFEFF${[header, ...lines].join('\r\n')}\r\n`)
  return file
}

describe('import', () => {
  test(
    'connects every tenant of the file, reports the others, and continues where it stopped',
    slow,
    async () => {
      await world.connected()
      const [refreshToken = ''] = await world.grantSecrets()
      const [one, two, three] = [world.newTenant(), world.newTenant(), world.newTenant()]
      const file = await writeCsv(
        'tenants.csv',
        `${one},production,,${refreshToken},personal,,"Ada, and sons"`,
        `${two},production,,dead-token,,,`,
        `${three},production,microsoft,${refreshToken},,,`,
      )
      const first = await runCommand('import', [file, '--rate', '50'])
      expect(first.code).toBe(1)
      expect(first.out).toContain('connected 2')
      expect(first.out).toMatch(new RegExp(`${two}: refused: grant_refused: `))
      expect((await world.call('GET', `/v1/tenants/${one}`)).body.displayName).toBe('Ada, and sons')

      const journal = await readFile(`${file}.journal`, 'utf8')
      expect(journal).not.toContain(refreshToken)
      expect(journal).not.toContain('dead-token')

      await world.signIn.forget()
      const second = await runCommand('import', [file])
      expect(second).toMatchObject({ code: 1, out: expect.stringContaining('This run: nothing to do.') })
      expect(second.out).toContain('The file: connected 2, refused 1.')
      expect(second.out).toMatch(new RegExp(`${two}: refused: grant_refused: `))
      expect(await world.refreshCalls()).toHaveLength(0)

      const third = await runCommand('import', [file, '--retry-refused'])
      expect(third.out).toContain('refused 1')
    },
  )

  test('one person without Microsoft Advertising neither stops nor blocks a run', slow, async () => {
    await world.connected()
    const [refreshToken = ''] = await world.grantSecrets()
    const [one, two] = [world.newTenant(), world.newTenant()]
    const file = await writeCsv(
      'stranger.csv',
      `${one},production,,${refreshToken},personal,,`,
      `${two},production,,${refreshToken},personal,,`,
    )
    await world.advertising.fault({ kind: 'fault', code: 105, path: '/User/Query', times: 1 })
    const first = await runCommand('import', [file, '--rate', '1'])
    await world.advertising.clear()
    expect(first).toMatchObject({
      code: 1,
      out: expect.stringContaining('The file: refused 1, connected 1.'),
    })
    expect(first.out).toContain('refused: grant_refused (no_advertising_user)')
    await world.signIn.forget()
    expect((await runCommand('import', [file])).out).toContain('This run: nothing to do.')
    expect(await world.refreshCalls()).toHaveLength(0)
  })

  test('a stopped run reports its progress', slow, async () => {
    await world.connected()
    const [refreshToken = ''] = await world.grantSecrets()
    const [one, two] = [world.newTenant(), world.newTenant()]
    const production = `${one},production,,${refreshToken},personal,,`
    const file = await writeCsv('stopped.csv', production, `${two},sandbox,,any-token,,,`)
    await world.signIn.clientSecrets('sandbox', ['another'])
    const { code, out, err } = await runCommand('import', [file, '--rate', '1'])
    await world.signIn.restoreClientSecrets('sandbox')
    expect({ code, out, err }).toMatchObject({
      code: 2,
      out: expect.stringContaining('The file: connected 1, new 1.'),
      err: expect.stringContaining('environment_on_hold'),
    })
  })

  test('tenants imported into one broker can still be imported into another one', slow, async () => {
    const tenant = world.newTenant()
    const file = await writeCsv('staging.csv', `${tenant},production,,dead-token,,,`)
    await runCommand('import', [file])
    const elsewhere = ['--dry-run', '--url', 'https://other.example']
    const child = await runCommand('import', [file], '', elsewhere)
    expect(child.out).toContain('new 1')
  })

  test('with --dry-run calls nothing', slow, async () => {
    const tenant = world.newTenant()
    const file = await writeCsv('dry.csv', `${tenant},production,,some-token,,,`)
    expect(await runCommand('import', [file, '--dry-run'])).toMatchObject({
      code: 0,
      out: '1 tenant(s), every line in order: new 1. Nothing was called.\n',
    })
    expect((await world.call('GET', `/v1/tenants/${tenant}`)).status).toBe(404)
  })

  test('names every invalid line, imports nothing, and repeats no token', slow, async () => {
    const file = await writeCsv(
      'faulty.csv',
      'acme,production,,secret-one,,,',
      'acme,production,,secret-two,,,',
      'b,staging,,secret-three,,,',
      '-c,production,,,,,',
    )
    const { code, err, out } = await runCommand('import', [file])
    expect(code).toBe(2)
    expect(err).toContain('line 3: tenant acme is also on line 2')
    expect(err).toContain('line 4: environment')
    expect(err).toContain('line 5: tenant')
    expect(err + out).not.toContain('secret-')
  })

  test('of a file without a header line reports that, without repeating it', slow, async () => {
    const file = join(folder, 'bare.csv')
    await writeFile(file, 'acme,production,,secret-one,,,\n')
    const { code, err } = await runCommand('import', [file])
    expect(code).toBe(2)
    expect(err).toContain('The header line lacks tenant')
    expect(err).not.toContain('secret-one')
  })

  test(
    'reports the person and the accounts that a tenant would lose, and imports it once the file accepts that',
    slow,
    async () => {
      const tenant = await world.connected('ada@outlook.example')
      const known = new Set(await world.grantSecrets())
      await world.connect(world.newTenant(), 'edsger@contoso.example', { accountChoice: 'app' })
      const refreshToken = (await world.grantSecrets()).find((value) => !known.has(value))
      const [account] = (await world.call('GET', `/v1/tenants/${tenant}/accounts`)).body.accounts
      const file = join(folder, 'another.csv')
      const columns = 'tenant,environment,refreshToken,allowDifferentUser,acceptLostAccounts'
      const write = (acceptLostAccounts: string) =>
        writeFile(file, `${columns}\n${tenant},production,${refreshToken},true,${acceptLostAccounts}\n`)
      await write('perhaps')
      const faulty = await runCommand('import', [file])
      expect(faulty).toMatchObject({ code: 2, err: expect.stringContaining('line 2: acceptLostAccounts') })
      await write('')
      const refused = await runCommand('import', [file])
      expect(refused.code).toBe(1)
      expect(refused.out).toContain(`${tenant}: refused: accounts_would_be_lost: e…@contoso.example`)
      expect(refused.out).toContain(`${account.name} (${account.number})`)
      await write('true')
      expect(await runCommand('import', [file, '--retry-refused'])).toMatchObject({ code: 0 })
      const { body } = await world.call('GET', `/v1/tenants/${tenant}`)
      expect(body.connection.consentedBy).toBe('e…@contoso.example')
    },
  )
})

describe('diagnose', () => {
  test('probes a tenant for a person to read', slow, async () => {
    const tenant = await world.connected()
    const { code, out } = await runCommand('diagnose', ['--tenant', tenant])
    expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/^Verdict {6}all_well\n/) })
  })

  test('explains a piped failed response, even as JSON', slow, async () => {
    const tenant = await world.connected()
    const failed = { status: 429, service: 'bulk', body: { Errors: [{ Code: 4204 }], TrackingId: 't' } }
    const { code, out } = await runCommand('diagnose', ['--tenant', tenant, '--json'], JSON.stringify(failed))
    expect(code).toBe(1)
    expect(JSON.parse(out)).toMatchObject({ verdict: 'throttled_bulk', retryAfterSeconds: 900 })
  })

  test('says what to type if it is invalid, and what the broker refused', slow, async () => {
    expect(await runCommand('diagnose', [])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--tenant acme'),
    })
    expect(await runCommand('diagnose', ['--tenant', 'nobody'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('tenant_not_found'),
    })
  })
})
