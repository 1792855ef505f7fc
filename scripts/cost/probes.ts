import { dollars, number } from './figures.ts'
import { assumed } from './inputs.ts'
import { executed, instanceGbSeconds, onDemand } from './model.ts'

/** What the probes of a front cost, if nothing else runs. */
export function probes(): string {
  const whole = (value: number) => dollars(value, 0)
  const minutes = assumed.hours * 60
  const door = { edges: 192, perMinute: 2 }
  const doorProbes = door.edges * door.perMinute
  const gateway = { instances: 2, everySeconds: 30 }
  const gatewayProbes = (gateway.instances * 60) / gateway.everySeconds
  // A probe takes milliseconds, and is billed for at least a second.
  const sparse = gatewayProbes * minutes
  return `An execution is billed for at least a second of the instance's memory (${assumed.memoryGb} GB-s, [cost.md](cost.md)). By default, each edge of Front Door that has traffic sends two probes a minute. From ${door.edges} edges, that's ${doorProbes} a minute: they keep one instance busy all month, about ${whole(onDemand(instanceGbSeconds))}, and make ${number((doorProbes * minutes) / 1e6, 1)} million executions, another ${whole(executed(doorProbes * minutes))}. Application Gateway always probes, from each of its instances. With two instances and the default of ${gateway.everySeconds} s, that's ${gatewayProbes} a minute: ${whole(onDemand(sparse * assumed.memoryGb) + executed(sparse))} a month if nothing else runs. A longer interval costs less.`
}
