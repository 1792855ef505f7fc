import { EventEmitter } from 'node:events'
import { type QueueClient, QueueServiceClient } from '@azure/storage-queue'
import type { Binding } from './rpc.ts'
import { resolveSettings } from './settings.ts'

/** A storage queue, with messages encoded according to `host.json`. */
export interface Queue {
  readonly name: string
  readonly client: QueueClient
  /** Sends a message, encoded; creates the queue if it doesn't exist. */
  send(message: Uint8Array): Promise<void>
  /** Sends a text unchanged. */
  sendRaw(text: string): Promise<void>
  /** Calls back when this process has sent a message to the queue, so the host's listeners wake up. */
  onSent(callback: () => void): void
  /** The queue in the same account for this one's poison messages; a poison queue has none. */
  poison(): Queue | undefined
}

/** Opens the queues that bindings name. */
export interface QueueConnections {
  /** @throws Error if the binding's `connection` setting is missing. */
  open(binding: Binding): Queue
}

/**
 * Creates the opener of queues. A binding's `connection` names the setting with the connection string, unchanged or
 * after `AzureWebJobs`; the default is `AzureWebJobsStorage`. `UseDevelopmentStorage=true` means Azurite's ports.
 */
export function createQueueConnections(
  encoding: 'base64' | 'none',
  env: NodeJS.ProcessEnv,
): QueueConnections {
  const services = new Map<string, QueueServiceClient>()
  const sent = new EventEmitter()
  const open = (service: QueueServiceClient, name: string): Queue => {
    const client = service.getQueueClient(name)
    const sendRaw = async (text: string) => {
      await sendCreating(client, text)
      sent.emit(client.url)
    }
    return {
      name,
      client,
      sendRaw,
      send: (message) => sendRaw(Buffer.from(message).toString(encoding === 'base64' ? 'base64' : 'utf8')),
      onSent: (callback) => void sent.on(client.url, callback),
      poison: () => (name.endsWith('-poison') ? undefined : open(service, `${name}-poison`)),
    }
  }
  return {
    open: (binding) => {
      const connection = String(binding.connection ?? '') || 'AzureWebJobsStorage'
      const service = services.get(connection) ?? connect(connection, env)
      services.set(connection, service)
      return open(service, resolveSettings(String(binding.queueName), env))
    },
  }
}

function connect(connection: string, env: NodeJS.ProcessEnv): QueueServiceClient {
  const value = env[`AzureWebJobs${connection}`] ?? env[connection]
  if (!value) throw new Error(`The setting "${connection}", which a queue's connection names, is missing.`)
  return QueueServiceClient.fromConnectionString(value)
}

async function sendCreating(client: QueueClient, text: string): Promise<void> {
  try {
    await client.sendMessage(text)
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== 404) throw error
    await client.createIfNotExists()
    await client.sendMessage(text)
  }
}
