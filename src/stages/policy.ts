// By what the audit judges a run: what is allowed on purpose, and the names that mean somebody outside.
import type { Allowance, Policy } from '../audit/rule.ts'
import { parseAllowedDomain } from '../gateway/domains.ts'
import { presetDomains } from '../gateway/presets.ts'
import type { RunRequest } from '../request/run-request.ts'
import { isOnHost } from './gateway-config.ts'

type Outside = Partial<Pick<RunRequest, 'network' | 'allowedDomains' | 'egressPresets'>> & Pick<RunRequest, 'upstream'>

export function policyOf(
  request: Outside & { readonly allow: readonly Allowance[] },
  allowed: readonly Allowance[],
): Policy {
  return { allow: [...request.allow, ...allowed], outside: outsideHosts(request) }
}

/** What the gateway looks up on its way out: a container of that name would be taken for it. */
function outsideHosts({ upstream, network, allowedDomains = [], egressPresets = [] }: Outside): readonly string[] {
  // The engine itself gives the gateway a name for the host, which no container's name gets before.
  const model = isOnHost(upstream) ? [] : [new URL(upstream).hostname]
  const proxies = [network?.httpProxy, network?.httpsProxy].flatMap((proxy) => (proxy ? [new URL(proxy).hostname] : []))
  const domains = [...allowedDomains, ...presetDomains(egressPresets)].map(parseAllowedDomain)
  return [...model, ...proxies, ...domains.map(({ domain }) => domain)]
}
