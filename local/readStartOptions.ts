import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createAsk } from './ask.ts'
import { type HostKind, hasFunc } from './broker-process.ts'
import { openBrowser } from './openBrowser.ts'
import type { RealOptions } from './real/prepareReal.ts'
import { dataFolder, defaultPorts } from './settings.ts'
import { startOptions } from './startOptions.ts'

const usage = `Usage: npm start -- [--once] [--json] [--host func|embedded] [--stack-only] [--no-demo] [--folder path]
                    [--return-url url]
       npm start -- --real [--environment sandbox|production] [--credentials file] [--no-browser] […]
  --once        leave after the main job, with exit status 0 or 1
  --json        one JSON object a line
  --host        which Functions host runs the broker; func where it is on the PATH, else embedded
  --no-demo     start everything and perform nothing
  --stack-only  start all but the broker, for func start (npm run stack)
  --folder      where data is kept; .local unless told
  --return-url  a page of your own app that a sign-in may return to; repeat it for several
  --real        your own account at the real Microsoft, as docs/first-day.md says
  --environment sandbox unless told
  --credentials a file with lines REAL_CLIENT_ID=, REAL_CLIENT_SECRET=, REAL_DEVELOPER_TOKEN=; these can be in the
                environment, too. Without them, it asks.
  --no-browser  print the connect link, and open no browser
Ports are changed by: ${Object.values(defaultPorts)
  .map(({ variable }) => variable)
  .join(', ')}`

/** The options of `npm start`, checked. */
export interface StartOptions {
  readonly once: boolean
  readonly json: boolean
  readonly host: HostKind
  readonly demo: boolean
  readonly stackOnly: boolean
  readonly folder: string
  /** Pages of the developer's own app, besides the stack's. */
  readonly returnUrls: readonly string[]
  /** Set if advertisers sign in at the real Microsoft. */
  readonly real: RealOptions | undefined
}

/** Reads the options from the command line. @throws UsageError if it's invalid or asks for help; an error of `parseArgs`. */
export function readStartOptions(): StartOptions {
  const { values } = parseArgs({ options: startOptions })
  const host = values.host ?? (hasFunc() ? 'func' : 'embedded')
  if (values.help) throw new UsageError()
  if (host !== 'func' && host !== 'embedded') throw new UsageError(`--host is "${host}".`)
  const real = readRealOptions(values)
  const { folder = real ? join(dataFolder, 'real', real.environment) : dataFolder } = values
  const { 'return-url': returnUrls = [] } = values
  for (const url of returnUrls)
    if (!isReturnUrl(url)) throw new UsageError(`--return-url is "${url}", which is not the URL of a page.`)
  const demo = !values['no-demo']
  return { ...values, host, folder, returnUrls, demo, real, stackOnly: values['stack-only'] }
}

type StartValues = ReturnType<typeof parseArgs<{ options: typeof startOptions }>>['values']

function readRealOptions(values: StartValues): RealOptions | undefined {
  const { credentials, environment = 'sandbox', once, real } = values
  if (!real && (credentials ?? values.environment)) throw new UsageError('These options belong to --real.')
  if (!real) return undefined
  if (values['stack-only']) throw new UsageError('--real needs the broker.')
  if (environment !== 'sandbox' && environment !== 'production')
    throw new UsageError(`--environment is "${environment}".`)
  return {
    environment,
    credentials,
    once,
    ask: process.stdin.isTTY ? createAsk(process.stdin, process.stderr) : undefined,
    open: values['no-browser'] ? undefined : openBrowser,
  }
}

/** The broker refuses any other in its settings, but only once it runs. */
function isReturnUrl(text: string): boolean {
  const { protocol = '', hostname = '' } = URL.parse(text) ?? {}
  const isLoopback = hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]'
  return (protocol === 'https:' || (protocol === 'http:' && isLoopback)) && !/[*#]/.test(text)
}

/** The command line is invalid or asks for help. */
export class UsageError extends Error {
  constructor(fault = '') {
    super([fault, usage].filter(Boolean).join('\n'))
    this.name = 'UsageError'
  }
}
