"""How to use the twin, in words: for agents as plain text, for people as a page."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape
from string import Template

_INSTRUCTIONS = Template("""\
# simtwin: a twin of the Anthropic API at $base_url

A stand-in for api.anthropic.com that runs on your own machine. Clients talk to it unchanged: only
the base URL and the key differ. It keeps the books (rate limits, usage) and fails on purpose (429,
529, resets, stalls, cut streams), the same way each time for the same seed. There is no model
behind it: texts are synthetic and token counts are estimates. It calls nobody, unless it was started
with --upstream: then a real server answers, with the faults on top.

It speaks the management contract of the twins at twins.la (anthropic.twins.la).

## Authentication

/v1/*     the API key, as `x-api-key: KEY` or `Authorization: Bearer KEY`, and `anthropic-version`
/_twin/*  a tenant, as HTTP Basic `tenant_id:tenant_secret`; or the operator, as
          `Authorization: Bearer TOKEN` or `X-Twin-Admin-Token: TOKEN`
API keys are not valid on /_twin, and tenants' secrets and the operator's token are not on /v1.
Every write on /_twin is `content-type: application/json`; errors are {"error": "..."}.

## Key endpoints

The API:
  POST /v1/messages                    JSON, or server-sent events with "stream": true
  POST /v1/messages/count_tokens
  /v1/messages/batches                 many messages at once, answered in the background
  POST /v1/chat/completions            for clients of OpenAI's, with the base URL .../v1
  POST /v1/complete                    the API before there were messages
  GET  /v1/models, /v1/models/{id}
  /v1/files, /v1/skills                uploads, kept until the twin ends
  /v1/organizations/...                the Admin API, for a key of kind "admin_key"
  /v1/agents, /v1/sessions, ...        all else that the SDK can ask for; with --open-world every id
                                       exists
  x-simtwin-script: 529; ok            what this request is to meet; items are used up in turn
  /_script/{script}/v1/...             the same in a base URL
  /_lane/{name}/v1/...                 a schedule of its own, for tests that share a key
  /anthropic/v1/...                    behind LiteLLM, where it was started with --gateway litellm;
                                       keys are made by POST /key/generate with its master key
  /mintoken/v1/...                     behind mintoken, with --gateway mintoken: its key as Bearer,
                                       the API key as X-Provider-Key

For anybody:
  GET  /_twin/health, /_twin/scenarios, /_twin/references, /_twin/agent-instructions
  GET  /_twin/settings                 with credentials also the settings in force for you
  POST /_twin/tenants                  {"friendly_name"} -> tenant_id, tenant_secret (shown once)
  POST /_twin/outcome/{token}          who knows this URL, in SIMTWIN_OUTCOME_URL, tells what
                                       became of a call, for the verdict: {"call": what was sent as
                                       x-simtwin-call, or a request id, "outcome": "raised" |
                                       "returned" | "cancelled"}; any content type will do

For a tenant (the operator may use all but the two marked *):
  POST /_twin/accounts *               {"kind": "api_key" | "admin_key", "friendly_name"} -> api_key
                                       (shown once); {"kind": "user", "invite_id"} accepts an invite
  GET  /_twin/accounts
  DELETE /_twin/accounts/{api_key_id}
  PUT, PATCH, DELETE /_twin/settings   rules, profiles, script, replies, limits, pace, seed
  GET, PUT, PATCH, DELETE /_twin/accounts/{api_key_id}/settings
                                       the same for one key
  GET, PUT, PATCH, DELETE /_twin/accounts/{api_key_id}/lanes/{lane}/settings
                                       the same for one lane of it, limits apart
  GET  /_twin/rules, /_twin/accounts/{api_key_id}/rules
  GET  /_twin/accounts/{api_key_id}/lanes/{lane}/rules
                                       each rule: armed, exhausted, expired, inactive; how often it fired
  GET  /_twin/usage                    tokens and requests, by key and model
  GET  /_twin/journal?after=&limit=&key=&lane=&tenant=
                                       what was asked, said and broken, as lines of JSON
  GET  /_twin/verdict?key=&lane=&tenant=
                                       what clients did, judged: 28 rules, each pass, fail or not exercised
  POST /_twin/accounts/{api_key_id}/outcome-url
                                       {"lane"} -> outcome_url, a secret of one run of a client
  GET  /_twin/replay?key=&lane=&tenant=
                                       what requests met, as a token for `simtwin replay`
  GET  /_twin/messages?limit=          requests and answers, newest first
  GET  /_twin/logs?limit=&offset=      operations, newest first
  POST /_twin/reset                    {"scope": "key" | "tenant", "id"}: ordinals, limits, journal;
                                       {"scope": "lane", "id": "API_KEY_ID/LANE"}: of one lane
  POST /_twin/feedback *               {"body", "category", "context"}
  GET  /_twin/feedback?status=

## Quick start

curl -X POST $base_url/_twin/tenants \\
  -H 'content-type: application/json' -d '{"friendly_name": "me"}'
# -> {"tenant_id": "...", "tenant_secret": "...", ...}

curl -X POST $base_url/_twin/accounts -u TENANT_ID:TENANT_SECRET \\
  -H 'content-type: application/json' -d '{"kind": "api_key", "friendly_name": "first"}'
# -> {"api_key": "sk-ant-twin-...", "api_key_id": "apikey_01...", ...}

curl -X POST $base_url/v1/messages \\
  -H 'x-api-key: API_KEY' -H 'anthropic-version: 2023-06-01' -H 'content-type: application/json' \\
  -d '{"model": "claude-sonnet-4-5", "max_tokens": 64,
       "messages": [{"role": "user", "content": "hi"}]}'
# -> {"id": "msg_...", "type": "message", ...}

Overloaded twice, then fine; then stop that again:
curl -X PATCH $base_url/_twin/settings -u TENANT_ID:TENANT_SECRET \\
  -H 'content-type: application/json' -d '{"script": "529*2"}'
curl -X DELETE $base_url/_twin/settings -u TENANT_ID:TENANT_SECRET

An SDK needs its base URL alone:
export ANTHROPIC_BASE_URL=$base_url ANTHROPIC_API_KEY=API_KEY

## On the command line

simtwin serve [--upstream URL --record FILE] [--replay FILE] [--gateway NAME] [--open-world] ...
simtwin chaos run -- COMMAND           run a program against a twin that fails, and judge it
simtwin chaos explore -- COMMAND       try every fault at every request that it makes
simtwin chaos shrink TOKEN -- COMMAND  the least of what makes it fail
simtwin judge JOURNAL                  the verdict, of a saved journal
simtwin replay TOKEN [-- COMMAND]      the faults that a run met, again
simtwin storm                          what the retries of thousands of clients make of an incident
simtwin faults, profiles, explain      what there is to choose from, and what it will do

## Reference

The API:       https://platform.claude.com/docs/en/api/overview
The contract:  https://github.com/twins-la/twins-la
""")

_STYLE = (
    "body{max-width:52rem;margin:3rem auto;padding:0 1rem;font:16px/1.6 system-ui,sans-serif}"
    "pre{overflow:auto;padding:1rem;border:1px solid;font-size:.8rem}"
)

_PAGE = Template("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>simtwin</title>
<style>$style</style>
</head>
<body>
<h1>simtwin $version</h1>
<p>The Anthropic API on your own machine, failing on purpose.</p>
<p>This is a twin: it answers as the API does, keeps limits and usage for each organization, and
breaks in the ways that you choose. Nothing here reaches a model or another machine, unless it was
started in front of one.</p>
<ul>
<li><a href="/_twin/health">Is it up?</a></li>
<li><a href="/_twin/scenarios">What can it do?</a></li>
<li><a href="/_twin/references">What was it made from?</a></li>
<li><a href="/_twin/agent-instructions">The instructions below as plain text</a></li>
</ul>
<pre>$instructions</pre>
</body>
</html>
""")

#: Nothing may load, run, be framed or be sent from the page; its one style is named by its hash.
PAGE_POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    f"style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'"
)


def instructions(base_url: str) -> str:
    """How to use the twin that is at `base_url`."""
    return _INSTRUCTIONS.substitute(base_url=base_url)


def page(base_url: str, version: str) -> str:
    """The same as HTML, with nothing in it that is not escaped."""
    return _PAGE.substitute(
        style=_STYLE, version=escape(version), instructions=escape(instructions(base_url))
    )
