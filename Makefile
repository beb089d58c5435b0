# The commands of this project. `make help` lists them.
# The first one that needs it sets everything up in a cache outside the checkout.

.DEFAULT_GOAL := help
.PHONY: help up down reset status kill-worker lock logs admin rotate-keys demo test soak check bench

RUN := localstack/run

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 22

up: ## start everything: http://localhost:3000 (PORT=3001 make up: another port)
	@$(RUN) -m local_cloud up

down: ## stop everything; nothing stays, the data neither
	@$(RUN) -m local_cloud down

reset: ## wipe the data and start anew
	@$(RUN) -m local_cloud reset

status: ## say what is running; fails if the stack is down, or something is wrong with it
	@$(RUN) -m local_cloud status

kill-worker: ## kill what carries out requests now, to see that nothing is lost
	@$(RUN) -m local_cloud kill-worker

# USER, too, counts as `make logs USER=name`, but not from the environment: every shell has a variable of that name.
logs: ## follow the logs (USERNAME=name SEQ=number MINUTES=60: of one user, of one request, since then)
	@$(RUN) -m infra.logs $(if $(WHO),--user '$(WHO)') $(if $(SEQ),--seq '$(SEQ)') $(if $(MINUTES),--minutes '$(MINUTES)')
logs: WHO = $(or $(USERNAME),$(if $(filter command line,$(origin USER)),$(USER)))

admin: ## make a user an administrator (USERNAME=name)
	@$(RUN) -m infra.operate role '$(or $(USERNAME),$(error Say whom: make admin USERNAME=name))' admin

rotate-keys: ## sign access tokens with a new key; nobody is signed out
	@$(RUN) -m infra.operate rotate-keys

demo: ## five users with twenty requests each against the running stack
	@$(RUN) -m local_cloud.demo

test: ## run the tests, beside a running stack or without one (ARGS="-k order")
	@$(RUN) --browser -m pytest $(ARGS)

soak: ## try for hours what `make test` tries for a minute (HISTORIES=1000000)
	@$(RUN) -m tests.simulation.soak $(or $(HISTORIES),1000000)
	@HISTORY_USERS=20 HISTORY_REQUESTS=100 HISTORY_KILL_SECONDS=2 $(RUN) -m pytest tests/histories

lock: ## pin what requirements.in and requirements-dev.in name, after a change there
	@$(RUN) -m infra.lock

check: ## check format, lint and types
	@$(RUN) -m ruff format --check --quiet .
	@$(RUN) -m ruff check --quiet .
	@$(RUN) -m mypy --no-error-summary .

bench: ## measure calls, units, import times and throughput
	@$(RUN) -m tests.bench
