import type { DequeuedMessageItem } from '@azure/storage-queue'
import type { RegisteredFunction } from './core.ts'
import type { HostJson } from './hostJson.ts'
import { newInvocationId, type TriggerEvent } from './invocation.ts'
import type { Queue } from './queueConnection.ts'

/** A running queue listener. */
export interface QueueListener {
  /** Stops reading. */
  stop(): void
}

/** Dependencies of a queue listener. */
export interface QueueListenerOptions {
  readonly fn: RegisteredFunction
  readonly queue: Queue
  readonly settings: HostJson['extensions']['queues']
  run(fn: RegisteredFunction, event: TriggerEvent): Promise<unknown>
  /** Reports a problem with the queue itself. */
  warn(message: string): void
}

/** How long a message stays hidden while it is processed; renewed at half time (QueueListener, 10 minutes). */
const processingSeconds = 600
const shortestPollMilliseconds = 100

/**
 * Reads a queue and runs the function for each message, with the rules of the storage extension's `QueueProcessor`:
 * done → deleted; failed → visible again after `visibilityTimeout`; failed for the `maxDequeueCount`th time, or
 * found beyond it → moved to `<queue>-poison`. A text that isn't base64 is moved there immediately and unchanged, so
 * a function of that queue never gets it either (azure-sdk-for-net `QueueServiceClientProvider.cs`); a body that isn't
 * UTF-8 counts as a failed run, without running. The pause between polls doubles up to `maxPollingInterval`; a message
 * that this host itself sends ends the pause (`SharedQueueWatcher`).
 */
export function listenToQueue(options: QueueListenerOptions): QueueListener {
  const stopping = new AbortController()
  void readUntil(stopping.signal, options)
  return { stop: () => stopping.abort() }
}

async function readUntil(signal: AbortSignal, options: QueueListenerOptions): Promise<void> {
  const longest = options.settings.maxPollingInterval * 1000
  let wake = () => {}
  options.queue.onSent(() => wake())
  let wait = shortestPollMilliseconds
  while (!signal.aborted) {
    const woken = new Promise<void>((resolve) => {
      wake = resolve
    })
    const messages = await receive(signal, options)
    await Promise.all(messages.map((message) => process(message, options)))
    wait = messages.length > 0 ? shortestPollMilliseconds : Math.min(wait * 2, longest)
    if (messages.length === 0) await Promise.race([woken, pause(wait, signal)])
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
    // A queue that doesn't exist yet counts as empty.
    const isEmpty = (error as { statusCode?: number }).statusCode === 404
    if (!isEmpty && !abortSignal.aborted) warn(`Queue ${queue.name}: ${error}`)
    return []
  }
}

async function process(message: DequeuedMessageItem, options: QueueListenerOptions): Promise<void> {
  const { queue, settings, warn } = options
  const { messageText, dequeueCount } = message
  const body = decode(messageText, settings.messageEncoding)
  const held = hold(message, queue)
  try {
    const poison = queue.poison()
    if (!body) await bury(held, options, poison, () => poison?.sendRaw(messageText))
    else if (dequeueCount <= settings.maxDequeueCount && (await runs(message, body, options)))
      await held.remove()
    else if (dequeueCount >= settings.maxDequeueCount)
      await bury(held, options, poison, () => poison?.send(body))
    // Stays hidden, so a poison queue isn't retried in a tight loop.
    else if (poison) await held.release(settings.visibilityTimeout)
  } catch (error) {
    warn(`Queue ${queue.name}, message ${message.messageId}: ${error}`)
  } finally {
    held.end()
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

async function runs(
  message: DequeuedMessageItem,
  body: Buffer,
  options: QueueListenerOptions,
): Promise<boolean> {
  const { fn, queue, run, warn } = options
  try {
    await run(fn, toQueueEvent(message, utf8.decode(body)))
    return true
  } catch (error) {
    // The run's own error is already in the log.
    if (
      error instanceof TypeError &&
      (error as { code?: string }).code === 'ERR_ENCODING_INVALID_ENCODED_DATA'
    ) {
      warn(`A message of queue ${queue.name} is no UTF-8, and the function does not get it.`)
    }
    return false
  }
}

async function bury(
  held: TakenLease,
  { queue, warn }: QueueListenerOptions,
  poison: Queue | undefined,
  send: () => Promise<void> | undefined,
) {
  if (!poison) return
  warn(`A message of queue ${queue.name} cannot be processed; it is moved to ${poison.name}.`)
  await send()
  await held.remove()
}

type TakenLease = ReturnType<typeof hold>

function hold({ messageId, popReceipt }: DequeuedMessageItem, { client }: Queue) {
  let receipt = popReceipt
  const hide = async (seconds: number) => {
    const updated = await client.updateMessage(messageId, receipt, undefined, seconds)
    receipt = updated.popReceipt ?? receipt
  }
  // A failed renewal shows later: the message reappears, and the receipt is no longer valid.
  const renewal = setInterval(() => void hide(processingSeconds).catch(() => {}), processingSeconds * 500)
  return {
    release: hide,
    remove: () => client.deleteMessage(messageId, receipt),
    end: () => clearInterval(renewal),
  }
}

/** Whitespace is ignored (.NET `Convert.FromBase64String`). */
function decode(text: string, encoding: 'base64' | 'none'): Buffer | undefined {
  if (encoding === 'none') return Buffer.from(text)
  const dense = text.replace(/[ \t\r\n]/g, '')
  const isBase64 = dense.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(dense)
  return isBase64 ? Buffer.from(dense, 'base64') : undefined
}

function toQueueEvent(message: DequeuedMessageItem, body: string): TriggerEvent {
  const json = (value: unknown) => ({ json: JSON.stringify(value) })
  return {
    invocationId: newInvocationId(),
    data: { string: body },
    metadata: {
      QueueTrigger: { string: body },
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
