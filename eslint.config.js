import eslint from '@eslint/js'
import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'

const swallowed = 'An error must go somewhere: to the log, to the caller, or into the answer.'
const noSwallowedErrors = [
  { selector: 'CatchClause > BlockStatement[body.length=0]', message: swallowed },
  {
    selector:
      "CallExpression[callee.property.name='catch'] > ArrowFunctionExpression.arguments[params.length=0] > BlockStatement[body.length=0]",
    message: swallowed,
  },
]

/** A package reads its settings in few places and hands them on, and only its programs print or end the process. */
function houseOf(name, { settings, programs, exit }) {
  const source = `packages/${name}/src`
  const env = `Settings are read in ${settings.join(', ')} and handed on.`
  return {
    files: [`${source}/**/*.ts`],
    ignores: [
      ...[...settings, ...programs].map((file) => `${source}/${file}`),
      ...['**/*.{test,fixture}.ts', `${source}/**/test-*.ts`],
    ],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: env },
        { object: 'process', property: 'exit', message: exit },
        { object: 'process', property: 'exitCode', message: exit },
      ],
      'no-console': 'error',
    },
  }
}

export default defineConfig(
  { ignores: ['**/node_modules/', '**/dist/', '**/.cache/', '**/coverage/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  eslint.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Async mistakes: a promise that nobody waits for is an error that nobody hears of.
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          // node:test's functions return promises that its runner waits for.
          allowForKnownSafeCalls: [
            { from: 'package', package: 'node:test', name: ['test', 'describe', 'it', 'suite'] },
          ],
        },
      ],
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/require-await': 'off', // an async function may fulfil an interface that waits
      '@typescript-eslint/unbound-method': 'off', // options hold their callbacks in method syntax
      '@typescript-eslint/no-unsafe-enum-comparison': 'off', // numbers of a protocol beside an enum of some library
      '@typescript-eslint/only-throw-error': 'error',

      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowNullish: true },
      ],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-control-regex': 'off', // control characters are what some of them look for
      'no-fallthrough': 'error',
      'max-lines': ['error', { max: 400 }],
      'no-restricted-syntax': ['error', ...noSwallowedErrors],
    },
  },
  houseOf('server', {
    settings: ['config.ts'],
    programs: ['cli/**'],
    exit: 'Only the command line ends the process.',
  }),
  houseOf('telemetry', {
    settings: ['settings/**'],
    programs: [],
    exit: "The process is the agent's.",
  }),
  houseOf('canonicalizer', {
    settings: ['stage-span.ts', 'engine/spacy/{find-python,install-spacy}.ts'],
    programs: ['cli/**'],
    exit: "The process is the agent's.",
  }),
  {
    // A start for other people's agents: it has what npm would give them. Its tests may start our server.
    files: ['examples/**/*.ts'],
    ignores: ['**/*.{test,fixture}.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['**/packages/**'], message: 'Import what the packages export.' }] },
      ],
    },
  },
  {
    files: ['**/*.test.ts', 'e2e/**/*.ts', 'packages/server/src/store/conformance/**'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off', // what a server answered is any until it is compared
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
    },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        fetch: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
      },
    },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: { sourceType: 'commonjs', globals: { require: 'readonly', module: 'writable' } },
  },
)
