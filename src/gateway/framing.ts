// How the next connection is told where a request's body ends.
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'

export const CODING = 'of transfer codings, only chunked is understood'

/**
 * The header that frames the body, as the client framed it; undefined for a coding that nobody here understands.
 *
 * Never left to Node: it sends the body of a GET, HEAD, DELETE or OPTIONS that has neither of the two headers without
 * any frame, and the server takes such a body for the next request, with a path and credentials of the client's choice.
 */
export function bodyFraming(headers: IncomingHttpHeaders): OutgoingHttpHeaders | undefined {
  const coding = headers['transfer-encoding']
  if (coding !== undefined) return coding.toLowerCase() === 'chunked' ? { 'transfer-encoding': 'chunked' } : undefined
  const length = headers['content-length']
  return length === undefined ? {} : { 'content-length': length }
}
