# What contributors and CI run. `make` lists the targets; `make check` is the whole of CI.
# On a machine that may lack make or a C compiler, start with scripts/check.

SHELL       := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
MAKEFLAGS   += --no-print-directory

VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
FUZZTIME ?= 3s
BENCH    ?= .
IMAGE    ?= gateway:$(VERSION)

# timetzdata: schedules name time zones, and the machine that runs the binary may have no table of them.
BUILD_FLAGS := -trimpath -tags timetzdata -ldflags '-s -w -X main.version=$(VERSION)'

# The version is part of the file's name, so that raising it builds the new one. docs/adr/0001-linters.md says why this linter.
GOLANGCI_VERSION := v2.15.0
GOLANGCI ?= bin/golangci-lint-$(GOLANGCI_VERSION)

header = @printf '\n== %s: %s\n' '$@' '$(1)'

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: check
check: build lint tidy-check docs-check examples-check fuzz test ## all that CI runs

.PHONY: build
build: ## build the static binary bin/gateway
	$(call header,static binary $(VERSION))
	CGO_ENABLED=0 go build $(BUILD_FLAGS) -o bin/gateway ./cmd/gateway

.PHONY: test
test: ## run all tests with the race detector
	$(call header,all tests with the race detector)
	go test -race ./...

.PHONY: lint
lint: $(GOLANGCI) ## look for mistakes and wrong formatting
	$(call header,mistakes and formatting)
	$(GOLANGCI) run

.PHONY: fmt
fmt: $(GOLANGCI) ## format the Go files
	$(call header,format the Go files)
	$(GOLANGCI) fmt

.PHONY: tidy-check
tidy-check: ## tell whether go.mod and go.sum are tidy
	$(call header,go.mod and go.sum)
	go mod tidy -diff

.PHONY: docs
docs: build ## write docs/reference from the declarations in the code
	$(call header,write docs/reference)
	rm -rf docs/reference
	bin/gateway docs --write docs/reference

.PHONY: docs-check
docs-check: build ## tell whether docs/reference is what the code declares
	$(call header,docs/reference against the code)
	@fresh=$$(mktemp -d); trap 'rm -rf "$$fresh"' EXIT; \
	bin/gateway docs --write "$$fresh"; \
	diff -ru docs/reference "$$fresh" || { echo 'docs/reference is old; run: make docs'; exit 1; }

.PHONY: examples-check
examples-check: build ## tell whether the examples are valid and formatted
	$(call header,examples)
	bin/gateway validate --secrets examples/flows
	bin/gateway fmt --check examples/flows bench/flows

.PHONY: fuzz
fuzz: ## run each fuzz target for FUZZTIME
	$(call header,each target for $(FUZZTIME))
	FUZZTIME=$(FUZZTIME) scripts/fuzz

.PHONY: bench
bench: ## run the Go benchmarks whose name matches BENCH
	$(call header,benchmarks matching $(BENCH))
	go test -run '^$$' -bench '$(BENCH)' -benchmem ./...

.PHONY: image
image: ## build the container image IMAGE
	$(call header,$(IMAGE))
	docker build --build-arg VERSION=$(VERSION) -t $(IMAGE) .

.PHONY: tools
tools: $(GOLANGCI) ## build the linter, once for each version

bin/golangci-lint-%:
	@printf '\n== tools: golangci-lint %s (two to three minutes, once)\n' '$*'
	mkdir -p bin/install
	GOBIN="$(CURDIR)/bin/install" go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$*
	mv bin/install/golangci-lint $@
	rmdir bin/install

.PHONY: clean
clean: ## remove what was built
	rm -rf bin
