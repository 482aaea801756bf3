# Everything a developer of Newsbot runs. CONTRIBUTING.md says when.

GO ?= go
# The race detector needs a C compiler.
RACE := $(shell command -v cc >/dev/null 2>&1 && echo -race)
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null)

.PHONY: build sandbox test lint bench fuzz

build: ## the static binary, bin/newsbot
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o bin/newsbot ./cmd/newsbot

sandbox: ## everything on this machine, with a chat page in the browser
	$(GO) run ./cmd/newsbot sandbox

test: ## all tests, with a real PostgreSQL and a real Chromium
	@scripts/test-deps
	$(GO) test $(RACE) -parallel 4 -timeout 40m ./...

lint:
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$unformatted" || { echo "gofmt would change: $$unformatted"; exit 1; }
	$(GO) vet ./...
	$(GO) tool staticcheck ./...

bench: ## each figure beside its reference, from the same run
	@scripts/test-deps
	$(GO) test -run '^$$' -bench . -benchtime 1x -timeout 60m ./cmd/newsbot
	NEWSBOT_TEST_FULL=1 $(GO) test -count 1 -v -run 'Killed(Broadcast|Correction)|RandomFaults|BreakingOvertakes' -timeout 30m ./cmd/newsbot
	$(GO) test -run "^$$" -bench . -benchtime 200ms -timeout 30m ./bot ./internal/...

fuzz: ## half a minute for each fuzz target
	@for pkg in $$($(GO) list ./...); do \
	  for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
	    echo "$$pkg $$target"; $(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime 30s $$pkg || exit 1; \
	  done; \
	done
