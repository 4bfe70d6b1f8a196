# What people type. Each target works as the first command after a clone: it installs what is missing, and says what it
# cannot find. Needs make and Node.js with npm; Linux on x64 may have an old Node.js, npm brings the right one along.
.DEFAULT_GOAL := help
.PHONY: help run demo test check bench bench-telemetry bench-canonicalizer install otel-up otel-down otel-migrate docker-nuke

node := scripts/with-node
compose := docker compose

# npm writes this file last, so it is newer than the lock exactly when what the lock says is installed.
installed := node_modules/.package-lock.json

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(installed) ## Start everything on the embedded database and print the addresses; Ctrl-C stops it
	@exec $(node) packages/server/src/cli/main.ts start

demo: $(installed) ## An agent, an MCP server and a database, traced as one; ARGS='--help' says what else it can do
	@$(node) scripts/build-telemetry.ts
	@$(node) scripts/build-package.ts canonicalizer
	@exec $(node) examples/text-to-sql-agent/src/demo.ts $(ARGS)

test: check ## Install, check, and run every test
	@exec $(node) scripts/test.ts

check: $(installed) ## Format, lint, types, unused code
	@exec $(node) scripts/check.ts

bench: $(installed) ## Measure how fast it takes, persists and finds spans
	@exec $(node) benchmarks/run.ts

bench-telemetry: $(installed) ## Measure what tracing costs an agent: a span, an MCP call
	@exec $(node) benchmarks/telemetry.ts

bench-canonicalizer: $(installed) ## Measure what a question costs in each engine: rate, p99, start, memory
	@exec $(node) benchmarks/canonicalizer.ts

install: $(installed) ## Install what the lock file says; the other targets do it by themselves

$(installed): package-lock.json package.json packages/*/package.json examples/text-to-sql-agent/package.json e2e/package.json benchmarks/package.json
	@command -v npm >/dev/null || { echo 'npm is missing: install Node.js (https://nodejs.org), which brings it' >&2; exit 1; }
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

otel-up: ## Start PostgreSQL, the migration, the worker and an OpenTelemetry Collector in Docker
	$(compose) up --build --detach --wait

otel-down: ## Stop them; the data stays
	$(compose) down

otel-migrate: ## Bring the schema of the database in Docker up to date, and nothing else
	$(compose) run --build --rm otel-worker-migrate

docker-nuke: ## Stop them and delete their data and images
	$(compose) down --volumes --remove-orphans --rmi local
