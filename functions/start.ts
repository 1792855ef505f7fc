import { app } from '@azure/functions'
import { broker } from '../shared/broker.ts'
import { functionsCore } from '../shared/http/functionsCore.ts'
import { guardInvocations } from '../shared/http/guard.ts'
import { preloadSecrets } from '../shared/secrets/brokerSecrets.ts'
import { SettingsError } from '../shared/settings/faults.ts'
import { startTelemetry, type Telemetry } from '../shared/telemetry/start.ts'

app.setup({ enableHttpStream: true })

let telemetry: Telemetry | undefined

/** By now every function is registered; the worker asks for the model's capabilities afterwards. */
app.hook.appStart(() => {
  const core = functionsCore()
  if (core) guardInvocations(core)
})

/** Says at start, not at the first request, what is wrong with the settings: all of it, by name. Reads secrets ahead. */
app.hook.appStart(() => {
  try {
    const { config, credential, secrets } = broker()
    telemetry = startTelemetry(config.telemetry, credential)
    preloadSecrets(secrets, config.environments.keys())
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    console.error(error.message)
  }
})

/** Sends the remaining measurements before the instance ends. */
app.hook.appTerminate(() => telemetry?.stop())
