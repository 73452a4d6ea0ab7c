# syntax=docker/dockerfile:1

# Builds with the compiler that the workspace names. `docker build -t handsel .`
FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
# What cargo fetches and compiles is kept between builds, so that a change compiles what changed. Most of the binary is
# for readable backtraces, which it is compressed as well: 32 MB instead of 77.
RUN --mount=type=cache,target=/usr/local/cargo/registry,sharing=locked \
    --mount=type=cache,target=/src/target,sharing=locked \
    cargo build --release --locked --package handsel --bin handsel \
    && install -d /image/usr/local/bin \
    && objcopy --compress-debug-sections target/release/handsel /image/usr/local/bin/handsel \
    && install -d -m 700 /image/data

# glibc, certificate authorities and nothing else: no shell, no package manager.
FROM gcr.io/distroless/cc-debian12:nonroot
LABEL org.opencontainers.image.title="Handsel" \
      org.opencontainers.image.description="The server that community marketplaces and time banks run their conversations on." \
      org.opencontainers.image.licenses="MIT OR Apache-2.0"
COPY --from=build /image/usr/local/bin/handsel /usr/local/bin/handsel
# A volume takes its first owner from the image.
COPY --from=build --chown=65532:65532 /image/data /data

# By number, so that an orchestrator can tell that it is not root.
USER 65532:65532
# Where nothing else is said, `handsel.db` is in the directory that it starts in. A variable for it would win over
# DATABASE_URL and over a file.
WORKDIR /data
VOLUME /data
ENV HANDSEL_BIND=0.0.0.0
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=6s --start-period=30s --retries=3 CMD ["handsel", "healthcheck"]
ENTRYPOINT ["handsel"]
