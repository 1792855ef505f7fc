import { app } from '@azure/functions'
import { broker } from '../shared/broker.ts'
import { functionsCore } from '../shared/http/functionsCore.ts'
import { guardInvocations } from '../shared/http/guard.ts'
import { preloadSecrets } from '../shared/secrets/brokerSecrets.ts'
import { SettingsError } from '../shared/settings/faults.ts'
import { startTelemetry, type Telemetry } from '../shared/telemetry/start.ts'

app.setup({ enableHttpStream: true })

let telemetry: Telemetry | undefined

/** Every function is registered by now; the worker asks for the model's capabilities later. */
app.hook.appStart(() => {
  const core = functionsCore()
  if (core) guardInvocations(core)
})

/** Reports all invalid settings by name at startup, not at the first request. Also reads the secrets ahead of time. */
app.hook.appStart(() => {
  try {
    const { config, credential, refusedApps, secrets } = broker()
    telemetry = startTelemetry(config.telemetry, credential)
    preloadSecrets(secrets, config.environments.keys())
    void refusedApps.preload()
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    console.error(error.message)
  }
})

/** Sends the remaining telemetry before the instance stops. */
app.hook.appTerminate(() => telemetry?.stop())
