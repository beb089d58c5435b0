# The commands of this project. `make help` lists them.
# The first command that needs the tools installs them in a cache outside the checkout.

.DEFAULT_GOAL := help
.PHONY: help up down reset status kill-worker lock logs traces metrics grafana admin key sign-in-link rotate-keys demo test soak check bench release

RUN := localstack/run

# $(call given,NAME): the variable as given to make. Desktops set USERNAME, shells USER, and WSL NAME in the environment.
given = $(if $(filter command line,$(origin $1)),$($1))

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: ## start or update the stack at http://localhost:3000 (PORT=3001 make up: another port)
	@$(RUN) -m local_cloud up

down: ## stop the stack; its data stay (DATA=delete: delete them, too)
	@$(RUN) -m local_cloud down $(if $(filter delete,$(DATA)),--delete)

reset: ## delete the data and start the stack again
	@$(RUN) -m local_cloud reset

status: ## show what is running; fails if the stack is down or has a problem
	@$(RUN) -m local_cloud status

kill-worker: ## kill the workers that run requests now, to see that nothing is lost
	@$(RUN) -m local_cloud kill-worker

# USER works too, as `make logs USER=name`.
logs: ## follow the logs (USERNAME=, SEQ=, ID=X-Request-Id, TYPE=, LEVEL=; MINUTES=, SINCE=, UNTIL=; FOLLOW=0, JSON=1, PLATFORM=1)
	@$(RUN) -m local_cloud.logs $(if $(WHO),--user '$(WHO)') $(if $(SEQ),--seq '$(SEQ)') $(if $(ID),--id '$(ID)') \
		$(if $(TYPE),--type '$(TYPE)') $(if $(LEVEL),--level '$(LEVEL)') $(if $(MINUTES),--minutes '$(MINUTES)') \
		$(if $(SINCE),--since '$(SINCE)') $(if $(UNTIL),--until '$(UNTIL)') $(if $(filter 0,$(FOLLOW)),--no-follow) \
		$(if $(filter 1,$(JSON)),--json) $(if $(filter 1,$(PLATFORM)),--platform)
logs: WHO = $(or $(call given,USERNAME),$(call given,USER))

traces: ## show the last traces as waterfalls (ID=trace; LAST=3); record them with TRACING=on
	@$(RUN) -m local_cloud.traces $(if $(ID),--id '$(ID)') $(if $(LAST),--last '$(LAST)')

metrics: ## show how the stack has run: traffic, outcomes, p50 and p99 of waits
	@$(RUN) -m local_cloud.operate metrics

admin: ## make a user an administrator (USERNAME=name)
	@$(RUN) -m local_cloud.operate role '$(or $(call given,USERNAME),$(error A username is missing: make admin USERNAME=name))' admin

key: ## make a key for a service (NAME=shop; SCOPES="enqueue:* read dequeue control"; DAYS=365, RATE=10/s)
	@$(RUN) -m local_cloud.operate key '$(or $(call given,NAME),$(error A name is missing: make key NAME=shop))' \
		$(foreach scope,$(or $(SCOPES),enqueue:* read dequeue control),'$(scope)') $(if $(DAYS),--days '$(DAYS)') \
		$(if $(RATE),--rate '$(RATE)') $(if $(BURST),--burst '$(BURST)')

sign-in-link: ## make a link with which a user sets a new password (USERNAME=name; MINUTES=60: until it expires)
	@$(RUN) -m local_cloud.operate sign-in-link \
		'$(or $(call given,USERNAME),$(error A username is missing: make sign-in-link USERNAME=name))' \
		$(if $(MINUTES),--minutes '$(MINUTES)')

rotate-keys: ## sign access tokens with a new key; nobody is signed out
	@$(RUN) -m local_cloud.operate rotate-keys

grafana: ## show the stack in a Grafana of this machine (STACK=name, REGION=…: on AWS; GRAFANA_PORT=3030)
	@$(RUN) -m $(if $(STACK),infra.grafana.start --stack '$(STACK)' $(if $(REGION),--region '$(REGION)'),local_cloud.grafana) \
		$(if $(GRAFANA_PORT),--port '$(GRAFANA_PORT)')

demo: ## run five users with twenty requests each on the running stack
	@$(RUN) -m local_cloud.demo

test: ## run the tests, with or without a running stack (ARGS="-k order"; APP=folder: those of an application)
	@$(if $(APP),,$(RUN) -m tests.browser.chromium)
	@$(RUN) -m $(if $(APP),infra.apps.tests '$(APP)',pytest) $(ARGS)

soak: ## run for hours what `make test` runs for seconds: scale, histories, pulled plugs, generated calls (HISTORIES=…)
	@$(RUN) -m tests.scale all
	@$(RUN) -m tests.simulation.soak $(or $(HISTORIES),1000000)
	@HISTORY_USERS=20 HISTORY_REQUESTS=100 HISTORY_KILL_SECONDS=2 HISTORY_ROUNDS=1000 $(RUN) -m pytest tests/histories
	@PLUG_USERS=20 PLUG_ROUNDS=20 $(RUN) -m pytest -n 0 -s -o faulthandler_timeout=7200 tests/plug
	@GENERATED_EXAMPLES=40 $(RUN) -m pytest tests/security/test_openapi.py

lock: ## pin the packages of every requirements file (*.in) after a change (APP=folder: those of an application)
	@$(RUN) -m infra.lock $(if $(APP),'$(APP)')

check: ## check format, lint and types
	@$(RUN) -m ruff format --check --quiet .
	@$(RUN) -m ruff check --quiet .
	@$(RUN) -m mypy --no-error-summary .

bench: ## measure AWS calls, units, import times and throughput
	@$(RUN) -m tests.bench

release: ## make this checkout a release (VERSION=0.2.0); CONTRIBUTING.md has what comes before and after
	@$(RUN) -m pytest --quiet -n 0 tests/surface tests/upgrade
	@$(RUN) -m infra.release '$(VERSION)'
	@$(RUN) -m tests.surface
	@$(RUN) -m tests.upgrade.make_items
