# The one entry point. `make` alone lists the targets.

SHELL := /bin/bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

STAGE := .ci/stage
CARGO := cargo
LOCKED := --locked
PORT ?= 8443
SHOP_PORT ?= 8300
BANK_PORT ?= 8301

export CARGO_TERM_COLOR ?= auto
export CARGO_INCREMENTAL ?= 1

.PHONY: help
help: ## List the targets
	@echo 'CoBrowse: two people in one real browser. Targets:'; echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | column -t -s '|'

.PHONY: demo
demo: tools packages build ## Build all, start it on this machine, print two addresses and the demo sign-ins; Ctrl-C ends it
	@target/debug/xtask demo --port $(PORT) --shop-port $(SHOP_PORT) --bank-port $(BANK_PORT)

.PHONY: test
test: ahead check build ## Everything that must hold: check, units, contract, console, flows in real browsers
	@$(STAGE) 'tests of the Rust code' 1800 .ci/rust-tests $(ON_CLUSTER)
	@$(STAGE) 'tests of the console' 180 npm --prefix console test --silent
	@$(STAGE) 'tests of the sample website' 60 node --test examples/shop
	@$(STAGE) 'flows in real browsers' 1800 e2e/run
	@$(STAGE) 'flows in Firefox and WebKit' 450 e2e/browsers/run
	@$(MAKE) stages

# Packages are fetched, and unpacked one file at a time, which leaves the processor to a program that must be built. It is not to
# share make's own two jobs.
.PHONY: ahead
ahead: started
	@$(MAKE) --jobs=2 fetched licence-program

.PHONY: fetched
fetched: packages engines
	@env -u MAKEFLAGS $(STAGE) 'crates' 300 $(CARGO) fetch $(LOCKED) --quiet

.PHONY: licence-program
licence-program: # where a compiler is there already
	@if command -v cc >/dev/null; then env -u MAKEFLAGS $(STAGE) 'program that looks at licences' 600 .ci/cargo-deny --version; fi

.PHONY: browsers
browsers: tools packages build engines ## The flows in Firefox and WebKit alone, a part of make test
	@$(STAGE) 'flows in Firefox and WebKit' 450 e2e/browsers/run

# A machine may be without these browsers, and without the right to install them: the flows say which are not run.
.PHONY: engines
engines: tools
	@$(STAGE) 'Debian package of the browser without windows' 300 .ci/tools headless || true
	@$(STAGE) 'Debian packages of Firefox' 300 .ci/tools firefox || true
	@$(STAGE) 'Debian packages of WebKit' 300 .ci/tools webkit || true

.PHONY: check
check: started tools packages console-build ## Formatting, lints, house rules, licences, documentation, contract, console types
	@$(STAGE) 'formatting' 60 $(CARGO) fmt --all --check
	@$(STAGE) 'lints' 1200 $(CARGO) clippy $(LOCKED) $(ON_CLUSTER) --all-targets --quiet -- -D warnings
	@$(STAGE) 'house rules' 600 $(CARGO) run $(LOCKED) --quiet --bin xtask -- tidy
	@$(STAGE) 'licences and sources' 600 .ci/cargo-deny --log-level error --locked check --hide-inclusion-graph --allow duplicate licenses bans sources
	@$(STAGE) 'documentation' 600 env RUSTDOCFLAGS='-D warnings' $(CARGO) doc $(LOCKED) --workspace --no-deps --document-private-items --quiet
	@$(STAGE) 'contract' 60 console/node_modules/.bin/buf lint proto
	@$(STAGE) 'contract against its baseline' 60 console/node_modules/.bin/buf breaking proto --against proto/baseline.binpb
	@$(STAGE) 'types of the flows' 120 bash -c "e2e/node_modules/.bin/tsc --project e2e && e2e/node_modules/.bin/tsc --project bench"

.PHONY: claims
claims: ## A million random histories of the claim of a pod; make test plays a tenth of them
	@$(STAGE) 'histories of the claim' 300 $(CARGO) test $(LOCKED) --quiet --package cobrowse-session --test claims

# A target of fuzz/src/targets, or all of them in turn, and how long each is explored.
TARGET ?= all
SECONDS ?= 60
.PHONY: fuzz
fuzz: tools ## Look for inputs that break a fuzz target: TARGET=name SECONDS=60
	@fuzz/run explore $(TARGET) $(SECONDS)

.PHONY: fuzz-merge
fuzz-merge: ## Add what make fuzz found to the committed corpora, and make them small
	@fuzz/run merge $(TARGET)

.PHONY: gen
gen: packages ## Write the generated code again, from proto/
	@$(STAGE) 'generated code' 300 $(CARGO) run $(LOCKED) --quiet --bin xtask -- gen

.PHONY: contract-baseline
contract-baseline: packages ## Make today's contract the one that later ones must go on serving; at a release
	@console/node_modules/.bin/buf build proto --exclude-source-info --output proto/baseline.binpb

.PHONY: bench
bench: tools packages build ## Measure latency, bandwidth, processor and memory; prints a table, writes JSON
	@$(STAGE) 'Debian packages of the peer' 600 .ci/tools bench
	@$(STAGE) 'benches' 1800 bench/run

.PHONY: bench-egress
bench-egress: tools ## The egress gateway beside squid: set-up, throughput, memory; writes the table in e2e/figures
	@mkdir -p e2e/figures
	@$(STAGE) 'Debian package of the peer' 300 .ci/tools proxy
	@$(STAGE) 'egress gateway beside squid' 2400 env EGRESS_TABLE=$(CURDIR)/e2e/figures/egress.md $(CARGO) bench $(LOCKED) --quiet --package cobrowse-egress-gateway --bench peers

.PHONY: bench-floods
bench-floods: tools console-build ## What live sessions notice of floods at the door, held to twice what they have without
	@$(STAGE) 'live sessions under floods' 900 env FLOODS_BARS=1 $(CARGO) test $(LOCKED) --quiet $(ON_CLUSTER) --test floods -- --nocapture

# How much of a cluster: api, node or policy.
PROFILE ?= policy
.PHONY: cluster-up
cluster-up: tools ## A real Kubernetes in namespaces of its own, as root: PROFILE=api, node or policy
	@$(STAGE) 'Debian packages of the cluster' 300 .ci/tools cluster
	@$(STAGE) 'program of the cluster' 600 $(CARGO) build $(LOCKED) --quiet --workspace --bin cluster
	@$(STAGE) 'cluster' 3600 target/debug/cluster up --profile $(PROFILE)

.PHONY: cluster-down
cluster-down: ## End it, whatever is left of it
	@$(CARGO) run $(LOCKED) --quiet --bin cluster -- down

.PHONY: images
images: tools console-build ## Make the container images, without a registry, into target/images
	@$(STAGE) 'Debian packages of the images' 300 .ci/tools images
	@$(STAGE) 'programs' 1200 $(CARGO) build $(LOCKED) --workspace
	@$(STAGE) 'images' 600 target/debug/images

# Compiled as one, so that what the programs rest on is the very same. Inside of a cluster's namespaces there is no network but its own.
ON_CLUSTER := --workspace --features cobrowse-e2e/node,cobrowse-charts/cluster,cobrowse-cluster/life
# The operator, the door, the kinds and the charts against a real API server; pods as a real kubelet runs them.
AT_API_SERVER := --test kinds --test operator --test door --test served --test chaos
AT_SCALE := --test scale
ON_NODE := --test pods --test images --test browser_pod --test sandbox --test chromes --test canary

.PHONY: test-cluster
test-cluster: ## What must hold on a cluster: makes the images, starts one, tests, and ends it
	@if [[ $$(id -u) != 0 || $$(uname) != Linux ]]; then echo 'not run: the tests on a cluster need root on Linux'; else $(MAKE) test-cluster-as-root; fi

.PHONY: test-cluster-as-root
test-cluster-as-root: images
	@$(STAGE) 'tests on a cluster: programs' 1200 $(CARGO) test $(LOCKED) --quiet --no-run $(ON_CLUSTER)
	@$(MAKE) cluster-up PROFILE=api
	@$(STAGE) 'what Helm renders' 120 $(CARGO) test $(LOCKED) --offline $(ON_CLUSTER) --test rendered || { $(MAKE) cluster-down; exit 1; }
	@$(STAGE) 'tests at an API server' 900 target/debug/cluster inside $(CARGO) test $(LOCKED) --offline $(ON_CLUSTER) $(AT_API_SERVER); code=$$?; \
		$(MAKE) cluster-down; exit $$code
	@$(MAKE) cluster-up PROFILE=api
	@$(STAGE) 'operator at scale' 300 target/debug/cluster inside $(CARGO) test $(LOCKED) --offline $(ON_CLUSTER) $(AT_SCALE) -- --nocapture; code=$$?; \
		$(MAKE) cluster-down; exit $$code
	@$(MAKE) cluster-up PROFILE=node
	@$(STAGE) 'a network that holds no policies' 240 .ci/on-cluster env CANARY_NETWORK=open $(CARGO) test $(LOCKED) --offline $(ON_CLUSTER) --test canary; \
		code=$$?; $(MAKE) cluster-down; exit $$code
	@$(MAKE) cluster-up PROFILE=policy
	@$(MAKE) on-node; code=$$?; $(MAKE) cluster-down; exit $$code
	@$(STAGE) 'life of a cluster' 300 $(CARGO) test $(LOCKED) --offline $(ON_CLUSTER) --test life -- --nocapture
	@$(MAKE) stages

# The sizes of the bench, and the operator as it is shipped. What a rate misses of its bar is a fault, once all figures are written down.
BENCH_CLUSTER := OPERATOR_PROGRAM=$(CURDIR)/target/release/operator SCALE_WARM=1050 SCALE_RATES=10,25,50,75 SCALE_SESSIONS=10000 SCALE_BARS=1 SCALE_TABLE=$(CURDIR)/e2e/figures/scale.md

.PHONY: bench-cluster
bench-cluster: tools build ## Claims at 75 a second and 10,000 sessions on nodes of kwok, as root; writes the table in e2e/figures
	@mkdir -p e2e/figures
	@$(STAGE) 'operator, optimised' 1200 $(CARGO) build $(LOCKED) --quiet --release --workspace --bin operator
	@$(STAGE) 'tests at scale: programs' 1200 $(CARGO) test $(LOCKED) --quiet --no-run $(ON_CLUSTER)
	@$(MAKE) cluster-up PROFILE=api
	@$(STAGE) 'operator at scale' 2400 target/debug/cluster inside env $(BENCH_CLUSTER) $(CARGO) test $(LOCKED) --offline $(ON_CLUSTER) $(AT_SCALE) -- --nocapture; \
		code=$$?; $(MAKE) cluster-down; exit $$code

.PHONY: on-node
on-node: # as root, on a cluster with a node and network policies that is up
	@$(STAGE) 'tests on a node' 420 .ci/on-cluster $(CARGO) test $(LOCKED) --offline $(ON_CLUSTER) $(ON_NODE)
	@$(STAGE) 'installation on a cluster' 300 bash -c 'e2e/installation/load && e2e/installation/up https://cobrowse.example.test:30443 previous'
	@$(STAGE) 'upgrade of an installation' 300 e2e/installation/upgrade
	@$(STAGE) 'helm test of an installation' 300 e2e/installation/check
	@$(STAGE) 'who reaches whom' 240 target/debug/cluster inside $(CARGO) test $(LOCKED) --offline $(ON_CLUSTER) --test reach
	@$(STAGE) 'flows on a cluster' 900 e2e/installation/flows

# Sizes of the soak; what misses a bar is a fault, once all figures are written down.
SOAK_CHAOS := CHAOS_KILLS=$(or $(CHAOS_KILLS),1000) CHAOS_TABLE=$(CURDIR)/target/soak/chaos.md
SOAK_CHROMES := CHROMES=$(or $(CHROMES),30) CHROMES_COLD=10 CHROMES_IDLE=60 CHROMES_BARS=1 CHROMES_TABLE=$(CURDIR)/target/soak/chromes.md

.PHONY: soak
soak: images ## What takes long, as root: 1,000 kills (CHAOS_KILLS, CHAOS_SEED), 30 real Chromes at once (CHROMES); writes the tables in e2e/figures
	@rm -rf target/soak; mkdir -p target/soak e2e/figures
	@$(STAGE) 'tests that take long: programs' 1200 $(CARGO) test $(LOCKED) --quiet --no-run $(ON_CLUSTER)
	@$(MAKE) cluster-up PROFILE=api
	@$(STAGE) 'chaos' 14400 target/debug/cluster inside env $(SOAK_CHAOS) $(CARGO) test $(LOCKED) --offline $(ON_CLUSTER) --test chaos -- --nocapture; \
		code=$$?; $(MAKE) cluster-down; exit $$code
	@$(MAKE) cluster-up PROFILE=policy
	@$(STAGE) 'many Chromes' 1800 .ci/on-cluster env $(SOAK_CHROMES) $(CARGO) test $(LOCKED) --offline $(ON_CLUSTER) --test chromes -- --nocapture; \
		code=$$?; $(MAKE) cluster-down; .ci/soak-table; exit $$code

.PHONY: demo-cluster
demo-cluster: images ## The product on a real Kubernetes of this machine, as root; prints where to look and what to try; Ctrl-C ends it
	@$(STAGE) 'Debian packages of the cluster' 300 .ci/tools cluster
	@$(STAGE) 'programs of the cluster' 3600 target/debug/cluster build --profile policy
	@e2e/installation/demo policy

.PHONY: console
console: packages ## Work on the console's pages alone, on a fake transport
	@npm --prefix console run dev

.PHONY: tools
tools: ## Install the Debian packages needed, or say which
	@$(STAGE) 'Debian packages' 900 .ci/tools

.PHONY: packages
packages: ## Install the npm packages of console/ and e2e/ from their lock files
	@$(STAGE) 'npm packages of the console' 300 .ci/packages console
	@$(STAGE) 'npm packages of the flows' 300 .ci/packages e2e

.PHONY: build
build: console-build ## Build the console and all programs
	@$(STAGE) 'programs' 1200 $(CARGO) build $(LOCKED) --workspace

# Types are checked and pages are packed; skipped while nothing of it changed.
CONSOLE_SOURCES := $(shell find console -path console/node_modules -prune -o -path console/dist -prune -o -type f -print 2>/dev/null)
.PHONY: console-build
console-build: console/dist/index.html
console/dist/index.html: $(CONSOLE_SOURCES)
	@$(STAGE) 'console: types and pages' 180 npm --prefix console run build --silent

.PHONY: stages
stages: # how long each stage took since the last make test began
	@echo; echo 'stages, seconds:'; { cat target/stages.tsv; printf 'altogether, by the clock\t%s\n' $$(($$(date +%s) - $$(cat target/started))); } | column -t -s $$'\t'

.PHONY: started
started:
	@mkdir -p target; rm -f target/stages.tsv; date +%s >target/started

.PHONY: clean-demo
clean-demo: ## Forget the demo's accounts and certificate
	@rm -rf .cache/demo
