import { InvalidArgumentError, Option } from 'commander'
import { ConfigError, readSettings } from '../config.ts'
import type { CommandContext } from './command-context.ts'

/** `--url` of the commands that ask a running server; absent it is for `readUrl` to say. */
export function urlOption(): Option {
  return new Option(
    '--url <url>',
    'address of the Query API (default: the one `holdfast start` would have here)',
  ).argParser((text) => {
    if (/^https?:\/\/[^/]/.test(text) && URL.canParse(text)) return text.replace(/\/+$/, '')
    throw new InvalidArgumentError('It takes an address such as http://127.0.0.1:5050.')
  })
}

/**
 * The address that was named, else the one of the server that `holdfast start` would start here.
 * @throws ConfigError when the settings cannot be read, or say no port
 */
export function readUrl({ env }: CommandContext, named: string | undefined): string {
  if (named !== undefined) return named
  const { host, port } = readSettings(env)
  if (port === 0) {
    throw new ConfigError(['HOLDFAST_PORT is 0, which is any free port: name the address with --url'])
  }
  return formatUrl(host, port)
}

/** Where a server that is bound to `host` can be reached from here. */
export function formatUrl(host: string, port: number | string): string {
  // An address that stands for all of them is reached by the loopback one.
  const reachable = isEveryAddress(host) ? '127.0.0.1' : host
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
}

export function isEveryAddress(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}
