# Run `make` for the list of what there is to run.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# Every module of the repository. The servers of the sandbox are listed apart:
# they are Kubernetes itself, and no place for our tests.
MODULES := . examples/controller examples/fedctl examples/operator examples/sandbox examples/traces
SERVERS := examples/sandbox/servers
# Programs that some tests run. They are built apart from our code: nothing of ours is
# in them but a main, and vet and staticcheck would compile the whole of each for that.
PROGRAMS := examples/sandbox/servers/coredns examples/sandbox/servers/externaldns examples/sandbox/servers/kubectl
TOOLS := tools
# As the sandbox builds them, so that Kubernetes is compiled once for all.
AS_BUILT := GOFLAGS="$${GOFLAGS:-} -trimpath"

.PHONY: help
help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: ## one application on a host and three members, end to end (KEEP=1 leaves it running)
	@go run -C examples/sandbox ./demo

.PHONY: demo-replicas
demo-replicas: ## where thirty replicas go while clusters are drained, fail, fill up and join
	@go run -C examples/sandbox ./demo --story=replicas

.PHONY: demo-dns
demo-dns: ## what a real DNS server answers while clusters fail; builds external-dns once, in about five minutes
	@go run -C examples/sandbox ./demo --story=names

.PHONY: test
test: binaries ## all tests of all modules, on real API servers, with -race
	@for m in $(MODULES); do echo "== test $$m"; go test -C $$m -race -timeout 45m ./...; done

.PHONY: unit
unit: ## the tests that need no API server
	@for m in $(MODULES); do echo "== unit $$m"; go test -C $$m -short ./...; done

.PHONY: bench
bench: binaries ## measure throughput, delay, memory and growth in about 20 minutes (ARGS=--help)
	@go run -C examples/controller ./bench $(ARGS)

.PHONY: chaos
chaos: binaries ## break a federation again and again, and check what becomes of it (CHAOS="--seed=1 --rounds=5")
	@go run -C examples/controller ./chaos $(CHAOS)

.PHONY: fuzz
fuzz: ## run each fuzz test for a little while
	@git grep -o 'func Fuzz[A-Za-z]*' -- '*_test.go' | while IFS=: read -r file words; do \
		echo "== $$file $${words#func }"; \
		go test -run '^$$' -fuzz "^$${words#func }$$" -fuzztime 20s "./$$(dirname "$$file")"; done

.PHONY: check
check: format vet lint tidy generated arrows ## what has to hold before a change is made public

.PHONY: binaries
binaries: ## build the API servers for tests and demo, once per user and version
	@go run -C examples/sandbox . build

.PHONY: format
format:
	@echo "== gofmt"
	@out=$$(gofmt -l .); if [ -n "$$out" ]; then echo "run gofmt -w on:" $$out; exit 1; fi

.PHONY: vet
vet:
	@for m in $(MODULES); do echo "== vet $$m"; go vet -C $$m ./...; done
	@echo "== vet $(SERVERS)"; $(AS_BUILT) go vet -C $(SERVERS) ./...

.PHONY: lint
lint: bin/staticcheck
	@for m in $(MODULES); do echo "== staticcheck $$m"; (cd $$m && "$(CURDIR)/bin/staticcheck" ./...); done
	@echo "== staticcheck $(SERVERS)"; cd $(SERVERS) && $(AS_BUILT) "$(CURDIR)/bin/staticcheck" ./...

.PHONY: tidy
tidy:
	@for m in $(MODULES) $(SERVERS) $(PROGRAMS) $(TOOLS); do echo "== tidy $$m"; go mod tidy -C $$m -diff; done

.PHONY: generate
generate: bin/controller-gen ## make the generated files anew
	@bin/controller-gen object crd paths=./federation/apis/... output:crd:dir=federation/apis/crds
	@cd examples/operator && "$(CURDIR)/bin/controller-gen" object crd paths=./... output:crd:dir=.

.PHONY: generated
generated: bin/controller-gen
	@echo "== generated files"
	@before=$$(mktemp -d); trap 'rm -rf "$$before"' EXIT; \
	files=$$(git ls-files '*/zz_generated*' 'federation/apis/crds/*.yaml' 'examples/operator/*.yaml'); \
	cp --parents $$files "$$before"; \
	$(MAKE) --no-print-directory generate; \
	for f in $$files; do cmp -s "$$f" "$$before/$$f" || { echo "$$f was not up to date: commit what make generate wrote"; exit 1; }; done

.PHONY: arrows
arrows:
	@echo "== import arrows"
	@go test ./internal/arrows

bin/%: tools/go.mod tools/go.sum
	@echo "== build $@"
	@mkdir -p bin
	@GOBIN="$(CURDIR)/bin" go -C tools install $(if $(filter bin/staticcheck,$@),honnef.co/go/tools/cmd/staticcheck,sigs.k8s.io/controller-tools/cmd/controller-gen)
	@touch $@
