import { ProxyTracerProvider, trace, type TracerProvider } from '@opentelemetry/api'

/** The provider behind the API's global proxy; undefined while nobody registered one. */
export function findRegistered(): TracerProvider | undefined {
  const global: Partial<ProxyTracerProvider> & TracerProvider = trace.getTracerProvider()
  if (typeof global.getDelegate !== 'function') return global
  const delegate = global.getDelegate()
  // Without a provider a proxy leads to the one that does nothing, of which there is one.
  return delegate === new ProxyTracerProvider().getDelegate() ? undefined : delegate
}
