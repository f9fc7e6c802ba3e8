# Built with everything, run with what it takes to run. Node 24 gets security fixes; 20, on which Goniec runs too, does not any more.
FROM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts ./scripts
COPY src ./src
COPY web ./web
RUN node scripts/prepare-clone.mjs && npm prune --omit=dev --no-audit --no-fund

FROM node:24-slim
ENV NODE_ENV=production \
    GONIEC_DATABASE=/data/goniec.db \
    GONIEC_KEY_FILE=/keys/goniec.key \
    GONIEC_LISTEN=0.0.0.0:4780
# A new volume takes over the owner of the folder that it covers.
RUN mkdir /data /keys && chown node:node /data /keys && chmod 700 /data /keys
WORKDIR /app
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/dist ./dist
COPY package.json LICENSE NOTICE ./
COPY bin ./bin
COPY scripts/setup.mjs scripts/setup-lock.mjs ./scripts/
USER node
# The key lies apart from what it locks: a copy of the data alone opens no password.
VOLUME ["/data", "/keys"]
EXPOSE 4780
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --start-interval=2s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:4780/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "bin/goniec"]
CMD ["serve"]
