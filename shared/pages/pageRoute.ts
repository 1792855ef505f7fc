import { type FailureStyle, type RouteDefinition, route } from '../http/route.ts'
import { problemPageResponse } from './problemPage.ts'

const pages: FailureStyle = { respond: problemPageResponse, response: 'ProblemPage' }

/** Registers a route that browsers open: failures become pages, or problems if the request prefers JSON. */
export function pageRoute(name: string, path: string, operations: RouteDefinition['operations']): void {
  route(name, path, operations, pages)
}
