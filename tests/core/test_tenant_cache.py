"""The cache beside the buckets: kept when admitted, and then alone."""

from __future__ import annotations

from simtwin.core import tenant as tenants
from simtwin.core.bucket import MINUTE
from simtwin.core.cache import FIVE_MINUTES, Cache, Found, Place, Prompt, Use
from simtwin.core.flow import Curve
from simtwin.core.pools import Ask, Granted, Quota, Refused
from simtwin.core.tenant import Tenant

PROMPT = Prompt(2_010, (b"k",), (Place(0, 0, 2_000, FIVE_MINUTES),))
QUOTA = Quota(rpm=1, itpm=10_000, otpm=10_000)
POOL = "pool"


def use(tenant: Tenant, now: int) -> Use:
    _, found = tenants.find(tenant, now, prompt=PROMPT)
    return Use(PROMPT, found, now)


def ask(name: str) -> Ask:
    return Ask(POOL, name, 100, Curve(0, 10, 10))


def read(tenant: Tenant, now: int) -> int:
    return tenants.find(tenant, now, prompt=PROMPT)[1].cached.read


def test_an_admitted_request_leaves_its_prompt() -> None:
    tenant, outcome = tenants.take(Tenant(), 0, ask=ask("1"), quota=QUOTA, use=use(Tenant(), 0))

    assert isinstance(outcome, Granted)
    assert read(tenant, 1) == 2_000


def test_a_refused_one_leaves_nothing_and_makes_nothing_live_on() -> None:
    tenant, _ = tenants.take(Tenant(), 0, ask=ask("1"), quota=QUOTA, use=use(Tenant(), 0))

    again, outcome = tenants.take(tenant, 1, ask=ask("2"), quota=QUOTA, use=use(tenant, 1))

    assert isinstance(outcome, Refused)
    assert again.cache is tenant.cache


def test_a_request_that_no_limit_is_on_leaves_its_prompt_and_takes_nothing() -> None:
    tenant, _ = tenants.keep(Tenant(), 0, use=use(Tenant(), 0))

    assert read(tenant, 1) == 2_000
    assert tenant.pools is Tenant().pools


def test_a_look_changes_nothing() -> None:
    tenant = Tenant()

    after, found = tenants.find(tenant, 0, prompt=PROMPT)

    assert after is tenant
    assert found == Found(-1, found.cached)


def test_whatever_becomes_of_the_answer_its_prompt_stays() -> None:
    tenant, _ = tenants.take(Tenant(), 0, ask=ask("1"), quota=QUOTA, use=use(Tenant(), 0))

    tenant, _ = tenants.correct(tenant, 1, request="1", curve=Curve(5, 20, 10))
    tenant, _ = tenants.settle(tenant, 2, request="1", produced=3)
    tenant, _ = tenants.gauges(tenant, 3, pool=POOL, quota=QUOTA)

    assert read(tenants.rested(tenant, MINUTE), MINUTE) == 2_000


def test_rest_and_reset_leave_nothing_behind() -> None:
    tenant, _ = tenants.keep(Tenant(), 0, use=use(Tenant(), 0))

    assert tenants.rested(tenant, FIVE_MINUTES) == Tenant()
    assert tenants.reset(tenant, 1)[0].cache is Cache.empty()
