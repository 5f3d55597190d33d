# Two commands do everything on a fresh Debian machine: `make demo` and `make test`.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Two sets of packages: what a station runs with, and with what its makers test and measure it.
STATION := $(VENV)/.station-done
STAMP := $(VENV)/.setup-done
STATION_EXTRAS := espeak,voice,console
EXTRAS := $(STATION_EXTRAS),listen,edge,piper,postgres,sftp,test,bench
LOCK := requirements
comma := ,
DEBIAN := espeak-ng ffmpeg
ifneq ($(shell uname -m),x86_64)
DEBIAN += gcc libc6-dev python3-dev # a Raspberry Pi compiles miniaudio: there is no wheel for ARM
endif
SOURCES := pyproject.toml $(wildcard $(LOCK)/*.txt) $(wildcard generator/loa/locale/*/LC_MESSAGES/*.po)
export PYTHONUTF8 := 1

.DEFAULT_GOAL := help
.PHONY: docs sheets help setup station demo test test-long soak planted bench lint debian catalogue lock audit sbom wheel wheels arm-wheel deb try-deb release clean

help: ## this list
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

setup: $(STAMP) ## set up for work and tests (.venv)

# What a station needs and no more: no tests, no benchmarks.
station: $(STATION) ## set up what a station needs and no more

# Debian packages: only what is missing, and only where we may install it.
debian:
	@missing=(); for p in $(DEBIAN); do dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || missing+=($$p); done; \
	command -v uv >/dev/null || $(PYTHON) -c 'import ensurepip' 2>/dev/null || missing+=(python3-venv); \
	if [ $${#missing[@]} -eq 0 ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "installing from Debian: $${missing[*]}"; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$${missing[@]}" >/dev/null; \
	else echo "not installed: $${missing[*]} (sudo apt-get install $${missing[*]})"; fi

# install NAME: the packages of requirements/NAME.txt, each with its hash, and Loa itself; with uv where there is one
define install
	@if command -v uv >/dev/null; then \
	  [ -x $(BIN)/python ] || uv venv -q --python $(PYTHON) $(VENV); \
	  uv pip install -q --python $(BIN)/python --require-hashes -r $(LOCK)/$(1).txt; \
	  uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .; \
	else \
	  [ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV); \
	  $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r $(LOCK)/$(1).txt; \
	  $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .; \
	fi
endef

$(STATION): $(SOURCES) | debian
	$(call install,station)
	@touch $@

$(STAMP): $(SOURCES) | debian
	$(call install,development)
	@touch $(STATION) $@

demo: $(STATION) ## a station in demo-station/, built, approved, one bulletin aired
	$(BIN)/loa demo

lint: setup ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/mypy --platform win32 --cache-dir .mypy_cache/win32 & other=$$!; $(BIN)/mypy; wait $$other

sheets: DEBIAN += chromium fonts-noto-core
test test-long bench soak: DEBIAN += openssh-server chromium libatomic1 fonts-noto-core pulseaudio pulseaudio-utils icecast2 mosquitto cron postgresql faketime iproute2 curl
# Eight workers whatever the cores: much of the time goes by in real airings, which wait for their minute. What plays real
# sound and listens to it runs by itself: beside others the recorder would miss what the player has played. It comes first: so the
# tests are compiled by one process and not by eight.
WORKERS := 8
test: lint ## lint and the tests
	$(BIN)/python -m pytest -m "sound and not long"
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not long and not sound"

# Real time, long faults, other clocks, a larger simulation. Before a release: TURN=1 to 4, too (which module meets which clock).
TURN ?= 0
# What takes minutes of real time on real devices may miss once for the machine's sake: what failed is tried a second time,
# by itself, and what fails again has failed. Both tries are printed.
AGAIN := $(BIN)/python -m pytest --last-failed --last-failed-no-failures none
test-long: setup ## real time, long faults, other clocks (40 minutes)
	$(BIN)/python -m pytest -n 4 --dist worksteal -m "long and not sound" || $(AGAIN)
	$(BIN)/python -m pytest -m "long and sound" || $(AGAIN)
	$(BIN)/python -m tests.simulation --seeds 1000-1039 --days 10 --jobs 2
	$(BIN)/python -m tests.clocks --turn $(TURN) -n $(WORKERS) --dist worksteal
	$(BIN)/python -m tests.crash_points

# Hours of simulated worlds: make soak SEEDS=0-999 DAYS=100 JOBS=2
SEEDS ?= 0-999
DAYS ?= 100
JOBS ?= 2
PLAYERS ?= 30
MESSAGES ?= 1000000
soak: setup ## simulated worlds for hours, a million broken messages
	$(BIN)/python -m tests.simulation --seeds $(SEEDS) --days $(DAYS) --jobs $(JOBS) --out soak.json
	$(BIN)/python -m tests.simulation --players $(PLAYERS) --seeds $(SEEDS) --days 10 --jobs $(JOBS) --out soak-fleet.json
	$(BIN)/python -m tests.inbox.fuzz $(MESSAGES) 1

planted: setup ## defects put in on purpose: does the simulation find them?
	$(BIN)/python -m tests.simulation.planted

bench: setup ## the benchmarks
	$(BIN)/python -m benchmarks

# Collect the messages of the source, and of click, into the Vietnamese catalogue (then translate what is empty).
catalogue: setup ## collect new messages into the Vietnamese catalogue
	$(BIN)/pybabel -q extract -F generator/loa/locale/babel.cfg --no-location --sort-output --no-wrap -k _ -k N_ -k ngettext:1,2 --project loa -o generator/loa/locale/loa.pot generator/loa \
	  "$$($(BIN)/python -c 'import click, pathlib; print(pathlib.Path(click.__file__).parent)')"
	$(BIN)/pybabel -q update -D loa -i generator/loa/locale/loa.pot -d generator/loa/locale --no-wrap --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date -l vi
	sed -i -E '/^"(POT-Creation-Date|PO-Revision-Date|Last-Translator|Report-Msgid-Bugs-To|Language-Team|Generated-By):/d' generator/loa/locale/vi/LC_MESSAGES/loa.po
	rm generator/loa/locale/loa.pot

# The lock files, for every system and Python from 3.11: development.txt first, the others agree with it. What is locked
# stays as it is while pyproject.toml admits it; `make lock UPGRADE=--upgrade` takes the newest of everything.
UPGRADE ?=
RELEASE := $(VENV)/.release-done
COMPILE = $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" --group build $(UPGRADE)
$(RELEASE): $(STAMP)
	$(call install,release)
	@touch $@

lock: $(RELEASE) ## renew the lock files
	$(COMPILE) pyproject.toml $(foreach extra,$(subst $(comma), ,$(EXTRAS)),--extra $(extra)) -o $(LOCK)/development.txt
	$(COMPILE) pyproject.toml $(foreach extra,$(subst $(comma), ,$(STATION_EXTRAS)),--extra $(extra)) -c $(LOCK)/development.txt -o $(LOCK)/station.txt
	$(COMPILE) pyproject.toml --extra release -c $(LOCK)/development.txt -o $(LOCK)/release.txt

# Known faults in what a station installs (asks pypi.org).
audit: $(RELEASE) ## known holes in what a station installs
	$(BIN)/pip-audit --require-hashes --disable-pip -r $(LOCK)/station.txt

# A bill of materials (CycloneDX) of what a station installs, from the lock.
sbom: $(RELEASE) ## the bill of materials
	@mkdir -p dist
	$(BIN)/cyclonedx-py requirements $(LOCK)/station.txt --pyproject pyproject.toml --output-reproducible -o dist/loa.cdx.json

# The wheel and the source archive; their version is that of the last tag (hatch_version.py).
wheel: $(RELEASE) ## dist/loa-….whl, dist/loa_player-….whl and the source archive
	rm -f dist/loa-*.whl dist/loa_player-*.whl dist/loa-*.tar.gz dist/loa_*.deb
	$(BIN)/python -m build -q --no-isolation --outdir dist .
	$(BIN)/python -m release.player dist/loa-*.whl

# Debian packages: SUITES and ARCH choose; every machine makes all of them (arm64 wants Debian's gcc-aarch64-linux-gnu).
SUITES ?= bookworm trixie
ARCH ?= amd64
deb: wheel $(if $(filter arm64,$(ARCH)),arm-wheel) ## dist/loa_….deb for SUITES="bookworm trixie", ARCH="amd64 arm64"
	for arch in $(ARCH); do for suite in $(SUITES); do \
	  $(BIN)/python -m release.deb dist/loa-*.whl --suite $$suite --arch $$arch $$([ $$arch = amd64 ] || echo --wheels dist/wheels); done; done

# miniaudio has no wheel for 64-bit ARM Linux: it is compiled here, once, for every Python.
arm-wheel: $(RELEASE) ## dist/wheels/miniaudio-….whl for 64-bit ARM
	$(BIN)/python -m release.arm64 --out dist/wheels

wheels: arm-wheel ## is there a wheel of everything for Windows, macOS, ARM?
	$(BIN)/python -m release.wheels --wheels dist/wheels

# Install, use, upgrade (from OLD=older.deb), remove: in a Debian of its own, as root.
TRY ?= /var/tmp/loa-try
try-deb: ## try dist/*.deb in fresh Debian systems (root, debootstrap)
	for suite in $(SUITES); do $(BIN)/python -m release.try_deb $(TRY)/$$suite \
	  dist/loa_*~deb$$([ $$suite = bookworm ] && echo 12 || echo 13)_amd64.deb $(if $(OLD),--before $(OLD)); done

docs: $(RELEASE) ## the documents as a site in dist/docs; a broken link ends it
	$(BIN)/mkdocs build

sheets: setup ## the sheets for the wall as PDF, one page each, in dist/treo-tuong (chromium)
	$(BIN)/python -m release.sheets --out dist/treo-tuong

# All that is published: wheel, source, Debian packages, ARM wheel, bill of materials, checksums. A tag first: git tag v0.2.0
release: audit wheels sbom ## everything that is published, in dist/
	$(MAKE) deb ARCH="amd64 arm64"
	cp LICENSE NOTICE CHANGELOG.md dist/
	cd dist && find . -type f ! -name SHA256SUMS -printf '%P\n' | LC_ALL=C sort | xargs sha256sum > SHA256SUMS

clean: ## remove what was built
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache build dist
