import type { RunningService } from './service.ts'

/** A part of the stack that can be stopped and started again on the same port, as faults require. */
export interface Part<T extends RunningService = RunningService> {
  /** The running service; a restart replaces it. */
  readonly service: T
  readonly origin: string
  readonly port: number
  isRunning(): boolean
  /** Stops it, if it's running. */
  stop(): Promise<void>
  /** Starts it on its previous port, unless it's running. */
  start(): Promise<void>
}

/**
 * Starts a part.
 * @param open starts the service; it receives the previous one, whose port it must use again.
 */
export async function startPart<T extends RunningService>(
  open: (before: T | undefined) => Promise<T>,
): Promise<Part<T>> {
  let service = await open(undefined)
  let running = true
  return {
    get service() {
      return service
    },
    origin: service.origin,
    port: service.port,
    isRunning: () => running,
    async stop() {
      if (running) await service.stop()
      running = false
    },
    async start() {
      if (!running) service = await open(service)
      running = true
    },
  }
}
