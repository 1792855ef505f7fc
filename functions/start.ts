import { app } from '@azure/functions'
import { broker } from '../shared/broker.ts'
import { SettingsError } from '../shared/config.ts'

app.setup({ enableHttpStream: true })

/** Says at start, not at the first request, what is wrong with the settings: all of it, by name. */
app.hook.appStart(() => {
  try {
    broker()
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    console.error(error.message)
  }
})
