# What a stranger needs: `make demo` shows the program at work, `make test` proves it. Both install what is missing.
# CARGO_TARGET_DIR is honoured.

SHELL := /bin/bash
# A toolchain that rustup has just installed is not in PATH yet.
export PATH := $(PATH):$(HOME)/.cargo/bin
CARGO ?= cargo

.PHONY: help demo test build lint fmt deny bench ci install jupyter clean

help:
	@echo 'make demo    a throw-away SSH server, a real Jupyter, and the program opening it'
	@echo 'make test    everything tested against real parts'
	@echo 'make build   the release binary'
	@echo 'make lint    formatting and clippy      make deny   licences, bans, sources, advisories'
	@echo 'make bench   measurements               make ci     what the continuous integration runs'

install:
	tests/bring-up/install

jupyter: install
	tests/bring-up/jupyter

build: install
	$(CARGO) build --release --locked

demo: build jupyter
	tests/bring-up/demo

test: jupyter
	$(CARGO) test --locked

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

ci:
	.ci/run

clean:
	$(CARGO) clean
