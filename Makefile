# What a stranger needs: `make demo` shows the program at work, `make test` proves it. Both install what is missing.
# CARGO_TARGET_DIR is honoured.

SHELL := /bin/bash
# A toolchain that rustup has just installed is not in PATH yet.
export PATH := $(PATH):$(HOME)/.cargo/bin
CARGO ?= cargo

.PHONY: help demo test test-app build lint fmt deny bench bench-app errors icons pictures ci install jupyter clean

help:
	@echo 'make demo    a throw-away SSH server, a real Jupyter, and the program opening it'
	@echo 'make test    everything tested against real parts'
	@echo 'make build   the release binary               make test-app  the menu-bar app: lints and tests'
	@echo 'make lint    formatting and clippy      make deny   licences, bans, sources, advisories'
	@echo 'make bench   measurements               make bench-app   the app'\''s start and rest'
	@echo 'make ci     what the continuous integration runs'
	@echo 'make icons   the icons'\'' pixels, from their drawings'
	@echo 'make errors  docs/errors.md, from the source'
	@echo 'make pictures   the pictures of the README, taken on a desktop of their own'

install:
	tests/bring-up/install

jupyter: install
	tests/bring-up/jupyter

build: install
	$(CARGO) build --release --locked

demo: build jupyter
	tests/bring-up/demo

test: jupyter
	tests/bring-up/install cluster
	$(CARGO) test --locked

# The menu-bar app as well; on Linux that takes GTK's headers.
test-app: jupyter
	tests/bring-up/install app
	$(CARGO) clippy --locked --features app --all-targets -- -D warnings
	$(CARGO) test --locked --features app --lib -- app:: platform::
	$(CARGO) test --locked --features app --test app --test desktop

lint:
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --all-targets -- -D warnings

fmt:
	$(CARGO) fmt

# DENY narrows it: make deny DENY='bans licenses sources'
deny:
	$(CARGO) deny --locked check --hide-inclusion-graph $(DENY)

bench: jupyter
	$(CARGO) bench --locked --bench clicks

# The app's start and its rest; BENCH_REST_SECONDS=3600 watches it for an hour.
bench-app: jupyter
	tests/bring-up/install app
	$(CARGO) bench --locked --features app --bench app

# docs/errors.md, from what the source says.
errors:
	WRITE_ERRORS=1 $(CARGO) test --locked --lib explain::tests::table

# The pixels of assets/icons, from the drawings there.
icons:
	$(CARGO) run --locked --example icons

# Those of the README, on a desktop that is brought up for them; Debian or Ubuntu.
pictures: jupyter
	tests/bring-up/install pictures
	$(CARGO) build --release --locked --features app
	docs/pictures/make

ci:
	.ci/run

clean:
	$(CARGO) clean
