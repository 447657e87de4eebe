# The targets for contributors and CI. `make` lists them; CI runs `make check`.
# If make or a C compiler may be missing, run scripts/check.

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

# timetzdata: schedules name time zones, and the machine that runs the binary may have no time zone data.
BUILD_FLAGS := -trimpath -tags timetzdata -ldflags '-s -w -X main.version=$(VERSION)'

# The version is a part of the file name, so that a new version is built. docs/adr/0001-linters.md gives the reason for this linter.
GOLANGCI_VERSION := v2.15.0
GOLANGCI ?= bin/golangci-lint-$(GOLANGCI_VERSION)

header = @printf '\n== %s: %s\n' '$@' '$(1)'

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: check
check: build lint tidy-check docs-check examples-check fuzz test ## run all checks of CI

.PHONY: build
build: ## build the static binary bin/gateway
	$(call header,static binary $(VERSION))
	CGO_ENABLED=0 go build $(BUILD_FLAGS) -o bin/gateway ./cmd/gateway

# SQLite itself, which is C translated to Go, is not watched for races: that takes most
# of the time of all tests of the store. By default each test binary waits a second at
# its end. The timeout is for a machine that is busy: the longest package takes three
# minutes on two cores, and the default is ten.
race_test := GORACE=$${GORACE-atexit_sleep_ms=10} go test -race -timeout 30m -gcflags=modernc.org/sqlite/lib=-race=false

.PHONY: test
test: ## run all tests with the race detector
	$(call header,all tests with the race detector)
	$(race_test) ./...
	$(call header,the bounds of memory and allocations without the race detector)
	go test -count=1 -run '^(TestSlowReaders|TestLargeBodiesAtOnce|TestManyLargeAnswers|TestManyLargePrograms|TestHostileRequests)$$' ./internal/e2e/command
	go test -count=1 -run '^(TestHostile|TestCharges|TestAllocations|TestVerifyAllocatesNothing|TestProcessThatFails|TestLargeBody|TestManyDownloads|TestRewriteLargeText|TestDecodePartsAllocations|TestLoadBudget|TestMemoryOfFlows|TestObjectSize)$$' ./config/expr/jq ./config/load ./auth ./bench ./admin/dryrun ./admin/ops ./internal/value
	$(call header,all that is shown of sensitive values)
	go test -count=1 -run '^TestSensitive' ./internal/e2e/engine

.PHONY: lint
lint: $(GOLANGCI) ## find mistakes and wrong formatting
	$(call header,mistakes and formatting)
	$(GOLANGCI) run

.PHONY: fmt
fmt: $(GOLANGCI) ## format the Go files
	$(call header,format the Go files)
	$(GOLANGCI) fmt

.PHONY: tidy-check
tidy-check: ## check that go.mod and go.sum are tidy
	$(call header,go.mod and go.sum)
	go mod tidy -diff

.PHONY: docs
docs: limits build ## write docs/reference from the code and cmd/pages
	$(call header,write docs/reference)
	rm -rf docs/reference
	bin/gateway docs --write docs/reference

.PHONY: limits
limits: ## write the constants on the page of limits into cmd/pages/limits.txt
	UPDATE_LIMITS=1 go test -count=1 -run TestLimitsAreDocumented ./internal/arch

.PHONY: docs-check
docs-check: build ## check that docs/reference is up to date
	$(call header,docs/reference is up to date)
	@fresh=$$(mktemp -d); trap 'rm -rf "$$fresh"' EXIT; \
	bin/gateway docs --write "$$fresh"; \
	diff -ru docs/reference "$$fresh" || { echo 'docs/reference is out of date; run: make docs'; exit 1; }

.PHONY: examples-check
examples-check: build ## check that the examples are valid, formatted and tested
	$(call header,examples)
	bin/gateway validate --secrets examples/flows
	bin/gateway fmt --check examples/flows bench/flows
	bin/gateway test --min 100 examples/flows

.PHONY: fuzz
fuzz: ## run each fuzz target for FUZZTIME
	$(call header,each target for $(FUZZTIME))
	FUZZTIME=$(FUZZTIME) scripts/fuzz

.PHONY: judge-mail
judge-mail: ## read the messages of the tests with npm's mailparser too (needs node and npm)
	$(call header,messages read by mailparser)
	npm install --silent --no-save --prefix bin/mailparser mailparser
	MAILPARSER=$(CURDIR)/bin/mailparser go test -run TestMailBy -v ./actions/mail

.PHONY: judge-pages
judge-pages: ## judge the pages of the dashboard with npm's axe-core (needs node and npm)
	$(call header,pages judged by axe-core)
	npm install --silent --no-save --prefix bin/axe axe-core
	AXE=$(CURDIR)/bin/axe/node_modules/axe-core/axe.min.js go test -count=1 -run TestPages -v ./internal/e2e/browser

.PHONY: screenshots
screenshots: ## write the pictures of docs/guide/dashboard.md
	$(call header,docs/guide/images)
	SCREENSHOTS=$(CURDIR)/docs/guide/images go test -count=1 -run TestScreenshots ./internal/e2e/browser

.PHONY: judge-signatures
judge-signatures: ## write auth/testdata/vectors with the libraries of the senders (downloads them)
	$(call header,requests signed and judged by the libraries of the senders)
	rm -f auth/testdata/vectors/*.json
	go -C internal/judge run . $(CURDIR)/auth/testdata/vectors

.PHONY: judge-traces
judge-traces: ## read what the exporter of traces sends with the receiver of the OpenTelemetry collector (downloads it)
	$(call header,spans read by the receiver of the collector)
	go -C internal/otlp/judge test ./...

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
clean: ## remove the built files
	rm -rf bin
