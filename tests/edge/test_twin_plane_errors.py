"""Whatever goes wrong under `/_twin`, the answer is JSON with an `error` in it."""

from __future__ import annotations

from typing import Any

import pytest
import trio.testing
from edge.plane_site import OPERATOR, Site, a_site
from quart.testing.utils import make_test_scope
from werkzeug.datastructures import Headers

from simtwin.edge.twin_plane.body import BODY_BYTES, parse
from simtwin.edge.twin_plane.errors import Refusal
from simtwin.edge.twin_plane.table import TABLE

JSON = {**OPERATOR, "content-type": "application/json"}


async def error(site: Site, method: str, path: str, status: int, **more: object) -> str:
    headers = more.pop("headers", {})
    answer = await site.call(method, path, headers, **more)  # type: ignore[arg-type]  # as given
    doc = await answer.get_json()
    assert answer.status_code == status
    assert answer.mimetype == "application/json"
    assert set(doc) == {"error"}
    return str(doc["error"])


@pytest.mark.parametrize(
    "path",
    [
        *("/_twin", "/_twin/", "/_twin/nowhere", "/_twin/health/", "/_twin//health"),
        *(
            "/_twin/accounts/",
            "/_twin/accounts/x/y",
            "/_twin/accounts//settings",
            "/_twin/verdicts",
        ),
        *("/_twin/accounts/{api_key_id}/x", "/_twin/health%2f", "/_twin/../v1/models"),
        *("/_twin/outcomes/token", "/_twin/%00", "/_twin/%ff"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE", "OPTIONS"])
async def test_an_unknown_path_is_a_404(method: str, path: str) -> None:
    await error(a_site(), method, path, 404, headers=JSON)


@pytest.mark.parametrize("path", sorted({row.path for row in TABLE}))
async def test_a_wrong_method_is_a_405_that_names_the_right_ones(path: str) -> None:
    site = a_site()
    right = {row.method for row in TABLE if row.path == path}
    expected = sorted(right | ({"HEAD"} if "GET" in right else set()))

    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"} - right:
        answer = await site.call(method, f"/_twin{path}", JSON)

        assert answer.status_code == 405
        assert answer.headers["allow"] == ", ".join(expected)
        assert set(await answer.get_json()) == {"error"}


async def test_head_is_answered_as_get_is() -> None:
    answer = await a_site().call("HEAD", "/_twin/health")

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "body",
    [b"{", b"{'a': 1}", b'{"a": NaN}', b"\xff\xfe", b'{"a": "\xff"}', b"{} x", b'"\\ud800"'],
)
async def test_text_that_is_no_json_is_a_400(body: bytes) -> None:
    said = await error(a_site(), "POST", "/_twin/tenants", 400, headers=JSON, data=body)

    assert said.startswith("the body is no JSON: ")


@pytest.mark.parametrize("body", [b"[]", b"1", b'"x"', b"null", b"true"])
async def test_json_that_is_no_object_is_a_400(body: bytes) -> None:
    said = await error(a_site(), "POST", "/_twin/tenants", 400, headers=JSON, data=body)

    assert said == "the body must be a JSON object"


@pytest.mark.parametrize("body", [b'{"a":' * 100_000, b"[" * 500_000])
async def test_a_body_of_endless_depth_is_a_400(body: bytes) -> None:
    said = await error(a_site(), "PUT", "/_twin/settings", 400, headers=JSON, data=body)

    assert said == "the body is nested too deeply"


@pytest.mark.parametrize(
    "content_type",
    [
        *(None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"),
        *("text/json", "application/jsonx", "", "application/json-patch+json"),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
async def test_a_write_that_is_not_declared_as_json_is_a_415(
    method: str, content_type: str | None
) -> None:
    path = "/_twin/tenants" if method == "POST" else "/_twin/settings"
    headers = dict(OPERATOR) if content_type is None else {**OPERATOR, "content-type": content_type}

    await error(a_site(), method, path, 415, headers=headers, data=b"{}")


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON"])
async def test_json_may_be_declared_with_parameters_and_in_any_case(content_type: str) -> None:
    answer = await a_site().call(
        "POST", "/_twin/tenants", {"content-type": content_type}, data=b"{}"
    )

    assert answer.status_code == 201


async def test_a_delete_has_no_body_to_declare_but_no_wrong_one_either() -> None:
    site = a_site()

    plain = await site.call("DELETE", "/_twin/settings", OPERATOR)
    declared = await site.call("DELETE", "/_twin/settings", JSON)

    assert (plain.status_code, declared.status_code) == (200, 200)
    form = {**OPERATOR, "content-type": "text/plain"}
    await error(site, "DELETE", "/_twin/settings", 415, headers=form)


@pytest.mark.parametrize(("size", "status"), [(BODY_BYTES, 201), (BODY_BYTES + 1, 413)])
async def test_a_body_has_a_megabyte_at_most(size: int, status: int) -> None:
    body = b'{"x": "' + b"x" * (size - 9) + b'"}'

    answer = await a_site().call("POST", "/_twin/tenants", JSON, data=body)

    assert len(body) == size
    assert answer.status_code == status


async def test_a_body_that_does_not_say_its_length_is_bounded_too() -> None:
    site = a_site()
    async with site.client.request(
        "/_twin/tenants", method="POST", headers={"content-type": "application/json"}
    ) as connection:
        for _ in range(5):
            await connection.send(b" " * (BODY_BYTES // 4))
        await connection.send_complete()
    answer = await connection.as_response()

    assert answer.status_code == 413
    assert set(await answer.get_json()) == {"error"}


async def test_the_apps_own_smaller_bound_is_a_413_as_well() -> None:
    site = a_site()
    site.app.config["MAX_CONTENT_LENGTH"] = 10

    await error(site, "POST", "/_twin/tenants", 413, headers=JSON, data=b'{"x": "0123456789"}')


async def test_credentials_are_asked_for_before_the_body_is_looked_at() -> None:
    await error(a_site(), "POST", "/_twin/accounts", 401, data=b"{")


async def test_a_bug_is_a_500_that_says_no_more_than_its_sort(
    caplog: pytest.LogCaptureFixture,
) -> None:
    site = a_site()
    site.twin.sets = None  # type: ignore[assignment]  # so that the twin breaks

    said = await error(site, "GET", "/_twin/settings", 500, headers=OPERATOR)

    assert said == "internal error: AttributeError"
    assert "twin.settings.read failed" in caplog.text
    assert (await site.logs())[0]["reason"] == said


async def test_a_client_that_leaves_before_the_answer_is_in_the_log() -> None:
    site = a_site()

    events = [
        {"type": "http.request", "body": b"{", "more_body": True},
        {"type": "http.disconnect"},
    ]
    headers = Headers({"host": "localhost", "content-type": "application/json"})
    scope = make_test_scope("http", "/_twin/tenants", "POST", headers, b"", "http", "", "1.1", None)

    async def receive() -> Any:
        await trio.testing.wait_all_tasks_blocked()
        return events.pop(0)

    async def send(event: Any) -> None:
        raise AssertionError(event)

    await site.app(scope, receive, send)

    (record,) = await site.logs()
    assert record["operation"] == "twin.tenant.create"
    assert record["reason"] == "the client left before it was answered"


async def test_a_long_error_is_cut_in_the_log_and_whole_in_the_answer() -> None:
    site = a_site()
    name = "x" * 5_000

    said = await error(site, "PUT", "/_twin/settings", 400, headers=JSON, json={name: 1})

    assert said.startswith(name)
    assert len((await site.logs())[0]["reason"]) == 1_000


def test_what_may_be_empty_is_an_empty_object() -> None:
    assert parse(b" \n", may_be_empty=True) == {}
    with pytest.raises(Refusal, match="no JSON"):
        parse(b" \n", may_be_empty=False)
