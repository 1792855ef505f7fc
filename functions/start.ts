import { app } from '@azure/functions'
import { broker } from '../shared/broker.ts'
import { SettingsError } from '../shared/config.ts'
import { createLog } from '../shared/log.ts'
import { traceInvocation } from '../shared/telemetry/invocation.ts'
import { startTelemetry, type Telemetry } from '../shared/telemetry/start.ts'

app.setup({ enableHttpStream: true })

let telemetry: Telemetry | undefined

/** Says at start, not at the first request, what is wrong with the settings: all of it, by name. */
app.hook.appStart(() => {
  try {
    const { config, credential } = broker()
    telemetry = startTelemetry(config.telemetry, credential)
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    console.error(error.message)
  }
})

app.hook.preInvocation((hook) => {
  hook.functionHandler = traceInvocation(hook.functionHandler, hook.invocationContext)
})

/** A timer or a queue function that throws is seen by an alert; the host's own record of it is sampled. */
app.hook.postInvocation(({ error, invocationContext: { functionName, invocationId } }) => {
  if (error === undefined || error === null) return
  const name = error instanceof Error ? error.name : 'unknown'
  createLog(console.log)('function.failed', { function: functionName, invocationId, error: name })
})

/** What was measured and not yet sent goes out before the instance does. */
app.hook.appTerminate(() => telemetry?.stop())
