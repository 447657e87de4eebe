# An image with the gateway only: one static binary, certificates, no shell.
#   docker build -t gateway .
#   docker run -p 8080:8080 -p 127.0.0.1:8081:8081 -v ./flows:/flows:ro -v gateway-data:/data gateway
FROM golang:1.26-bookworm AS build
WORKDIR /src
ENV CGO_ENABLED=0 GOCACHE=/cache/build GOMODCACHE=/cache/modules

COPY go.mod go.sum ./
RUN --mount=type=cache,target=/cache go mod download

COPY . .
ARG VERSION=dev
RUN --mount=type=cache,target=/cache \
    go build -trimpath -tags timetzdata -ldflags "-s -w -X main.version=${VERSION}" -o /out/gateway ./cmd/gateway

# Folders that must exist, and belong to the user below, when a volume is first mounted there.
RUN mkdir -p /out/flows /out/data /out/tmp && chmod 1777 /out/tmp

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/gateway /gateway
COPY --from=build --chown=65532:65532 /out/flows /flows
COPY --from=build --chown=65532:65532 /out/data /data
COPY --from=build /out/tmp /tmp
COPY LICENSE /LICENSE

USER 65532:65532
# /flows is no volume: one would hide the flows that a derived image copies there.
VOLUME ["/data"]
EXPOSE 8080 8081

# gateway health asks the admin listener on loopback. The image has no other program for this.
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s CMD ["/gateway", "health"]

# Other machines can't reach loopback inside a container. So the admin listener is
# open to the network and requires its token. Publish port 8081 to trusted addresses only.
ENTRYPOINT ["/gateway"]
CMD ["run", "/flows", "--data", "/data", "--admin-listen", ":8081"]
