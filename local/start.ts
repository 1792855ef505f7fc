import { createWriteStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { NoAnswerError } from './ask.ts'
import { type RunningBroker, startBroker } from './broker-process.ts'
import { type CallingAppName, callingApps } from './callers.ts'
import { createDemo } from './demonstration/demo.ts'
import { printAddresses, printNextSteps } from './demonstration/next.ts'
import { perform } from './demonstration/perform.ts'
import { steps } from './demonstration/steps.ts'
import { createJsonTranscript, createTextTranscript, type Transcript } from './demonstration/transcript.ts'
import { assertPortsFree, PortsTakenError } from './ports.ts'
import { readStartOptions, type StartOptions, UsageError } from './readStartOptions.ts'
import { CredentialError } from './real/credentials.ts'
import { printRealNextSteps } from './real/next.ts'
import { prepareReal } from './real/prepareReal.ts'
import { defaultPorts, describeDataFolder, PortError, type PortName, readPorts } from './settings.ts'
import { type Stack, startStack } from './stack.ts'

/** A caller's token is valid for an hour; its file gets a new one well before. */
const tokenFileSeconds = 1200
const patienceMilliseconds = 15_000

const toStop: (() => Promise<void>)[] = []
let status = 0
let leaving = false

async function run(options: StartOptions): Promise<void> {
  const tell = createTranscript(options)
  const stack = await startAll(options, tell)
  const real = options.real && (await prepareReal(stack, options.real, tell))
  const broker = options.stackOnly
    ? undefined
    : await startBrokerProcess(stack, { ...options, settings: real?.settings ?? {} }, tell)
  await keepTokenFiles(stack)
  if (broker && options.demo)
    status = (await perform(createDemo(stack, broker.origin), real?.steps ?? steps, tell)) ? 0 : 1
  if (options.once) return leave()
  printAddresses(stack, broker?.origin, tell)
  if (broker) (real ? printRealNextSteps : printNextSteps)(stack, broker.origin, tell)
  else tell({ event: 'note', text: 'Now: cp local.settings.sample.json local.settings.json && func start' })
  tell({
    event: 'note',
    text: `Ctrl-C stops it all; the data stays in ${describeDataFolder(options.folder)}.`,
  })
}

async function startAll(
  { stackOnly, folder, real, returnUrls }: StartOptions,
  tell: Transcript,
): Promise<Stack> {
  const began = performance.now()
  const names = Object.keys(defaultPorts) as PortName[]
  await assertPortsFree(
    readPorts(process.env),
    names.filter((name) => !(stackOnly && name === 'broker')),
  )
  // The real start fills the vault with the developer's own values.
  const stack = await startStack({ folder, ports: 'fixed', returnUrls, emptyVault: real !== undefined })
  toStop.unshift(stack.stop)
  const what = real
    ? 'Azurite, two vaults, the managed identity and a sign-in for calling apps are up.'
    : 'Azurite, two vaults, the managed identity, both sign-ins and Microsoft Advertising are up.'
  tell({ event: 'started', what, milliseconds: Math.round(performance.now() - began) })
  for (const name of stack.replacedSecrets)
    tell({ event: 'note', text: `The vault had a ${name} that doesn’t work here; it has been replaced.` })
  return stack
}

async function startBrokerProcess(
  stack: Stack,
  { host, settings }: Pick<StartOptions, 'host'> & { readonly settings: Record<string, string> },
  tell: Transcript,
): Promise<RunningBroker> {
  const began = performance.now()
  const path = join(stack.folder, 'broker.log')
  const log = createWriteStream(path, { flags: 'a' })
  const broker = await startBroker({ stack, host, settings, onLine: (line) => log.write(`${line}\n`) })
  toStop.unshift(broker.stop)
  const by = host === 'func' ? 'func start' : 'the embedded Functions host'
  const what = `The broker runs in ${by} at ${broker.origin}; its log is ${relative(process.cwd(), path)}.`
  tell({ event: 'started', what, milliseconds: Math.round(performance.now() - began) })
  return broker
}

/** Keeps a fresh bearer token of each app in a file, for pasted commands. */
async function keepTokenFiles(stack: Stack): Promise<void> {
  const write = async (app: CallingAppName) =>
    writeFile(join(stack.folder, `${app}.token`), await stack.callerToken(app), { mode: 0o600 })
  const writeAll = () => Promise.all((Object.keys(callingApps) as CallingAppName[]).map(write))
  await writeAll()
  // While the sign-in is stopped, the old tokens stay.
  const timer = setInterval(() => void writeAll().catch(() => {}), tokenFileSeconds * 1000)
  toStop.push(async () => clearInterval(timer))
}

function createTranscript({ json }: StartOptions): Transcript {
  const write = (line: string) => process.stdout.write(`${line}\n`)
  const colour = process.stdout.isTTY && !process.env.NO_COLOR
  return json ? createJsonTranscript(write) : createTextTranscript(write, colour)
}

/** Stops everything in reverse start order, once; a terminal sends Ctrl-C to several processes at a time. */
async function leave(): Promise<void> {
  if (leaving) return
  leaving = true
  setTimeout(() => process.exit(1), patienceMilliseconds).unref()
  for (const stop of toStop) await stop().catch(fail)
  process.exit(status)
}

function fail(error: unknown): void {
  const expected = [PortsTakenError, PortError, CredentialError, NoAnswerError].some(
    (kind) => error instanceof kind,
  )
  const text = error instanceof Error ? (!expected && error.stack) || error.message : String(error)
  process.stderr.write(`${text}\n`)
  status = 1
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void leave())
try {
  await run(readStartOptions())
} catch (error) {
  const isUsage =
    error instanceof UsageError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS')
  if (isUsage && error instanceof Error) process.stderr.write(`${error.message}\n`)
  else fail(error)
  if (isUsage) status = process.argv.includes('--help') ? 0 : 2
  await leave()
}
