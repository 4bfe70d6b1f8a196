# The Holdfast worker for a PostgreSQL of your own: no embedded one inside, so DATABASE_URL must be set.
FROM node:24-bookworm-slim AS build
WORKDIR /holdfast
COPY package.json package-lock.json tsconfig.json LICENSE ./
COPY packages/server/package.json packages/server/
COPY packages/telemetry/package.json packages/telemetry/
COPY packages/canonicalizer/package.json packages/canonicalizer/
COPY examples/text-to-sql-agent/package.json examples/text-to-sql-agent/
COPY e2e/package.json e2e/
COPY benchmarks/package.json benchmarks/
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY scripts/build-package.ts scripts/make-dist.ts scripts/
COPY packages/server packages/server
RUN npm run build --workspace=holdfast
# From the same lock file, what the worker needs to run and nothing else.
RUN npm ci --ignore-scripts --no-audit --no-fund --workspace=holdfast --omit=dev --omit=optional

FROM node:24-bookworm-slim
RUN apt-get update \
  && apt-get install --yes --no-install-recommends tini \
  && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production
WORKDIR /holdfast
COPY --from=build /holdfast/node_modules node_modules
COPY --from=build /holdfast/packages/server/package.json packages/server/package.json
COPY --from=build /holdfast/packages/server/migrations packages/server/migrations
COPY --from=build /holdfast/packages/server/dist packages/server/dist
COPY LICENSE ./
USER node
# 5050: Query API; 4317 and 4318: OTLP over gRPC and HTTP.
EXPOSE 5050 4317 4318
# tini is the init: it reaps what is left behind, and passes SIGTERM on.
ENTRYPOINT ["tini", "--", "node", "/holdfast/packages/server/dist/cli/main.js"]
CMD ["start"]
