// Where things inside a sandbox find the gateway.
import { PROXY_PORT, RELAY_PORT, TOOLS_PORT } from '../gateway/gateway-config.ts'
import { GATEWAY } from './names.ts'

export const PROXY_URL = `http://${GATEWAY}:${PROXY_PORT}`
export const RELAY_URL = `http://${GATEWAY}:${RELAY_PORT}`
export const TOOLS_URL = `http://${GATEWAY}:${TOOLS_PORT}`

/** Proxy variables in both spellings: curl reads only the lower case, others only the upper. */
export function proxyEnvironment(services: readonly string[]): Record<string, string> {
  const direct = [...new Set(['localhost', '127.0.0.1', '::1', GATEWAY, ...services])].join(',')
  return {
    HTTP_PROXY: PROXY_URL,
    HTTPS_PROXY: PROXY_URL,
    NO_PROXY: direct,
    http_proxy: PROXY_URL,
    https_proxy: PROXY_URL,
    no_proxy: direct,
  }
}
