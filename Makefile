# make           build weft and weft-session into bin/
# make test      everything that has to hold, on two cores in less than ten minutes
# make test-all  the same with the race detector, without assembly, on 1 and 4
#                threads, in browsers, and every fuzz target for FUZZTIME; in less
#                than 45 minutes
# make look      open charts in notebooks and pages in Chromium and check what is
#                seen; the pictures are in browser/out
# make lab-test  the same, and every notebook in JupyterLab, nbclient and nbconvert,
#                some in the classic Notebook, and JupyterLab's keys and buttons
# make pictures  take the README's pictures of notebooks, on a quiet machine
# make check     what a change must pass besides the tests
# make generate  write generated files anew
# make bench     benchmarks, compared by implementation
# make notebooks run every notebook as a reader would, and compare what it shows,
#                figures aside; UPDATE=-update keeps what it shows
# make site      run every notebook and make pages of all of them, in site/
# make fuzz      every fuzz target for FUZZTIME
# make install   ./install.sh
# make conformance  the Go project's own test programs as cells, with each engine;
#                fails if one does worse than the lists in the package say, and
#                writes these with UPDATE=-update; and all scripts of the tests with
#                every engine and as ordinary programs

# Tools are run by version, so that go.mod lists what programs link and nothing else.
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
BENCHSTAT   = golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da

# TESTFLAGS go to every go test: make test TESTFLAGS=-v
TESTFLAGS ?=
FUZZTIME  ?= 3s
BENCH     ?= .

# The version is stamped from git where this is a checkout that git can read.
VCS := $(shell git rev-parse --verify -q HEAD >/dev/null 2>&1 && echo true || echo false)

# Packages whose tests keep time, or load the machine: they run alone, one by one.
ALONE = ./kernel/internal/python ./kernel/measure ./kernel/internal/bench ./runtime/par

# Packages where the race detector has little to see: nothing runs at the same
# time, or tests drive programs that are built without it.
UNRACED = browser conformance course python cachesim twins chart instrument lower still symbols

export GOTOOLCHAIN = local
export CGO_ENABLED = 1

.PHONY: conformance build test test-all look lab-test pictures check generate bench notebooks site fuzz install

build:
	go build -trimpath -buildvcs=$(VCS) -o bin/ ./kernel/cmd/weft ./kernel/cmd/weft-session

test: build
	go test $(TESTFLAGS) $$(go list ./... | grep -v -e '/browser$$' $(ALONE:.%=-e '%$$'))
	go test -p 1 $(TESTFLAGS) $(ALONE)

test-all: test
	go test -race $(TESTFLAGS) $$(go list ./... | grep -v $(UNRACED:%=-e '/%$$') $(ALONE:.%=-e '%$$') -e '/front$$')
	go test -race -short -p 1 $(TESTFLAGS) ./kernel/internal/front $(filter-out %/python,$(ALONE))
	go test $(TESTFLAGS) -run Notebooks ./kernel/internal/course -engine auto
	GOEXPERIMENT=simd go test $(TESTFLAGS) ./kernels/julia
	go test -tags noasm -cpu 1,4 $(TESTFLAGS) ./kernels/... ./runtime/... ./kernel/measure/... ./kernel/display/...
	$(MAKE) lab-test
	$(MAKE) fuzz

# Where JupyterLab's front end can't be built, its tests say so and are skipped.
look lab-test pictures:
	-browser/lab/install.sh
	go test -count 1 -timeout 60m -parallel 3 $(TESTFLAGS) ./browser $(LOOK); code=$$?; echo "pictures of what was seen: browser/out"; exit $$code

look: LOOK = -skip '^Test(Course|Use)'
pictures: LOOK = -run '^TestPictures$$' -docs ../docs

check:
	@unformatted=$$(gofmt -l *.go browser kernel kernels runtime); \
	if [ -n "$$unformatted" ]; then echo "gofmt -w these files:"; echo "$$unformatted"; exit 1; fi
	go vet ./... && go -C kernels/_asm vet .
	GOOS=darwin GOARCH=arm64 CGO_ENABLED=0 go vet ./...
	go run $(STATICCHECK) ./...
	go test ./kernel/internal/arch
	go mod tidy -diff
	@before=$$(.ci/state) && $(MAKE) generate && after=$$(.ci/state) && \
	if [ "$$before" != "$$after" ]; then echo "make generate changed files: commit what it wrote"; git status --short; exit 1; fi

generate:
	go generate ./...

bench:
	go test -run '^$$' -bench '$(BENCH)' -count 10 ./kernels/... ./runtime/... ./kernel/display/... ./kernel/measure/... | tee bench-$$(git rev-parse --short HEAD).txt
	go run $(BENCHSTAT) -col /impl bench-$$(git rev-parse --short HEAD).txt

notebooks:
	go test -count 1 -timeout 80m -v $(TESTFLAGS) -run Notebooks ./kernel/internal/course -engine auto -measure $(UPDATE)

site: build
	bin/weft publish --run -o site --title "Weft: parallelism you can see" notebooks/*.ipynb

# go test fuzzes one target of one package at a time. Before Go 1.27 it can fail
# because the time is over (go.dev/issue/75804), without a failing input.
fuzz:
	@log=$$(mktemp); trap 'rm -f "$$log"' EXIT; \
	grep -rl --include='*_test.go' '^func Fuzz' kernel kernels runtime | while read -r file; do \
		for target in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' "$$file"); do \
			echo "$$(dirname "$$file") $$target"; \
			{ go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1x "./$$(dirname "$$file")" || echo FAIL; } 2>&1 | tee "$$log"; \
			if grep -q '^FAIL' "$$log" && { grep -q 'Failing input' "$$log" || ! grep -q '^    context deadline exceeded$$' "$$log"; }; then exit 1; fi; \
		done; \
	done

install:
	./install.sh

# Programs as single cells, then cut into a cell for each declaration.
conformance: build
	go build -trimpath -o bin/ ./kernel/internal/conformance/conform
	@bad=0; \
	conform="bin/conform -known kernel/internal/conformance/testdata $(UPDATE)"; \
	$$conform -engine interp,auto || bad=1; \
	$$conform -engine auto -split || bad=1; \
	go test -count 1 $(TESTFLAGS) ./kernel/internal/conformance -all || bad=1; \
	exit $$bad
