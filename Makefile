# The only commands that a person types. Everything they make lies in .local/; remove that folder to start afresh.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

ARCHITECTURE ?= arm64
VENVS := .local/venvs
TOOLS := $(VENVS)/tools/.installed
DEV := $(VENVS)/dev/.installed
SAM := $(VENVS)/sam/.installed
EMULATOR := $(VENVS)/emulator/.installed
FUZZ := $(VENVS)/fuzz/.installed
GATES := $(VENVS)/gates/.installed
WHEELS := .local/packages/.fetched
RENDERER := .local/npm/.fetched
BIN := $(VENVS)/dev/bin
TOOLS_BIN := $(VENVS)/tools/bin
# exec, so that a signal to make reaches the command and not a shell in between.
PYTHON_TOOL := exec env PYTHONPATH=.:layers/core $(TOOLS_BIN)/python -m
DEV_TOOL := exec env PYTHONPATH=.:layers/core $(BIN)/python -m
RUNTIME_LOCK := layers/requirements.txt
STEP := sh tools/step.sh
# What would be skipped has failed where NO_SKIP is set; else it is counted among make check's steps.
SKIP = skip() { echo "SKIP: $$1"; if [ -n "$$STEPS" ]; then printf 'SKIP\t%s\n' "$$1" >>"$$STEPS"; fi; test -z "$$NO_SKIP"; }; skip

# What a person names goes to the commands as it is, quotation marks and all.
export PYTHON FILE EVENT
export SAM_CLI_TELEMETRY = 0
# Where it is set, as in many images of Python, every start compiles anew what it imports: SAM's takes four times as long.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## Say what there is
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | awk -F'\t' '{printf "%-20s %s\n", $$1, $$2}'

# --- set-up: each folder of packages is made again when its lock file changes ----------------------------------------

# A link to the CPython 3.13 that everything here is made with. Where that is gone, all is made again.
PYTHON_313 := .local/python3.13
UV := .local/uv/bin/uv
set_up = $(PYTHON_313) -I tools/set_up.py
# What has not to wait for each other, side by side; among steps that are side by side themselves, as many as those are.
ready = $(MAKE) --silent --no-print-directory $(if $(findstring jobserver,$(MAKEFLAGS)),,--jobs=8) $(1)

$(PYTHON_313):
	@python=$$(sh tools/find_python.sh) && mkdir -p $(@D) && { ! test -L $@ || rm -rf $(VENVS); } && ln -sf "$$python" $@

$(UV): requirements/uv.txt | $(PYTHON_313)
	@$(set_up) uv $<

$(TOOLS): $(RUNTIME_LOCK) requirements/tools.txt | $(UV)
	@$(set_up) environment tools $^

$(DEV): $(RUNTIME_LOCK) requirements/dev.txt | $(UV)
	@$(set_up) environment dev $^

$(SAM): requirements/sam.txt | $(UV)
	@$(set_up) environment sam $^

$(EMULATOR): requirements/emulator.txt | $(UV)
	@$(set_up) environment emulator $^

$(FUZZ): requirements/fuzz.txt | $(UV)
	@$(set_up) environment fuzz $^

$(GATES): requirements/gates.txt | $(UV)
	@$(set_up) environment gates $^

$(WHEELS): $(RUNTIME_LOCK) | $(UV)
	@$(set_up) wheels $<

# What the API's page is made with, and what looks at pages in tests: from here on, neither needs a network.
$(RENDERER): requirements/api-page.txt requirements/axe.txt | $(TOOLS)
	@echo "==> fetching what the API's page is made with"; \
	env PYTHONPATH=.:layers/core $(TOOLS_BIN)/python -m tools.npm $^ && touch $@ \
	  || { $(SKIP) "the API's page will not be made, nor pages be looked at"; }

# --- using it --------------------------------------------------------------------------------------------------------

.PHONY: run
run: ## Deploy to an AWS emulator on this machine and send a fax (ONCE=1: then end) [CARRIER=telnyx]
	@$(call ready,$(TOOLS) $(SAM) $(EMULATOR) $(WHEELS))
	@$(PYTHON_TOOL) tools.local.run

.PHONY: send
send: $(TOOLS) ## Send files: FILE="a.pdf b.txt" TO="7778888 0003*211" (with spaces: TO="+49 30 123, 210") [MODE=] [RESOLUTION=] [WAIT=1]
	@$(PYTHON_TOOL) tools.client.send $(if $(FILE),--file "$$FILE") $(if $(TO),--to '$(TO)') \
	  $(if $(MODE),--mode '$(MODE)') $(if $(RESOLUTION),--resolution '$(RESOLUTION)') $(if $(WAIT),--wait)

.PHONY: fax
fax: $(TOOLS) ## Show what has become of a fax, and its history: ID=115937093837901
	@$(PYTHON_TOOL) tools.client.fax $(if $(ID),--id='$(ID)')

.PHONY: wait
wait: $(TOOLS) ## Wait until a fax has ended: ID=115937093837901 [SECONDS=600]
	@$(PYTHON_TOOL) tools.client.wait $(if $(ID),--id='$(ID)') $(if $(SECONDS),--seconds='$(SECONDS)')

.PHONY: render
render: $(TOOLS) ## Make of documents what would be faxed: FILE=a.pdf [MODE=auto|text|photo] [RESOLUTION=fine|standard] [OUT=folder]
	@$(PYTHON_TOOL) tools.local.render $(if $(FILE),--file "$$FILE") $(if $(MODE),--mode '$(MODE)') \
	  $(if $(RESOLUTION),--resolution '$(RESOLUTION)') $(if $(OUT),--out '$(OUT)')

.PHONY: token
token: $(TOOLS) ## Log an app in and print its token alone: APP=example-app (its secret: FAX_API_SECRET, or typed)
	@$(PYTHON_TOOL) tools.client.login $(if $(APP),--app='$(APP)')

.PHONY: env
env: $(TOOLS) ## Print what the pages' samples read, while make run is up: eval "$(make -s env)"
	@$(PYTHON_TOOL) tools.client.env

.PHONY: directory
directory: $(TOOLS) ## Import who may send: FILE=directory.example.yaml [STACK=name] [PLAN=1] [PRUNE=1] [ROTATE="app keys"] [KEEP=24]
	@$(PYTHON_TOOL) tools.operations.directory $(if $(FILE),--file "$$FILE") $(if $(STACK),--stack '$(STACK)') \
	  $(if $(ROTATE),--rotate='$(ROTATE)') $(if $(KEEP),--keep='$(KEEP)') $(if $(PLAN),--plan) $(if $(PRUNE),--prune)

.PHONY: carrier-check
carrier-check: $(TOOLS) ## Ask the carrier whether it can send: key, money, numbers, application, reports: [STACK=name]
	@$(PYTHON_TOOL) tools.operations.carrier_check $(if $(STACK),--stack '$(STACK)')

.PHONY: carrier-open
carrier-open: $(TOOLS) ## Have faxes go on after the carrier refused the account: [STACK=name]
	@$(PYTHON_TOOL) tools.operations.carrier_open $(if $(STACK),--stack '$(STACK)')

.PHONY: who
who: $(TOOLS) ## List who may send, from where and with what: [ORGANIZATION=0003]; or who sent a fax: FAX=id [STACK=name]
	@$(PYTHON_TOOL) tools.operations.who $(if $(ORGANIZATION),--organization='$(ORGANIZATION)') $(if $(FAX),--fax='$(FAX)') \
	  $(if $(STACK),--stack '$(STACK)')

.PHONY: logs
logs: $(TOOLS) ## Show what the functions wrote and counted: [STACK=name] [MINUTES=60]
	@$(PYTHON_TOOL) tools.operations.logs $(if $(STACK),--stack '$(STACK)') $(if $(MINUTES),--minutes='$(MINUTES)')

.PHONY: erase
erase: $(TOOLS) ## Erase a fax for good, its files and its record: FAX=uid [STACK=name]
	@$(PYTHON_TOOL) tools.operations.erase $(if $(FAX),--fax='$(FAX)') $(if $(STACK),--stack '$(STACK)')

.PHONY: stuck
stuck: $(TOOLS) ## List the faxes that do not move, and why, and the messages that were given up: [STACK=name]
	@$(PYTHON_TOOL) tools.operations.stuck $(if $(STACK),--stack '$(STACK)')

.PHONY: faxes
faxes: $(TOOLS) ## List faxes: [EXTENSION=|USER_ID=] [STATUS=] [SINCE=2h] [COUNT=50]; or where one is: FAX=id [STACK=name]
	@$(PYTHON_TOOL) tools.operations.faxes $(if $(FAX),--fax='$(FAX)') $(if $(EXTENSION),--extension='$(EXTENSION)') \
	  $(if $(USER_ID),--user='$(USER_ID)') $(if $(STATUS),--status='$(STATUS)') $(if $(SINCE),--since='$(SINCE)') \
	  $(if $(COUNT),--count='$(COUNT)') $(if $(STACK),--stack '$(STACK)')

.PHONY: redrive
redrive: $(TOOLS) ## Have a fax go on, FAX=id, or messages that were given up, QUEUE=render|send|upload [STACK=name]
	@$(PYTHON_TOOL) tools.operations.redrive $(if $(FAX),--fax='$(FAX)') $(if $(QUEUE),--queue='$(QUEUE)') \
	  $(if $(STACK),--stack '$(STACK)')

.PHONY: restore
restore: $(TOOLS) ## Copy what a table lacks from a restored one: TABLE=FaxTable FROM=name [STACK=name]
	@$(PYTHON_TOOL) tools.operations.restore $(if $(TABLE),--table='$(TABLE)') $(if $(FROM),--from='$(FROM)') \
	  $(if $(STACK),--stack '$(STACK)')

.PHONY: docs
docs: $(TOOLS) ## Make the API's page from openapi.yaml, in .local/docs (needs npm)
	@$(PYTHON_TOOL) tools.api_page

# --- real accounts ---------------------------------------------------------------------------------------------------

.PHONY: build
build: $(TOOLS) $(SAM) ## Build for a real account: [ARCHITECTURE=arm64|x86_64]
	@PATH="$$PWD/$(TOOLS_BIN):$$PATH" UV="$$PWD/$(UV)" ARCHITECTURE=$(ARCHITECTURE) $(VENVS)/sam/bin/sam build \
	  --parameter-overrides Architecture=$(ARCHITECTURE)
	@# The built template says by default what it was built for, so that a deployment has no other in mind.
	@sed 's/^    Default: arm64$$/    Default: $(ARCHITECTURE)/' .aws-sam/build/template.yaml > .aws-sam/template.yaml \
	  && mv .aws-sam/template.yaml .aws-sam/build/template.yaml

.PHONY: deploy
deploy: build ## Build, then sam deploy --guided: [ARCHITECTURE=arm64|x86_64] [GRADUAL=Canary10Percent10Minutes]
	@$(PYTHON_TOOL) tools.operations.preflight
ifeq ($(GRADUAL),)
	@$(VENVS)/sam/bin/sam deploy --guided
else
	@# With what samconfig.toml has, which a version is named after: answers that are given now would come too late.
	@$(PYTHON_TOOL) tools.operations.gradual '$(GRADUAL)'
	@$(VENVS)/sam/bin/sam deploy --config-file "$$PWD/samconfig.toml" --no-fail-on-empty-changeset \
	  --template-file .aws-sam/build/gradual.yaml
endif

# --- sam local (needs Docker) ----------------------------------------------------------------------------------------

.PHONY: invoke
invoke: ## Invoke the function in a container: EVENT="events/a.json b.json" [LAMBDA_IMAGE=name]
	@$(call ready,$(TOOLS) $(SAM) $(EMULATOR) $(WHEELS))
	@$(PYTHON_TOOL) tools.local.sam_local invoke $(if $(EVENT),"$$EVENT")

.PHONY: local-api
local-api: ## Serve the API from containers, for curl: [PORT=3000] [LAMBDA_IMAGE=name]
	@$(call ready,$(TOOLS) $(SAM) $(EMULATOR) $(WHEELS))
	@$(PYTHON_TOOL) tools.local.sam_local api $(if $(PORT),--port '$(PORT)')

.PHONY: lambda-image
lambda-image: $(TOOLS) ## Build a stand-in for Amazon's base image, where that cannot be pulled (Linux)
	@$(PYTHON_TOOL) tools.local.lambda_image

# --- developing it ---------------------------------------------------------------------------------------------------

.PHONY: unit
unit: $(DEV) ## Run the unit tests, or one: [ARGS="-k name"] [ARGS=tests/unit/test_numbers.py]
	@exec $(BIN)/python -m pytest --override-ini=testpaths=tests/unit $(ARGS)

# Without FULL=1, all but those that are for make check-full alone.
.PHONY: test
test: set-up ## Run the tests: [ARGS="-k name"] [FULL=1]
	@$(BIN)/python -m pytest $(if $(filter 1,$(FULL)),,-m 'not full') $(ARGS)

.PHONY: set-up
set-up:
	@$(call ready,$(DEV) $(TOOLS) $(SAM) $(EMULATOR) $(GATES) $(WHEELS) $(RENDERER))

.PHONY: prove-delivery
prove-delivery: ## Send faxes by telephone to HylaFAX, and compare what it received (root on Debian, minutes) [RUNS=20]
	@$(MAKE) --no-print-directory test FULL=1 \
	  ARGS='$(if $(RUNS),--capture=no tests/line/test_delivered.py,--numprocesses=2 --dist=loadfile tests/line) $(ARGS)'

.PHONY: fuzz
fuzz: fuzz-requests fuzz-documents ## Search for requests and documents that break anything

.PHONY: fuzz-requests
fuzz-requests: $(DEV) ## Broken requests through the real handler: [REQUESTS=100000], the same each time
	@FUZZ_REQUESTS='$(or $(REQUESTS),100000)' $(BIN)/python -m pytest tests/integration/test_bad_requests.py

.PHONY: fuzz-documents
fuzz-documents: $(FUZZ) ## Documents that break their checks, by coverage: [SECONDS=240] [TARGET=jpg|tif|txt|pdf|name]
	@exec env PYTHONPATH=.:layers/core $(VENVS)/fuzz/bin/python -m tests.fuzz.run \
	  $(if $(SECONDS),--seconds '$(SECONDS)') $(foreach target,$(TARGET),--target '$(target)')

.PHONY: bench
bench: $(DEV) $(TOOLS) $(SAM) $(WHEELS) ## Measure how quick it is, and write that into docs/performance.md (Linux, some minutes)
	@$(DEV_TOOL) benchmarks.performance

.PHONY: bench-documents
bench-documents: $(DEV) ## Measure what bombs cost against honest documents: [KIND="pdf jpg tif txt"] (Linux)
	@$(DEV_TOOL) benchmarks.documents $(KIND)

.PHONY: bench-worst
bench-worst: $(DEV) ## Measure the worst bodies that are generated, and write that into docs/performance.md (Linux)
	@$(DEV_TOOL) benchmarks.worst

.PHONY: header-font
header-font: $(DEV) ## Draw the glyphs of the header line again, from the font that texts are drawn with
	@$(DEV_TOOL) tools.header_font

.PHONY: bench-rendering
bench-rendering: $(DEV) ## Measure what drawing a fax costs, and how well it can be read (needs Ghostscript, tesseract)
	@env PYTHONPATH=.:layers/core $(BIN)/python -m benchmarks.rendering; \
	  exec env PYTHONPATH=.:layers/core $(BIN)/python -m benchmarks.legibility

.PHONY: bench-stamping
bench-stamping: $(DEV) ## Measure what the header line costs, for each page that is sent
	@$(DEV_TOOL) benchmarks.stamping

.PHONY: bench-worker
bench-worker: $(DEV) ## Measure what a worker takes to make a fax's pages, and what that costs
	@$(DEV_TOOL) benchmarks.worker

.PHONY: bench-uploads
bench-uploads: $(DEV) ## Measure what a fax of large files takes until it is accepted, and what that costs: [KIND="pdf tif jpg txt"] (Linux)
	@$(DEV_TOOL) benchmarks.uploads $(KIND)

.PHONY: bench-sending
bench-sending: $(DEV) ## Measure how long a fax takes from accepted to sent, on the stack that make run started; of large files, until it is accepted: [KIND="pdf tif jpg txt"]
	@$(DEV_TOOL) benchmarks.sending $(KIND)

.PHONY: bench-delivered
bench-delivered: $(DEV) ## Count what one delivered fax takes of AWS, and say what a million cost
	@$(DEV_TOOL) benchmarks.delivered

.PHONY: load
load: $(DEV) ## Send thousands of faxes to the stack that make run started, and count them (minutes)
	@$(DEV_TOOL) benchmarks.load

# Where make can, the output of what runs side by side is kept apart. One more than CI has processors, since make run
# waits a good deal.
SIDE_BY_SIDE = $(MAKE) --no-print-directory --jobs=3 $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)
# The steps' seconds, which are told at the end. .ci/run names a file in which it has noted what it skipped itself.
begin_steps := $(if $(STEPS),:,printf 'BEGUN\t%s\n' "$$(date +%s)" >.local/steps)
STEPS ?= .local/steps

.PHONY: check
check: export STEPS := $(STEPS)
check: ## Everything that CI runs: [NO_SKIP=1] where what is skipped shall have failed
	@mkdir -p .local; $(begin_steps)
	@$(STEP) set-up '$(MAKE) --no-print-directory set-up'
	@# The template's tests are among all the others.
	@+$(SIDE_BY_SIDE) run-once types sam-validate cfn-lint checkov lint imports
	@# A file is one process's alone, since its tests may share what is dear to set up; in order, since those come first.
	@echo "==> tests"; $(MAKE) --no-print-directory test ARGS="--numprocesses=auto --dist=loadfile --no-loadscope-reorder"

.PHONY: run-once
run-once:
	@$(STEP) 'make run' 'ONCE=1 $(MAKE) --no-print-directory run'

.PHONY: check-full
check-full: ## The same, with what searches for long, is large, is timed or needs the network (nightly in CI)
	@FULL=1 $(MAKE) --no-print-directory check

.PHONY: lint
lint: $(DEV) ## Check style (ruff)
	@$(STEP) ruff '$(BIN)/ruff check . && $(BIN)/ruff format --check .'

.PHONY: format
format: $(DEV) ## Mend style (ruff)
	@$(BIN)/ruff check --fix --quiet .; $(BIN)/ruff format .

.PHONY: types
types: $(DEV) ## Check types (mypy, strict)
	@$(STEP) mypy $(BIN)/mypy

.PHONY: imports
imports: $(DEV) ## Check which module may import which (import-linter)
	@$(STEP) import-linter 'PYTHONPATH=.:layers/core $(BIN)/lint-imports --no-cache'

# Every template that lies here, or a copy of template.yaml, and of others that lie beside it.
TEMPLATES = $(or $(TEMPLATE),$(shell grep -l '^AWSTemplateFormatVersion' *.yaml))
# cfn-lint is in there as well, so it is run for what SAM transforms alone.
TRANSFORMED = $(shell grep -l '^Transform' $(TEMPLATES))

.PHONY: template
template: $(TEMPLATE) $(DEV) $(SAM) $(GATES) ## Check the templates (sam validate, cfn-lint, checkov, our tests): [TEMPLATE=copy.yaml]
	@# All of them, also after one that complains.
	@$(MAKE) --keep-going --no-print-directory sam-validate cfn-lint checkov template-tests

.PHONY: sam-validate
sam-validate: $(SAM)
	@$(STEP) 'sam validate --lint' 'status=0; for file in $(TRANSFORMED); do \
	  AWS_DEFAULT_REGION=us-east-1 $(VENVS)/sam/bin/sam validate --lint --template-file "$$file" || status=1; \
	done; exit $$status'

.PHONY: cfn-lint
cfn-lint: $(GATES)
	@$(STEP) cfn-lint '$(VENVS)/gates/bin/cfn-lint --append-rules cfn_lint_serverless.rules --template $(TEMPLATES)'

.PHONY: checkov
checkov: $(GATES)
	@$(STEP) checkov '$(VENVS)/gates/bin/checkov --config-file .checkov.yaml --file $(TEMPLATES)'

.PHONY: template-tests
template-tests: $(DEV)
	@$(STEP) tests/template 'TEMPLATE_UNDER_TEST="$(firstword $(TEMPLATE))" $(BIN)/python -m pytest --quiet \
	  tests/template$(if $(ONLY),/$(ONLY))'

.PHONY: lock
lock: $(UV) ## Pin the newest versions, with hashes
	@sh tools/lock.sh $(UV)

.PHONY: clean
clean: ## Remove everything that was made here
	@rm -rf .local .aws-sam
