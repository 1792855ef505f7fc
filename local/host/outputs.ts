import type { RegisteredFunction } from './core.ts'
import type { QueueConnections } from './queueConnection.ts'
import type { Binding, InvocationResponse, TypedData } from './rpc.ts'

/** Writes an invocation's values to its output bindings. */
export type WriteOutputs = (fn: RegisteredFunction, answer: InvocationResponse) => Promise<void>

/**
 * Creates the writer of output bindings: `queue` is written, `http` is the answer itself.
 * It throws on any other kind, after sending the queue messages.
 */
export function createWriteOutputs(queues: QueueConnections): WriteOutputs {
  return async ({ metadata }, answer) => {
    for (const [name, data] of outputsOf(answer)) {
      const binding = metadata.bindings[name]
      if (!binding || binding.type === 'http') continue
      if (binding.type !== 'queue') throw new Error(`Output binding "${binding.type}" is not supported here.`)
      await sendMessages(queues, binding, data)
    }
  }
}

function* outputsOf(answer: InvocationResponse): Generator<[string, TypedData]> {
  for (const { name, data } of answer.outputData ?? []) yield [name, data]
  if (answer.returnValue && !answer.returnValue.http) yield ['$return', answer.returnValue]
}

async function sendMessages(queues: QueueConnections, binding: Binding, data: TypedData): Promise<void> {
  const queue = queues.open(binding)
  for (const message of toMessages(data)) await queue.send(message)
}

/** The messages of one output: an array is one message per element; values other than strings are sent as JSON. */
export function toMessages(data: TypedData): Uint8Array[] {
  if (data.bytes) return [data.bytes]
  if (data.json === undefined) return [Buffer.from(String(data.string ?? data.int ?? data.double))]
  const value = JSON.parse(data.json) as unknown
  return (Array.isArray(value) ? value : [value]).map((each) =>
    Buffer.from(typeof each === 'string' ? each : JSON.stringify(each)),
  )
}
