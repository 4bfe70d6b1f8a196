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
  {
    // Every setting is read in one place, and only the command line ends the process.
    files: ['packages/server/src/**/*.ts'],
    ignores: [
      'packages/server/src/config.ts',
      'packages/server/src/cli/**',
      '**/*.{test,fixture}.ts',
      'packages/server/src/**/test-*.ts',
    ],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Settings are read in config.ts and handed on.' },
        { object: 'process', property: 'exit', message: 'Only the command line ends the process.' },
        { object: 'process', property: 'exitCode', message: 'Only the command line ends the process.' },
      ],
      'no-console': 'error',
    },
  },
  {
    // What an agent's author installs: it is a guest in the process.
    files: ['packages/telemetry/src/**/*.ts'],
    ignores: ['packages/telemetry/src/settings/**', '**/*.{test,fixture}.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Settings are read in settings/ and handed on.' },
        { object: 'process', property: 'exit', message: "The process is the agent's." },
        { object: 'process', property: 'exitCode', message: "The process is the agent's." },
      ],
      'no-console': 'error',
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
