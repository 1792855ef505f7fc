import type { DequeuedMessageItem } from '@azure/storage-queue'
import type { RegisteredFunction } from './core.ts'
import type { HostJson } from './hostJson.ts'
import { newInvocationId, type TriggerEvent } from './invocation.ts'
import type { Queue } from './queueConnection.ts'

/** A queue that is being read. */
export interface QueueListener {
  /** Reads no further. */
  stop(): void
}

/** What a queue listener works with. */
export interface QueueListenerOptions {
  readonly fn: RegisteredFunction
  readonly queue: Queue
  readonly settings: HostJson['extensions']['queues']
  run(fn: RegisteredFunction, event: TriggerEvent): Promise<unknown>
  /** Says what went wrong with the queue itself. */
  warn(message: string): void
}

/** How long a message stays hidden while it is processed; renewed at half time (QueueListener, 10 minutes). */
const processingSeconds = 600
const shortestPollMilliseconds = 100

/**
 * Reads a queue and runs the function for each message, with the rules of the storage extension's `QueueProcessor`:
 * done → deleted; failed → visible again after `visibilityTimeout`; failed for the `maxDequeueCount`th time, or
 * found beyond it → moved to `<queue>-poison`; not decodable → moved there at once.
 */
export function listenToQueue(options: QueueListenerOptions): QueueListener {
  const stopping = new AbortController()
  void readUntil(stopping.signal, options)
  return { stop: () => stopping.abort() }
}

async function readUntil(signal: AbortSignal, options: QueueListenerOptions): Promise<void> {
  const longest = options.settings.maxPollingInterval * 1000
  let wait = shortestPollMilliseconds
  while (!signal.aborted) {
    const messages = await receive(signal, options)
    await Promise.all(messages.map((message) => process(message, options)))
    wait = messages.length > 0 ? shortestPollMilliseconds : Math.min(wait * 2, longest)
    if (messages.length === 0) await pause(wait, signal)
  }
}

async function receive(
  abortSignal: AbortSignal,
  { queue, settings, warn }: QueueListenerOptions,
): Promise<DequeuedMessageItem[]> {
  try {
    const { receivedMessageItems } = await queue.client.receiveMessages({
      numberOfMessages: settings.batchSize,
      visibilityTimeout: processingSeconds,
      abortSignal,
    })
    return receivedMessageItems
  } catch (error) {
    // A queue that nobody has written to yet is an empty one.
    const isEmpty = (error as { statusCode?: number }).statusCode === 404
    if (!isEmpty && !abortSignal.aborted) warn(`Queue ${queue.name}: ${error}`)
    return []
  }
}

async function process(message: DequeuedMessageItem, options: QueueListenerOptions): Promise<void> {
  const { fn, queue, settings, run, warn } = options
  const body = decode(message.messageText, settings.messageEncoding)
  const held = hold(message, queue)
  try {
    if (!body) return await bury(Buffer.from(message.messageText), held, options)
    if (message.dequeueCount > settings.maxDequeueCount) return await bury(body, held, options)
    const succeeded = await run(fn, toQueueEvent(message, body)).then(
      () => true,
      () => false,
    )
    if (succeeded) await held.remove()
    else if (message.dequeueCount >= settings.maxDequeueCount) await bury(body, held, options)
    else await held.release(settings.visibilityTimeout)
  } catch (error) {
    warn(`Queue ${queue.name}, message ${message.messageId}: ${error}`)
  } finally {
    held.end()
  }
}

async function bury(body: Buffer, held: Held, { queue, warn }: QueueListenerOptions): Promise<void> {
  const poison = queue.poison()
  warn(`A message of queue ${queue.name} cannot be processed; it is moved to ${poison.name}.`)
  await poison.send(body)
  await held.remove()
}

type Held = ReturnType<typeof hold>

function hold({ messageId, popReceipt }: DequeuedMessageItem, { client }: Queue) {
  let receipt = popReceipt
  const hide = async (seconds: number) => {
    const updated = await client.updateMessage(messageId, receipt, undefined, seconds)
    receipt = updated.popReceipt ?? receipt
  }
  // A failed renewal shows later: the message appears again, and the receipt no longer fits.
  const renewal = setInterval(() => void hide(processingSeconds).catch(() => {}), processingSeconds * 500)
  return {
    release: hide,
    remove: () => client.deleteMessage(messageId, receipt),
    end: () => clearInterval(renewal),
  }
}

function decode(text: string, encoding: 'base64' | 'none'): Buffer | undefined {
  if (encoding === 'none') return Buffer.from(text)
  const isBase64 = text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text)
  return isBase64 ? Buffer.from(text, 'base64') : undefined
}

function toQueueEvent(message: DequeuedMessageItem, body: Buffer): TriggerEvent {
  const json = (value: unknown) => ({ json: JSON.stringify(value) })
  return {
    invocationId: newInvocationId(),
    data: { string: body.toString() },
    metadata: {
      QueueTrigger: { string: body.toString() },
      DequeueCount: json(message.dequeueCount),
      ExpirationTime: json(message.expiresOn),
      Id: json(message.messageId),
      InsertionTime: json(message.insertedOn),
      NextVisibleTime: json(message.nextVisibleOn),
      PopReceipt: json(message.popReceipt),
    },
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', settle)
      resolve()
    }
    const timer = setTimeout(settle, milliseconds)
    signal.addEventListener('abort', settle)
  })
}
