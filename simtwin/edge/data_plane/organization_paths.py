"""The endpoints of the Admin API (`/v1/organizations/…`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from simtwin.edge.data_plane.endpoint import Endpoint

_USERS, _INVITES, _KEYS = "/users", "/invites", "/api_keys"
_WORKSPACES = "/workspaces"
_WORKSPACE = f"{_WORKSPACES}/{{workspace_id}}"

# Path, method, name and the last part of the operation; a POST has a body but where it says so.
_TABLE: tuple[tuple[str, str, str, str], ...] = (
    ("/me", "GET", "me", "retrieve"),
    (_USERS, "GET", "users", "list"),
    (f"{_USERS}/{{user_id}}", "GET", "users", "retrieve"),
    (f"{_USERS}/{{user_id}}", "POST", "users", "update"),
    (f"{_USERS}/{{user_id}}", "DELETE", "users", "delete"),
    (f"{_USERS}/{{user_id}}/sign_out", "POST", "users", "sign_out"),
    (_INVITES, "GET", "invites", "list"),
    (_INVITES, "POST", "invites", "create"),
    (f"{_INVITES}/{{invite_id}}", "GET", "invites", "retrieve"),
    (f"{_INVITES}/{{invite_id}}", "DELETE", "invites", "delete"),
    (_KEYS, "GET", "api_keys", "list"),
    (_KEYS, "POST", "api_keys", "create"),
    (f"{_KEYS}/{{api_key_id}}", "GET", "api_keys", "retrieve"),
    (f"{_KEYS}/{{api_key_id}}", "POST", "api_keys", "update"),
    (_WORKSPACES, "GET", "workspaces", "list"),
    (_WORKSPACES, "POST", "workspaces", "create"),
    (_WORKSPACE, "GET", "workspaces", "retrieve"),
    (_WORKSPACE, "POST", "workspaces", "update"),
    (f"{_WORKSPACE}/archive", "POST", "workspaces", "archive"),
    (f"{_WORKSPACE}/members", "GET", "workspaces_members", "list"),
    (f"{_WORKSPACE}/members", "POST", "workspaces_members", "create"),
    (f"{_WORKSPACE}/members/{{user_id}}", "GET", "workspaces_members", "retrieve"),
    (f"{_WORKSPACE}/members/{{user_id}}", "POST", "workspaces_members", "update"),
    (f"{_WORKSPACE}/members/{{user_id}}", "DELETE", "workspaces_members", "delete"),
    (f"{_WORKSPACE}/service_accounts", "GET", "workspaces_service_accounts", "list"),
    (f"{_WORKSPACE}/service_accounts", "POST", "workspaces_service_accounts", "create"),
    *(
        (
            f"{_WORKSPACE}/service_accounts/{{service_account_id}}",
            method,
            "workspaces_service_accounts",
            name,
        )
        for method, name in (("GET", "retrieve"), ("POST", "update"), ("DELETE", "delete"))
    ),
    (f"{_WORKSPACE}/rate_limits", "GET", "workspaces_rate_limits", "list"),
    (f"{_WORKSPACE}/rate_limits/{{rate_limit_id}}", "POST", "workspaces_rate_limits", "update"),
    ("/rate_limits", "GET", "rate_limits", "list"),
    ("/usage_report/messages", "GET", "usage_report_messages", "list"),
    ("/usage_report/claude_code", "GET", "usage_report_claude_code", "list"),
    ("/cost_report", "GET", "cost_report", "list"),
)
#: What is done without a document.
_BARE = ("archive", "sign_out")


def _rows() -> Iterator[tuple[str, str, Endpoint]]:
    for path, method, name, operation in _TABLE:
        of_list = operation == "list" or name == "me"
        yield (
            f"/v1/organizations{path}",
            method,
            Endpoint(
                f"organization_{name}" + ("" if of_list else f"_{operation}"),
                f"data.organization.{name.replace('_', '.', 1) if name.startswith('workspaces_') else name}.{operation}",
                has_body=method == "POST" and operation not in _BARE,
            ),
        )


def _by_path() -> dict[str, dict[str, Endpoint]]:
    paths: dict[str, dict[str, Endpoint]] = {}
    for path, method, endpoint in _rows():
        paths.setdefault(path, {})[method] = endpoint
    return paths


#: By template and method.
ORGANIZATION_PATHS: Mapping[str, Mapping[str, Endpoint]] = _by_path()
