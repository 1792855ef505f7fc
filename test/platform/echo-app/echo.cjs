/** What the local host is compared with the platform's parts by: functions that say they were called, and how. */
const { app, output } = require('@azure/functions')

const { PLATFORM_FUNCTIONS, PLATFORM_QUEUE } = process.env
if (PLATFORM_FUNCTIONS) registerRoutes(JSON.parse(PLATFORM_FUNCTIONS))
if (PLATFORM_QUEUE) registerQueues(PLATFORM_QUEUE)

/** The broker's routes and nothing behind them. */
function registerRoutes(functions) {
  for (const { name, methods, route } of functions) {
    app.http(name, {
      methods,
      route,
      authLevel: 'anonymous',
      handler: ({ params }) => ({
        headers: { 'x-function': name, 'x-values': encodeURIComponent(JSON.stringify(params)) },
      }),
    })
  }
}

/** The functions of `Queues.cs`, which fail as a message says. */
function registerQueues(queueName) {
  const connection = 'AzureWebJobsStorage'
  const written = output.storageQueue({ queueName: `${queueName}-written`, connection })
  app.http('write', {
    methods: ['POST'],
    authLevel: 'anonymous',
    extraOutputs: [written],
    handler: async (request, context) => {
      context.extraOutputs.set(written, await request.json())
      return {}
    },
  })
  read('work', queueName, (text, tries) => tries <= Number(/fails (\d+)/.exec(text)?.[1] ?? 0))
  read('poisoned', `${queueName}-poison`, (text) => text.includes('fails poison'))

  function read(name, queue, fails) {
    app.storageQueue(name, {
      queueName: queue,
      connection,
      handler: (entry, { triggerMetadata }) => {
        const text = typeof entry === 'string' ? entry : JSON.stringify(entry)
        const dequeueCount = Number(triggerMetadata.dequeueCount)
        console.log(`try ${JSON.stringify({ function: name, text, dequeueCount })}`)
        if (fails(text, dequeueCount)) throw new Error('This try is to fail.')
      },
    })
  }
}
