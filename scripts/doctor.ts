import { QueueClient } from '@azure/storage-queue'
import { createBroker } from '../shared/broker.ts'
import { type Config, parseConfig } from '../shared/config.ts'
import { createSignInTable } from '../shared/identity/signInTable.ts'
import { refreshChunksQueue } from '../shared/operations/runSweep.ts'
import { checkReadiness, type Readiness } from '../shared/ready/readiness.ts'
import { signInRows, toSignInView } from '../shared/ready/signIns.ts'
import { SettingsError } from '../shared/settings/faults.ts'
import { askForBroker } from './askForBroker.ts'
import { type Az, createAz } from './azure/az.ts'
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
  checkFromOutside,
  fromReadiness,
  readNames,
  readReadiness,
  setSetting,
} from './doctor/broker.ts'
import { checkDeveloperTokens } from './doctor/developerTokens.ts'
import {
  type Category,
  type Diagnosed,
  type DoctorReport,
  type Finding,
  inCategory,
  toReport,
  toTable,
} from './doctor/finding.ts'
import { checkMonitoring } from './doctor/monitoring.ts'
import { toOutgoingTable } from './doctor/outgoing.ts'
import { createReadRegistration, type ReadRegistration } from './doctor/registration.ts'
import { sweepExpectedSince } from './doctor/schedule.ts'
import { checkSignIns } from './doctor/signIn.ts'
import { findToken, graphToken } from './doctor/token.ts'
import { addressOptions } from './options.ts'
import { outgoingHosts } from './outgoingHosts.ts'
import { parseAddress } from './parseAddress.ts'

/** Options of the doctor: a URL, settings, or both. */
export interface DoctorOptions {
  readonly url?: string
  /** Raw settings; if given, they're checked too, and without a token, so is all of storage. */
  readonly settings?: Readonly<Record<string, string | undefined>>
  readonly token?: string
  /** Why there is no token. */
  readonly noToken?: string
  readonly appToken?: string
  readonly tenant?: string
  /** Reads Entra registrations. Default is through Microsoft Graph, as the user of `az login`. */
  readonly readRegistration?: ReadRegistration
  /** Runs the Azure CLI, for what only Azure knows. Default is the one of this machine. */
  readonly az?: Az
  readonly strict?: boolean
  /** The lines that count for the verdict. Default is all. */
  readonly category?: Category | undefined
}

/**
 * Checks everything that the first vend needs: from outside, through the broker's own checks, and from its settings.
 * @throws UsageError if there is nothing to check.
 */
export async function examine(options: DoctorOptions): Promise<DoctorReport> {
  const { settings } = options
  const url = (options.url ?? settings?.PUBLIC_URL)?.replace(/\/+$/, '') || undefined
  if (!url && !settings) throw new UsageError('Pass the broker: --url https://… or --settings <file>.')
  const names = readNames(settings ?? process.env, url)
  const broker: BrokerUnderTest | undefined = url ? { ...options, url, names } : undefined
  const [checks, config] = settings ? checkSettings(settings, names) : [[], undefined]
  const [outside, inside, hostQueue] = await Promise.all([
    broker ? checkFromOutside(broker) : [],
    checkInside(broker, config, settings),
    config && settings ? checkHostQueue(settings) : [],
  ])
  const report = inside && 'checks' in inside ? inside : undefined
  const signIns = report?.signIns.length ? report.signIns : signInsOf(config)
  const readRegistration = options.readRegistration ?? createReadRegistration(graphToken)
  const since = sweepExpectedSince(report?.sweepSchedule, new Date())
  const [registrations, developerTokens, monitoring] = await Promise.all([
    signIns ? checkSignIns(signIns, readRegistration, names) : [unseenSignIn],
    broker ? checkDeveloperTokens(broker, [...new Set(signIns?.map(({ environment }) => environment))]) : [],
    checkMonitoring(options.az ?? createAz(), names, since),
  ])
  const readiness = report
    ? fromReadiness(report, url, new Date())
    : inCategory('package', inside ? [inside as Diagnosed] : [])
  const all: readonly Finding[] = [
    ...inCategory('package', checks),
    ...outside,
    ...readiness,
    ...inCategory('package', hostQueue),
    ...inCategory('operator', [...registrations, ...developerTokens, ...monitoring]),
  ]
  return { ...toReport(all, options), ...(config && { outgoing: outgoingHosts(config) }) }
}

const unseenSignIn: Diagnosed = {
  name: 'sign-in',
  ok: null,
  detail: 'not checked: needs an operator’s token or --settings to know where advertisers sign in',
}

function checkSettings(
  settings: Readonly<Record<string, string | undefined>>,
  names: BrokerUnderTest['names'],
): [Diagnosed[], Config | undefined] {
  try {
    return [[{ name: 'settings', ok: true, detail: 'complete and well-formed' }], parseConfig(settings)]
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    const checks = error.faults.map(({ setting, fault, example }) => ({
      name: `setting ${setting}`,
      ok: false,
      detail: fault,
      resolution: setSetting(names, setting, example),
    }))
    return [checks, undefined]
  }
}

/** The broker's own checks if there is a token; otherwise the same checks from this process, with its identity. */
async function checkInside(
  broker: BrokerUnderTest | undefined,
  config: Config | undefined,
  settings: DoctorOptions['settings'] = {},
): Promise<Readiness | Diagnosed | undefined> {
  if (broker?.token || !config) return broker && readReadiness(broker)
  return checkReadiness(createBroker(config, () => {}, chooseCredential(settings, config)))
}

function signInsOf(config: Config | undefined) {
  return config && signInRows(config, createSignInTable(config)).map((row) => toSignInView(config, row))
}

/** The host's queue by connection string; with an identity, it's one of the readiness checks. */
async function checkHostQueue(settings: Readonly<Record<string, string | undefined>>): Promise<Diagnosed[]> {
  const connection = settings.AzureWebJobsStorage
  if (!connection) return []
  const name = `queue ${refreshChunksQueue}`
  try {
    const exists = await new QueueClient(connection, refreshChunksQueue, {
      retryOptions: { maxTries: 1, tryTimeoutInMs: 5000 },
    }).exists()
    return [{ name, ok: true, detail: exists ? 'answers' : 'can be used; the first message creates it' }]
  } catch {
    return [
      {
        name,
        ok: false,
        detail: 'does not answer',
        resolution: 'npm run stack (or correct AzureWebJobsStorage)',
      },
    ]
  }
}

function parseCategory(text: string | undefined): Category | undefined {
  if (text === undefined || text === 'package' || text === 'operator') return text
  throw new UsageError('--category must be package or operator.')
}

const missing = {
  ways: '--url https://… or --settings <file>',
  text: 'URL of the broker (https://…): ',
}

async function askForUrl(raw: Readonly<Record<string, string | undefined>>): Promise<string | undefined> {
  const answer = await askForBroker(raw, missing)
  return answer === undefined ? undefined : parseAddress('The answer', answer, addressOptions.url!)
}

async function command(): Promise<number> {
  const options = parseOptions('doctor')
  const { tenant, strict } = options
  const category = parseCategory(options.category)
  const raw = await readSettings(options.settings)
  const url = options.url ?? (options.settings ? undefined : await askForUrl(raw))
  const settings = options.settings || !url || raw.KEY_VAULT_URL ? raw : undefined
  if (settings) await prepareProcess(settings)
  const report = await examine({
    ...(url && { url }),
    ...(settings && { settings }),
    ...(await findToken(options['token-file'], raw)),
    ...(raw.BROKER_APP_TOKEN && { appToken: raw.BROKER_APP_TOKEN.trim() }),
    ...(tenant && { tenant }),
    strict,
    category,
  })
  console.log(options.json ? JSON.stringify(report, null, 2) : toTable(report))
  if (report.outgoing && !options.json) console.log(`\n${toOutgoingTable(report.outgoing)}`)
  return report.healthy ? 0 : 1
}

if (import.meta.main) await run(command)
