import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callerSecret, callingApps } from '../../local/callers.ts'
import { openWorld, type World } from '../end-to-end/world.ts'

const root = join(import.meta.dirname, '../..')

/** How a sample ended. */
interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

interface SampleOptions {
  /** Whether the sample takes several tenants, with commas between them. Default is false. */
  readonly severalTenants?: boolean
}

/**
 * Runs a sample as its head comment says, and expects what every sample does: campaigns for a connected tenant, and who
 * must act for any other.
 * @param toCommand the command line, asked for once the tests begin, because a compiler must have run first.
 */
export function describeSample(
  name: string,
  toCommand: () => readonly [string, ...string[]],
  { severalTenants = false }: SampleOptions = {},
): void {
  describe(name, () => {
    let world: World
    beforeAll(async () => {
      world = await openWorld()
    })
    afterAll(() => world?.close())

    const run = (tenant: string, more: Record<string, string> = {}) => {
      const [command, ...args] = toCommand()
      const env = {
        ...{ PATH: process.env.PATH, HOME: process.env.HOME },
        ...{ BROKER_URL: world.origin, TENANT: tenant, CLIENT_ID: callingApps['demo-app'].clientId },
        ...{ CLIENT_SECRET: callerSecret('demo-app'), ...more },
      }
      return runToEnd(command, args, env)
    }

    test('lists the campaigns of a connected tenant', async () => {
      const { code, out, err } = await run(await world.connected())
      expect({ code, err }).toEqual({ code: 0, err: '' })
      expect(out).toMatch(/Brand.*Generic/s)
    })

    if (severalTenants)
      test('calls for several tenants in one process, each in its own environment', async () => {
        const ids = { production: '1801010010', sandbox: '6801010010' }
        const tenants = [
          await world.connected('ada@outlook.example', 'sandbox'),
          await world.connected('ada@outlook.example', 'production'),
        ]
        const { out, err } = await run(tenants.join())
        expect(err).toBe('')
        expect(out.match(/^\d+(?= Brand)/gm)).toEqual([ids.sandbox, ids.production])
      })

    test('says that the app must act if it has no such tenant', async () => {
      const { code, err } = await run('absent')
      expect(code).toBe(1)
      expect(err).toMatch(/^Who must act: app\n.*tenant_not_found/s)
    })

    test('says that the advertiser must act after a consent was taken back', async () => {
      const tenant = await world.connectedStale('alan@outlook.example')
      await world.signIn.revoke('alan@outlook.example')
      const { code, err } = await run(tenant)
      expect(code).toBe(1)
      expect(err).toMatch(/^Who must act: advertiser\n/)
    })

    test('shows why the issuer refuses the app a token', async () => {
      const { code, err } = await run('absent', { CLIENT_SECRET: 'wrong' })
      expect(code).not.toBe(0)
      expect(err).toContain('invalid_client')
    })
  })
}

function runToEnd(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(command, args, { cwd: root, env }, (error, out, err) =>
      resolve({ code: error ? Number(error.code ?? 1) : 0, out, err }),
    )
  })
}
