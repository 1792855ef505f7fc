import { readFile } from 'node:fs/promises'
import { AzureCliCredential } from '@azure/identity'
import { QueueClient } from '@azure/storage-queue'
import { createBroker } from '../shared/broker.ts'
import { type Config, parseConfig, SettingsError } from '../shared/config.ts'
import { checkReadiness } from '../shared/ready/readiness.ts'
import { refreshChunksQueue } from '../shared/refresh/run.ts'
import {
  chooseCredential,
  parseOptions,
  prepareProcess,
  readSettings,
  run,
  UsageError,
} from './commandLine.ts'
import {
  type BrokerUnderTest,
  checkDeveloperToken,
  checkFromInside,
  checkFromOutside,
  fromReadiness,
} from './doctor/broker.ts'
import type { Diagnosed, DoctorReport } from './doctor/finding.ts'
import { checkSignIns } from './doctor/signIn.ts'
import { doctorOptions } from './options.ts'

/** What the doctor is given: a URL, settings, or both. */
export interface DoctorOptions {
  readonly url?: string
  /** Raw settings; with them the sign-in is looked at too, and all of storage where no token is given. */
  readonly settings?: Readonly<Record<string, string | undefined>>
  readonly token?: string
  readonly appToken?: string
  readonly tenant?: string
}

/**
 * Looks at everything that the first vend needs, from outside, through the broker's own eyes, and beside its settings.
 * @throws UsageError when there is nothing to look at.
 */
export async function examine(options: DoctorOptions): Promise<DoctorReport> {
  const { settings, token, appToken, tenant } = options
  const { checks, config } = settings ? checkSettings(settings) : { checks: [], config: undefined }
  const url = (options.url ?? config?.publicUrl)?.replace(/\/+$/, '')
  if (!url && checks.length === 0)
    throw new UsageError('Say which broker: --url https://… or --settings <file>.')
  const broker: BrokerUnderTest | undefined = url
    ? { url, ...(token && { token }), ...(appToken && { appToken }), ...(tenant && { tenant }) }
    : undefined
  const parts = await Promise.all([
    broker ? checkFromOutside(broker) : [],
    inside(broker, config, settings),
    config && settings ? checkHostQueue(settings) : [],
    config ? checkSignIns(config) : [unseenSignIn],
    broker ? checkDeveloperToken(broker) : [],
  ])
  const all = [...checks, ...parts.flat()]
  return { healthy: all.every(({ ok }) => ok !== false), checks: all }
}

const unseenSignIn: Diagnosed = {
  name: 'sign-in',
  ok: null,
  detail: 'not looked at: run beside the settings, with --settings local.settings.json',
}

function checkSettings(settings: Readonly<Record<string, string | undefined>>): {
  checks: Diagnosed[]
  config?: Config
} {
  try {
    const config = parseConfig(settings)
    return { checks: [{ name: 'settings', ok: true, detail: 'complete and well-formed' }], config }
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    const checks = error.faults.map(({ setting, fault, example }) => ({
      name: `setting ${setting}`,
      ok: false,
      detail: fault,
      mend: `az functionapp config appsettings set --settings '${setting}=${example}'`,
    }))
    return { checks }
  }
}

/** The broker's own eyes where a token opens them; else the same look from this process, with its identity. */
async function inside(
  broker: BrokerUnderTest | undefined,
  config: Config | undefined,
  settings: DoctorOptions['settings'] = {},
): Promise<Diagnosed[]> {
  if (broker?.token || !config) return broker ? checkFromInside(broker) : []
  const credential = chooseCredential(settings, config)
  return fromReadiness(await checkReadiness(createBroker(config, () => {}, credential)))
}

/** A token that was given, else the Azure CLI's own for the broker's API where that is named. */
async function findToken(tokenFile: string | undefined, raw: Readonly<Record<string, string | undefined>>) {
  if (tokenFile) return (await readFile(tokenFile, 'utf8')).trim()
  if (raw.BROKER_TOKEN || !raw.API_CLIENT_ID) return raw.BROKER_TOKEN?.trim()
  const token = await new AzureCliCredential()
    .getToken(`${raw.API_CLIENT_ID}/.default`)
    .catch(() => undefined)
  return token?.token
}

/** The host's queue by connection string; by identity it is among the readiness checks. */
async function checkHostQueue(settings: Readonly<Record<string, string | undefined>>): Promise<Diagnosed[]> {
  const connection = settings.AzureWebJobsStorage
  if (!connection) return []
  const name = `queue ${refreshChunksQueue}`
  try {
    const exists = await new QueueClient(connection, refreshChunksQueue, {
      retryOptions: { maxTries: 1, tryTimeoutInMs: 5000 },
    }).exists()
    return [{ name, ok: true, detail: exists ? 'answers' : 'may be used; the first message makes it' }]
  } catch {
    const mend = 'Correct AzureWebJobsStorage, or start the storage that it names: npm run stack'
    return [{ name, ok: false, detail: 'does not answer', mend }]
  }
}

/** The table that people read: a mark, what, how it is, and what mends it. */
export function toTable({ checks }: DoctorReport): string {
  const width = Math.max(...checks.map(({ name }) => name.length))
  return checks
    .map(({ name, ok, detail, mend }) => {
      const mark = ok === null ? '–' : ok ? '✓' : '✗'
      return `${mark} ${name.padEnd(width)}  ${detail}${mend ? `\n  ${' '.repeat(width)}  → ${mend}` : ''}`
    })
    .join('\n')
}

async function command(): Promise<number> {
  const options = parseOptions(doctorOptions)
  const { url, tenant } = options
  const raw = await readSettings(options.settings)
  const settings = options.settings || !url || raw.KEY_VAULT_URL ? raw : undefined
  if (settings) await prepareProcess(settings)
  const token = await findToken(options['token-file'], raw)
  const report = await examine({
    ...(url && { url }),
    ...(settings && { settings }),
    ...(token && { token }),
    ...(raw.BROKER_APP_TOKEN && { appToken: raw.BROKER_APP_TOKEN.trim() }),
    ...(tenant && { tenant }),
  })
  console.log(options.json ? JSON.stringify(report, null, 2) : toTable(report))
  return report.healthy ? 0 : 1
}

if (import.meta.main) await run(command)
