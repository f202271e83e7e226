# The only commands that a person types. Everything they make lies in .local/; remove that folder to start afresh.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

ARCHITECTURE ?= arm64
VENVS := .local/venvs
DEV := $(VENVS)/dev/.installed
SAM := $(VENVS)/sam/.installed
EMULATOR := $(VENVS)/emulator/.installed
FUZZ := $(VENVS)/fuzz/.installed
GATES := $(VENVS)/gates/.installed
WHEELS := .local/wheels/.downloaded
RENDERER := .local/npm/.fetched
BIN := $(VENVS)/dev/bin
# exec, so that a signal to make reaches the command and not a shell in between.
PYTHON_TOOL := exec env PYTHONPATH=.:layers/core $(BIN)/python -m
RUNTIME_LOCK := layers/requirements.txt
STEP := sh tools/step.sh
# What would be skipped has failed where NO_SKIP is set; else it is counted among make check's steps.
SKIP = skip() { echo "SKIP: $$1"; if [ -n "$$STEPS" ]; then printf 'SKIP\t%s\n' "$$1" >>"$$STEPS"; fi; test -z "$$NO_SKIP"; }; skip

export PYTHON
export SAM_CLI_TELEMETRY = 0
# Where it is set, as in many images of Python, every start compiles anew what it imports: SAM's takes four times as long.
unexport PYTHONDONTWRITEBYTECODE
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: help
help: ## Say what there is
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | awk -F'\t' '{printf "%-20s %s\n", $$1, $$2}'

# --- set-up: each folder of packages is made again when its lock file changes ----------------------------------------

define install
	@python=$$(sh tools/find_python.sh) || exit 1; \
	echo "==> installing $(1) (about half a minute, once)" >&2; \
	rm -rf $(dir $@) && mkdir -p $(VENVS) && "$$python" -m venv $(dir $@) && \
	$(dir $@)bin/python -m pip install --quiet --require-hashes $(addprefix --requirement ,$(2)) && touch $@
endef

$(DEV): $(RUNTIME_LOCK) requirements/dev.txt
	$(call install,the development packages,$^)

$(SAM): requirements/sam.txt
	$(call install,the SAM CLI,$^)

$(EMULATOR): requirements/emulator.txt
	$(call install,the AWS emulator,$^)

$(FUZZ): requirements/fuzz.txt
	$(call install,Atheris,$^)

$(GATES): requirements/gates.txt
	$(call install,the template's gates,$^)

# What the layer is built of, for both architectures: from here on, a build needs no network.
$(WHEELS): $(RUNTIME_LOCK) | $(DEV)
	@echo "==> downloading what ships with the functions"; rm -rf $(dir $@) && mkdir -p $(dir $@)
	@for machine in x86_64 aarch64; do \
	  $(BIN)/python -m pip download --quiet --no-deps --require-hashes --only-binary=:all: --implementation cp \
	    --python-version 3.13 --platform manylinux2014_$$machine --platform manylinux_2_28_$$machine \
	    --dest $(dir $@) --requirement $(RUNTIME_LOCK) || exit 1; \
	done; touch $@

# What the API's page is made with: from here on, making it needs no network. Nothing else needs it.
$(RENDERER): requirements/api-page.txt | $(DEV)
	@echo "==> fetching what the API's page is made with"; \
	env PYTHONPATH=.:layers/core $(BIN)/python -m tools.api_page --renderer-alone && touch $@ \
	  || { $(SKIP) "the API's page will not be made, nor tested"; }

# --- using it --------------------------------------------------------------------------------------------------------

.PHONY: run
run: $(DEV) $(SAM) $(EMULATOR) $(WHEELS) ## Deploy to an AWS emulator on this machine and send a fax (ONCE=1: then end)
	@$(PYTHON_TOOL) tools.local.run

.PHONY: send
send: $(DEV) ## Send files: FILE="a.pdf b.txt" TO="7778888 0003*211" (numbers with spaces: TO="+49 30 123, 7778888")
	@$(PYTHON_TOOL) tools.client.send $(foreach file,$(FILE),--file '$(file)') $(if $(TO),--to '$(TO)')

.PHONY: token
token: $(DEV) ## Log an app in and print its token alone: APP=example-app (its secret: FAX_API_SECRET, or typed)
	@$(PYTHON_TOOL) tools.client.login $(if $(APP),--app='$(APP)')

.PHONY: directory
directory: $(DEV) ## Import who may send: FILE=directory.example.yaml [STACK=name] [ROTATE="app keys"]
	@$(PYTHON_TOOL) tools.operator.directory $(if $(FILE),--file '$(FILE)') $(if $(STACK),--stack '$(STACK)') \
	  $(if $(ROTATE),--rotate='$(ROTATE)')

.PHONY: logs
logs: $(DEV) ## Show what the functions wrote and counted: [STACK=name] [MINUTES=60]
	@$(PYTHON_TOOL) tools.operator.logs $(if $(STACK),--stack '$(STACK)') $(if $(MINUTES),--minutes='$(MINUTES)')

.PHONY: erase
erase: $(DEV) ## Erase a fax for good, its files and its record: FAX=uid [STACK=name]
	@$(PYTHON_TOOL) tools.operator.erase $(if $(FAX),--fax='$(FAX)') $(if $(STACK),--stack '$(STACK)')

.PHONY: restore
restore: $(DEV) ## Copy what a table lacks from a restored one: TABLE=FaxTable FROM=name [STACK=name]
	@$(PYTHON_TOOL) tools.operator.restore $(if $(TABLE),--table='$(TABLE)') $(if $(FROM),--from='$(FROM)') \
	  $(if $(STACK),--stack '$(STACK)')

.PHONY: docs
docs: $(DEV) ## Make the API's page from openapi.yaml, in .local/docs (needs npm)
	@$(PYTHON_TOOL) tools.api_page

# --- real accounts ---------------------------------------------------------------------------------------------------

.PHONY: build
build: $(DEV) $(SAM) ## Build for a real account: [ARCHITECTURE=arm64|x86_64]
	@PATH="$(abspath $(BIN)):$$PATH" ARCHITECTURE=$(ARCHITECTURE) $(VENVS)/sam/bin/sam build \
	  --parameter-overrides Architecture=$(ARCHITECTURE)
	@# The built template says by default what it was built for, so that a deployment has no other in mind.
	@sed 's/^    Default: arm64$$/    Default: $(ARCHITECTURE)/' .aws-sam/build/template.yaml > .aws-sam/template.yaml \
	  && mv .aws-sam/template.yaml .aws-sam/build/template.yaml

.PHONY: deploy
deploy: build ## Build, then sam deploy --guided: [ARCHITECTURE=arm64|x86_64] [GRADUAL=Canary10Percent10Minutes]
	@$(PYTHON_TOOL) tools.operator.preflight
ifeq ($(GRADUAL),)
	@$(VENVS)/sam/bin/sam deploy --guided
else
	@# With what samconfig.toml has, which a version is named after: answers that are given now would come too late.
	@$(PYTHON_TOOL) tools.operator.gradual '$(GRADUAL)'
	@$(VENVS)/sam/bin/sam deploy --config-file '$(abspath samconfig.toml)' --no-fail-on-empty-changeset \
	  --template-file .aws-sam/build/gradual.yaml
endif

# --- sam local (needs Docker) ----------------------------------------------------------------------------------------

.PHONY: invoke
invoke: $(DEV) $(SAM) $(EMULATOR) $(WHEELS) ## Invoke the function in a container: EVENT="events/a.json b.json" [LAMBDA_IMAGE=name]
	@$(PYTHON_TOOL) tools.local.sam_local invoke $(foreach event,$(EVENT),'$(event)')

.PHONY: local-api
local-api: $(DEV) $(SAM) $(EMULATOR) $(WHEELS) ## Serve the API from containers, for curl: [PORT=3000] [LAMBDA_IMAGE=name]
	@$(PYTHON_TOOL) tools.local.sam_local api $(if $(PORT),--port '$(PORT)')

.PHONY: lambda-image
lambda-image: $(DEV) ## Build a stand-in for Amazon's base image, where that cannot be pulled (Linux)
	@$(PYTHON_TOOL) tools.local.lambda_image

# --- developing it ---------------------------------------------------------------------------------------------------

# Without FULL=1, all but those that are for make check-full alone.
.PHONY: test
test: set-up ## Run the tests: [ARGS="-k name"] [FULL=1]
	@$(BIN)/python -m pytest $(if $(filter 1,$(FULL)),,-m 'not full') $(ARGS)

.PHONY: set-up
set-up: $(DEV) $(SAM) $(EMULATOR) $(GATES) $(WHEELS) $(RENDERER)

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
bench: $(DEV) $(SAM) $(WHEELS) ## Measure how quick it is, and write that into docs/performance.md (Linux, some minutes)
	@$(PYTHON_TOOL) benchmarks.performance

.PHONY: bench-documents
bench-documents: $(DEV) ## Measure what bombs cost against honest documents: [KIND="pdf jpg tif txt"] (Linux)
	@$(PYTHON_TOOL) benchmarks.documents $(KIND)

.PHONY: bench-worst
bench-worst: $(DEV) ## Measure the worst bodies that are generated, and write that into docs/performance.md (Linux)
	@$(PYTHON_TOOL) benchmarks.worst

.PHONY: load
load: $(DEV) ## Send thousands of faxes to the stack that make run started, and count them (minutes)
	@$(PYTHON_TOOL) benchmarks.load

# Where make can, the output of what runs side by side is kept apart.
SIDE_BY_SIDE = $(MAKE) --no-print-directory --jobs=2 $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)
# The steps' seconds, which are told at the end. .ci/run names a file in which it has noted what it skipped itself.
begin_steps := $(if $(STEPS),:,printf 'BEGUN\t%s\n' "$$(date +%s)" >.local/steps)
STEPS ?= .local/steps

.PHONY: check
check: export STEPS := $(STEPS)
check: ## Everything that CI runs: [NO_SKIP=1] where what is skipped shall have failed
	@mkdir -p .local; $(begin_steps)
	@$(STEP) set-up '$(MAKE) --no-print-directory set-up'
	@# The template's tests are among all the others.
	@+$(SIDE_BY_SIDE) types lint imports sam-validate cfn-lint checkov
	@$(STEP) 'make run' 'ONCE=1 $(MAKE) --no-print-directory run'
	@# A file is one process's alone, since its tests may share what is dear to set up; in order, since those come first.
	@echo "==> tests"; $(MAKE) --no-print-directory test ARGS="--numprocesses=auto --dist=loadfile --no-loadscope-reorder"

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
	@$(STEP) tests/template 'TEMPLATE_UNDER_TEST="$(abspath $(firstword $(TEMPLATE)))" $(BIN)/python -m pytest --quiet \
	  tests/template$(if $(ONLY),/$(ONLY))'

.PHONY: lock
lock: $(DEV) ## Pin the newest versions, with hashes
	@sh tools/lock.sh $(BIN)/uv

.PHONY: clean
clean: ## Remove everything that was made here
	@rm -rf .local .aws-sam
