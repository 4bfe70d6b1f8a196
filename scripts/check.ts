// Runs every check that needs no running program: format, types, lint, unused code. All run even if one fails, so that one
// run shows everything there is to mend.
import { spawn } from 'node:child_process'
import { resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')

const checks = [
  { title: 'format', script: 'format:check', mend: 'npm run format' },
  { title: 'types', script: 'typecheck' },
  { title: 'lint', script: 'lint' },
  { title: 'unused code', script: 'unused' },
] as const

async function main(): Promise<number> {
  const failed: string[] = []
  for (const check of checks) {
    console.log(`── ${check.title}`)
    if ((await runScript(check.script)) === 0) continue
    failed.push('mend' in check ? `${check.title} (mend with: ${check.mend})` : check.title)
  }
  if (failed.length === 0) return 0
  console.error(`\nfailed: ${failed.join(', ')}`)
  return 1
}

function runScript(script: string): Promise<number> {
  const child = spawn('npm', ['run', '--silent', script], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  return new Promise((done, fail) => {
    child.once('error', fail)
    child.once('exit', (code) => done(code ?? 1))
  })
}

process.exitCode = await main()
