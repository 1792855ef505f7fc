import type { RunningService } from './service.ts'

/** A part of the stack that can be stopped and started again on the same port, as faults do. */
export interface Part<T extends RunningService = RunningService> {
  /** The service as it runs; after a restart it is another. */
  readonly service: T
  readonly origin: string
  readonly port: number
  isRunning(): boolean
  /** Stops it; a part that does not run stays so. */
  stop(): Promise<void>
  /** Starts it on the port that it had; a part that runs goes on. */
  start(): Promise<void>
}

/**
 * Starts a part.
 * @param open starts the service; it gets the one that ran before, whose port it takes again.
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
