import { app } from '@azure/functions'
import { broker } from '../shared/broker.ts'
import { createInstanceEnd, type EndingInstance } from '../shared/endInstance.ts'
import { functionsCore } from '../shared/http/functionsCore.ts'
import { guardInvocations } from '../shared/http/guard.ts'
import { preloadSecrets } from '../shared/secrets/brokerSecrets.ts'
import { SettingsError } from '../shared/settings/faults.ts'
import { startTelemetry } from '../shared/telemetry/start.ts'

app.setup({ enableHttpStream: true })

let instance: EndingInstance | undefined

/** Every function is registered by now; the worker asks for the model's capabilities later. */
app.hook.appStart(() => {
  const core = functionsCore()
  if (core) guardInvocations(core)
})

/** Reports all invalid settings by name at startup, not at the first request. Also reads what the first vend needs. */
app.hook.appStart(() => {
  try {
    const { callers, clock, config, credential, log, refusedApps, secrets, unfinishedCommits } = broker()
    const telemetry = startTelemetry(config.telemetry, credential)
    instance = { clock, log, unfinishedCommits, flush: async () => telemetry?.stop() }
    preloadSecrets(secrets, config.environments.keys())
    void refusedApps.preload()
    void callers.preload()
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    console.error(error.message)
  }
})

const end = createInstanceEnd(
  () => instance,
  (code) => process.exit(code),
)

/** The platform sends SIGTERM to some instances that it takes away, with or without the host's order. */
app.hook.appStart(() => void process.on('SIGTERM', () => void end.bySignal()))

/** Commits what has begun and sends the remaining telemetry before the instance stops. */
app.hook.appTerminate(() => end.byHost())
